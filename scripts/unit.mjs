// Bundles unit tests and runs them with mocha under plain Node.
// `node scripts/unit.mjs [folder-or-file ...] [-- mocha options]`; default: all of test/unit.
// Each test file is bundled on its own, so an import that a layer may not have fails at load.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const separator = process.argv.indexOf('--');
const wanted = process.argv.slice(2, separator < 0 ? undefined : separator);
const mochaOptions = separator < 0 ? [] : process.argv.slice(separator + 1);

async function testFiles(places) {
  const files = [];
  for (const place of places.length ? places : ['test/unit']) {
    const absolute = path.resolve(root, place);
    if (statSync(absolute).isDirectory()) files.push(...(await listTests(absolute)));
    else files.push(absolute);
  }
  return files.sort();
}

async function listTests(folder) {
  const names = await readdir(folder, { recursive: true });
  return names.filter((n) => n.endsWith('.test.ts')).map((n) => path.join(folder, n));
}

const files = await testFiles(wanted);
const outdir = path.join(root, 'out/test-unit', String(process.pid));
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: files,
  outbase: path.join(root, 'test'),
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
// The time limit is for what hangs, not for what is slow on a busy machine.
const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    mocha,
    '--timeout',
    '30000',
    '--recursive',
    '--extension',
    'cjs',
    ...mochaOptions,
    outdir,
  ],
  { stdio: 'inherit', cwd: root, env: { ...process.env, PRODLENS_ROOT: root } },
);
child.on('exit', (code, signal) => {
  rmSync(outdir, { recursive: true, force: true });
  process.exit(signal ? 1 : (code ?? 1));
});
