/**
 * Runs test/vscode/**\/*.vscode.test.ts inside the extension host of a real VS Code: `node scripts/test-vscode.mjs [file …]`.
 * The workspace is a copy of test/fixtures/workspace beside the demo's shop and small programs of other frameworks; it isn't a git
 * repository. Machine settings are those of test/vscode/settings.json and free ports.
 * The extension must be built.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { bundleTests, listTests, root } from './bundleTests.mjs';
import { followEvents } from './followEvents.mjs';
import { startHarness } from './harness/start.mjs';
import { testCacheDir } from './harness/setup.mjs';
import { planVsCode } from './testPlan.mjs';
import { settleResults, startResults, writeResults } from './testResults.mjs';

const NAME = 'vscode';
/** The whole suite; a single test has its own limit. */
const LIMIT_MS = 15 * 60_000;

startResults(NAME);
const named = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const tests = listTests('test/vscode', '.vscode.test.ts').filter(
  (file) =>
    named.length === 0 || named.some((name) => path.resolve(name) === path.resolve(root, file)),
);
if (tests.length === 0) {
  console.log('no in-host tests found in test/vscode');
  process.exit(settleResults(NAME, false, { mustCount: true }).failed > 0 ? 1 : 0);
}
await bundleTests({
  entryPoints: ['test/runner/index.ts', ...tests],
  outdir: 'out/test',
  format: 'cjs',
  extension: '.js',
});

// For the debugger's launch configuration, which starts VS Code by itself.
if (process.argv.includes('--bundle-only')) process.exit(0);

const plan = await planVsCode();
console.log(
  plan.kind === 'harness'
    ? `VS Code: the headless harness, because ${plan.why}`
    : `VS Code: @vscode/test-electron, because ${plan.why}`,
);
const scratch = await mkdtemp(path.join(tmpdir(), 'pl-test-'));
const workspace = path.join(scratch, 'workspace');
const events = path.join(scratch, 'results.ndjson');
const fixture = path.join(root, 'test/fixtures/workspace');
await mkdir(workspace, { recursive: true });
await cp(fixture, workspace, { recursive: true });
const programs = {
  shop: 'demo/shop',
  teams: 'test/fixtures/attribution/nest',
  items: 'test/fixtures/attribution/fastapi',
  owners: 'test/fixtures/attribution/spring',
};
for (const [name, from] of Object.entries(programs))
  await cp(path.join(root, from), path.join(workspace, name), { recursive: true });
await writeFile(events, '');

const settings = {
  ...(await readSettings()),
  'prodlens.local.httpPort': await freePort(),
  'prodlens.local.grpcPort': await freePort(),
};
const env = { PRODLENS_TEST_RESULTS: events, PRODLENS_ROOT: root };
const limit = AbortSignal.timeout(LIMIT_MS);
const following = followEvents(events, limit);
let ended;
try {
  ended = await Promise.race([
    plan.kind === 'harness' ? inHarness(following.ended) : inElectron(plan.executable),
    rejectOn(limit),
  ]);
} catch (error) {
  console.error(error.message);
}
const counts = await following.stop();
writeResults(NAME, counts);
// A suite that never said "end" crashed, whatever it counted until then.
const complete = counts.complete && ended !== undefined;
if (!complete) console.error('the suite did not reach its end');
const settled = settleResults(NAME, complete, { mustCount: true });
if (!complete && counts.failed > 0) writeResults(NAME, { ...settled, failed: settled.failed + 1 });
await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
process.exit(complete && settled.failed === 0 ? 0 : 1);

/** @param {Promise<void>} suiteEnded */
async function inHarness(suiteEnded) {
  const over = new AbortController();
  const harness = await startHarness({
    extensionPath: root,
    development: true,
    workspace,
    settings,
    env,
  });
  try {
    const exited = Promise.withResolvers?.() ?? withResolvers();
    await harness.openPage({
      extensionTestsPath: path.join(root, 'out/test/runner/index.js'),
      // VS Code tells its page how the tests ended, if the page has such a function.
      prepare: async (page) => {
        await page.exposeFunction('codeAutomationExit', (code) => exited.resolve(code));
        await page.exposeFunction('codeAutomationLog', () => undefined);
      },
    });
    // The suite's own last line counts as well: what follows it is VS Code closing down.
    return await Promise.race([
      exited.promise,
      suiteEnded.then(() => 0),
      diedHost(harness, suiteEnded, over.signal),
    ]);
  } finally {
    over.abort();
    await harness.stop();
  }
}

/** Rejects when the extension host ends by itself: VS Code would start another one and run the suite again. */
async function diedHost(harness, suiteEnded, signal) {
  let seen;
  while (!signal.aborted) {
    const alive = harness.extensionHostPids();
    if (seen !== undefined && !alive.includes(seen)) {
      // It also ends after its last line, which may not be read yet.
      await Promise.race([suiteEnded, delay(5_000)]);
      throw new Error('the extension host died');
    }
    seen ??= alive[0];
    await delay(250);
  }
  return undefined;
}

async function inElectron(executable) {
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  const vscodeExecutablePath =
    executable ??
    (await downloadAndUnzipVSCode({ cachePath: path.join(testCacheDir(), 'electron') }));
  const userData = path.join(scratch, 'user');
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await writeFile(path.join(userData, 'User', 'settings.json'), JSON.stringify(settings));
  return runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'out/test/runner/index.js'),
    extensionTestsEnv: env,
    launchArgs: [
      workspace,
      `--user-data-dir=${userData}`,
      `--extensions-dir=${path.join(scratch, 'extensions')}`,
      '--disable-workspace-trust',
      '--disable-updates',
      '--skip-welcome',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

async function readSettings() {
  const file = path.join(root, 'test/vscode/settings.json');
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function withResolvers() {
  let resolve;
  const promise = new Promise((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

function rejectOn(signal) {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('the in-host tests took too long'))),
  );
}
