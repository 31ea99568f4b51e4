/**
 * Runs test/backends/*.backend.test.ts against real servers: `node scripts/test-backends.mjs [name …] [-- mocha options]`. Each server is
 * built or fetched once into the cache outside of the checkout and started on free ports of 127.0.0.1; one that can't be had is a failure
 * of its tests, never a skip. A test file runs with the server that its name begins with.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { jaeger } from './backends/jaeger.mjs';
import { prometheus } from './backends/prometheus.mjs';
import { zipkin } from './backends/zipkin.mjs';
import { bundleTests, listTests, root } from './bundleTests.mjs';

/** One line per server. */
const servers = [prometheus, jaeger, zipkin];

const separator = process.argv.indexOf('--');
const wanted = process.argv.slice(2, separator < 0 ? undefined : separator);
const mochaOptions = separator < 0 ? [] : process.argv.slice(separator + 1);
const unknown = wanted.filter((name) => !servers.some((server) => server.name === name));
if (unknown.length > 0) {
  console.error(
    `no such backend: ${unknown.join(', ')}; there are: ${servers.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const tests = listTests('test/backends', '.backend.test.ts');
await bundleTests({
  entryPoints: tests,
  outdir: 'out/test-backends',
  format: 'cjs',
  extension: '.cjs',
});

let failed = 0;
for (const server of servers.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const own = tests.filter((file) => path.basename(file).startsWith(`${server.name}.`));
  const folder = await mkdtemp(path.join(tmpdir(), `prodlens-${server.name}-`));
  try {
    const { env, stop } = await server.start(folder);
    try {
      if ((await mocha(own, env)) !== 0) failed += 1;
    } finally {
      await stop();
    }
  } catch (error) {
    console.error(`${server.name}: ${error.message}`);
    failed += 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit(failed === 0 ? 0 : 1);

/** Its exit code. */
function mocha(files, env) {
  const built = files.map((file) =>
    path.join(root, 'out/test-backends', path.relative('test', file).replace(/\.ts$/, '.cjs')),
  );
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        path.join(root, 'node_modules/mocha/bin/mocha.js'),
        '--timeout',
        '120000',
        ...mochaOptions,
        ...built,
      ],
      { stdio: 'inherit', cwd: root, env: { ...process.env, ...env, PRODLENS_ROOT: root } },
    );
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
