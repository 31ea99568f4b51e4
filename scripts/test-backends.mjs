/**
 * Runs test/backends/*.backend.test.ts against real servers: `node scripts/test-backends.mjs [name …] [-- mocha options]`. Each server is
 * built or fetched once into the cache outside of the checkout and started on free ports of 127.0.0.1; one that can't be had is a failure,
 * never a skip. Tests are files named after their server; `<server>.window.backend.test.ts` opens a VS Code with the built extension.
 *
 *     --obtain        only builds and fetches
 *     --tempo PATH    a binary of Grafana Tempo, which isn't fetched (scripts/backends/tempo.mjs)
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';

import { buildAll } from '../esbuild.mjs';
import { faults } from './backends/faults.mjs';
import { jaeger } from './backends/jaeger.mjs';
import { pipeline } from './backends/pipeline.mjs';
import { prometheus, prometheus3 } from './backends/prometheus.mjs';
import { readme } from './backends/readmeServer.mjs';
import { tempo } from './backends/tempo.mjs';
import { victoriametrics } from './backends/victoriametrics.mjs';
import { zipkin } from './backends/zipkin.mjs';
import { bundleTests, listTests, root } from './bundleTests.mjs';
import { settleResults, startResults, writeResults } from './testResults.mjs';

/** One line per server. `tests` names another server whose first tests it has too, `allTestsOf` one whose tests are all its own. */
const servers = [
  ...[zipkin, prometheus, victoriametrics, prometheus3, pipeline, jaeger, readme, faults],
  tempo,
];
/** What the largest of the builds needs at its peak, twice. */
const memoryOfTwoBuilds = 6 * 1024 ** 3;

const separator = process.argv.indexOf('--');
const args = process.argv.slice(2, separator < 0 ? undefined : separator);
const mochaOptions = separator < 0 ? [] : process.argv.slice(separator + 1);
const tempoAt = args.indexOf('--tempo');
if (tempoAt >= 0) tempo.binary = args.splice(tempoAt, 2)[1];
const wanted = args.filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((name) => !servers.some((server) => server.name === name));
if (unknown.length > 0) {
  console.error(
    `no such backend: ${unknown.join(', ')}; there are: ${servers.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const chosen = servers.filter((server) => {
  const { name } = server;
  if (wanted.length > 0) return wanted.includes(name);
  const reason = server.leftOut?.();
  if (reason !== undefined) console.log(`${name} is left out: ${reason}`);
  return reason === undefined;
});
const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
startResults('backends');

const missing = await obtainAll(chosen);
if (!args.includes('--obtain')) await testAll();
writeResults('backends', counts);
const { failed } = settleResults('backends', counts.failed === 0, {
  mustCount: !args.includes('--obtain'),
});
process.exit(failed > 0 ? 1 : 0);

/** What is slow the first time is done first, two at a time where memory allows. @returns the servers that can't be had */
async function obtainAll(all) {
  const absent = new Set();
  const waiting = [...all];
  const lane = async () => {
    for (let server = waiting.shift(); server !== undefined; server = waiting.shift()) {
      const started = performance.now();
      try {
        await server.obtain();
      } catch (error) {
        absent.add(server);
        failWith(`${server.name} can’t be had: ${error.message}`);
      }
      const seconds = Math.round((performance.now() - started) / 1000);
      if (seconds > 1) console.log(`${server.name}: ${seconds} s`);
    }
  };
  await Promise.all(freemem() < memoryOfTwoBuilds ? [lane()] : [lane(), lane()]);
  return absent;
}

async function testAll() {
  const tests = listTests('test/backends', '.backend.test.ts');
  await bundleTests({
    entryPoints: tests,
    outdir: 'out/test-backends',
    format: 'cjs',
    extension: '.cjs',
  });
  if (chosen.some(({ name }) => tests.some((file) => file.includes(`/${name}.window.`))))
    await buildAll();
  for (const server of chosen) {
    if (missing.has(server)) continue;
    const own = tests.filter((file) => {
      const name = path.basename(file);
      // Another program that speaks the same interface has only what is common to all of them.
      const shared =
        name === `${server.tests}.backend.test.ts` ||
        (name.startsWith(`${server.allTestsOf}.`) && !name.includes('.window.'));
      return name.startsWith(`${server.name}.`) || shared;
    });
    console.log(`\n── ${server.name}`);
    const folder = await mkdtemp(path.join(tmpdir(), `prodlens-${server.name}-`));
    try {
      const { env, stop } = await server.start(folder);
      try {
        await mocha(server.name, own, { ...env, PRODLENS_TEST_SERVER: server.name }, folder);
      } finally {
        await stop();
      }
    } catch (error) {
      failWith(`${server.name}: ${error.message}`);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

function failWith(text) {
  console.error(text);
  counts.failed += 1;
  counts.failures.push(text);
}

/** Runs the tests of one server and adds up what they counted. */
async function mocha(name, files, env, folder) {
  const built = files.map((file) =>
    path.join(root, 'out/test-backends', path.relative('test', file).replace(/\.ts$/, '.cjs')),
  );
  const countsFile = path.join(folder, 'counts.json');
  const code = await new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        path.join(root, 'node_modules/mocha/bin/mocha.js'),
        ...['--timeout', '120000'],
        ...['--reporter', path.join(root, 'scripts/testReporter.cjs')],
        ...['--reporter-option', `counts=${countsFile}`],
        ...mochaOptions,
        ...built,
      ],
      { stdio: 'inherit', cwd: root, env: { ...process.env, ...env, PRODLENS_ROOT: root } },
    );
    child.on('exit', resolve);
  });
  const counted = await readFile(countsFile, 'utf8').then(JSON.parse, () => undefined);
  for (const key of ['passed', 'failed', 'skipped']) counts[key] += counted?.[key] ?? 0;
  for (const text of counted?.failures ?? []) counts.failures.push(`${name}: ${text}`);
  if (counted === undefined || counted.passed + counted.failed === 0)
    failWith(`${name}: its tests ended (exit code ${code}) without counting any`);
  else if (code !== 0 && counted.failed === 0) failWith(`${name}: its tests failed (${code})`);
}
