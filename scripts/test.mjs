/**
 * `npm test`: everything that says whether the project works, on a fresh clone with nothing but Node and npm.
 * Set-up, build, types, lint, unit tests, tests inside a real VS Code, tests through its page. Goes on after a failure, to show all.
 * Starts with Node built-ins only: dependencies may not be there yet.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureDependencies } from './ensureDependencies.mjs';
import { ensureHarness, HarnessUnavailable } from './harness/setup.mjs';
import { clearResults, printSummary, resultsFile, settleResults } from './testResults.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name, file) => path.join(root, 'node_modules', name, file);
const tsc = bin('typescript', 'bin/tsc');

clearResults();
await ensureDependencies();
// Mostly waiting for the network and one compiler: goes on beside types and lint. Who needs it waits for it and says what is wrong.
const settingUp = ensureHarness().catch((error) => {
  if (!(error instanceof HarnessUnavailable)) console.log(`headless VS Code: ${error.message}`);
});

await check('build', ['esbuild.mjs']);
await check('types', [tsc, '--noEmit', '-p', 'tsconfig.json']);
await check('types-webviews', [tsc, '--noEmit', '-p', 'tsconfig.webviews.json']);
await check('types-harness', [tsc, '--noEmit', '-p', 'test/harness/tsconfig.json']);
await check('lint', [bin('eslint', 'bin/eslint.js'), '.', '--max-warnings', '0']);
const coverage = mkdtempSync(path.join(tmpdir(), 'pl-coverage-'));
await suite(
  'unit',
  [
    'scripts/unit.mjs',
    '--',
    '--reporter',
    path.join(root, 'scripts/testReporter.cjs'),
    '--reporter-option',
    `counts=${resultsFile('unit')},style=dot`,
  ],
  { NODE_V8_COVERAGE: coverage },
);
await succeeds('coverage', ['scripts/coverage.mjs', coverage]);
rmSync(coverage, { recursive: true, force: true });
await settingUp;
await suite('vscode', ['scripts/test-vscode.mjs']);
await suite('page', ['scripts/test-page.mjs']);

const { passed, failed, skipped } = printSummary();
console.log(
  `\nnpm test: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** Something that is right or wrong as a whole; wrong counts as one failure. */
async function check(name, args) {
  settleResults(name, await succeeds(name, args), { mustCount: false });
}

/** A runner that counts its tests. */
async function suite(name, args, env = {}) {
  settleResults(name, await succeeds(name, args, env), { mustCount: true });
}

function succeeds(name, args, env = {}) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    const done = (succeeded) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${succeeded ? '✓' : '✗'} ${name} (${seconds} s)`);
      resolve(succeeded);
    };
    child.on('error', () => done(false));
    child.on('exit', (code) => done(code === 0));
  });
}
