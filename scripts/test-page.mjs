/**
 * Runs test/page/**\/*.page.test.ts under mocha in Node against windows of the headless VS Code:
 * `node scripts/test-page.mjs [file …] [--vsix file] [--name runner] [-- mocha options]`. The extension must be built.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';

import { bundleTests, listTests, root } from './bundleTests.mjs';
import { ensureHarness } from './harness/setup.mjs';
import { resultsFile, settleResults, startResults, writeResults } from './testResults.mjs';

const separator = process.argv.indexOf('--');
const args = process.argv.slice(2, separator < 0 ? undefined : separator);
const mochaOptions = separator < 0 ? [] : process.argv.slice(separator + 1);
const vsix = take('--vsix');
const name = take('--name') ?? 'page';
startResults(name);

try {
  await ensureHarness();
} catch (error) {
  if (process.platform === 'linux') {
    console.error(error.message);
    settleResults(name, false, { mustCount: true });
    process.exit(1);
  }
  console.log(`page tests skipped: ${error.message}`);
  writeResults(name, { passed: 0, failed: 0, skipped: 1 });
  process.exit(0);
}

const files =
  args.length > 0
    ? args.map((file) => path.relative(root, path.resolve(file)))
    : listTests('test/page', '.page.test.ts');
if (files.length === 0) {
  console.log('no page tests found in test/page');
  settleResults(name, false, { mustCount: true });
  process.exit(1);
}
const outdir = `out/test-${name}`;
await bundleTests({
  entryPoints: ['test/harness/onFailure.ts', ...files],
  outdir,
  format: 'esm',
  extension: '.mjs',
});
rmSync(path.join(root, 'out/test-failures'), { recursive: true, force: true });
const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    path.join(root, 'node_modules/mocha/bin/mocha.js'),
    '--recursive',
    '--extension',
    'mjs',
    '--timeout',
    '120000',
    '--require',
    path.join(root, outdir, 'harness/onFailure.mjs'),
    '--reporter',
    path.join(root, 'scripts/testReporter.cjs'),
    '--reporter-option',
    `counts=${resultsFile(name)}`,
    ...mochaOptions,
    path.join(outdir, 'page'),
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PRODLENS_ROOT: root,
      ...(vsix === undefined ? {} : { PRODLENS_VSIX: path.resolve(vsix) }),
    },
  },
);
child.on('exit', (code) => {
  const { failed } = settleResults(name, code === 0, { mustCount: true });
  process.exit(failed > 0 ? 1 : 0);
});

/** Takes an option with a value out of the arguments. */
function take(option) {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}
