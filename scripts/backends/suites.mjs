/**
 * Suites of tests against real servers, a file each: it has a server of its own, begun when it begins, and mostly waits (for samples, for slots
 * to end), so that several run side by side. Those that open a VS Code run alone, after the others: their windows would be late.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { root } from '../bundleTests.mjs';
import { chooses } from './chosenTests.mjs';

/** @typedef {{ server: object, file: string, alone: boolean }} Suite */

/** @param {Suite} suite */
export const titleOf = ({ server, file }) =>
  `${server.name}: ${path.basename(file, '.backend.test.ts')}`;

/** @param {string} file of tests @returns {string} path of its bundle */
export const builtOf = (file) =>
  path.join(root, 'out/test-backends', path.relative('test', file).replace(/\.ts$/, '.cjs'));

/**
 * @param {object[]} servers
 * @param {string[]} tests all files of test/backends
 * @returns {Suite[]} those that may run side by side first
 */
export function suitesOf(servers, tests) {
  const isAlone = (file) => path.basename(file).includes('.window.');
  const suites = servers.flatMap((server) =>
    tests
      .filter((file) => isOf(server, path.basename(file)))
      .map((file) => ({ server, file, alone: isAlone(file) })),
  );
  return suites.toSorted((a, b) => Number(a.alone) - Number(b.alone));
}

/** Another program that speaks the same interface has what is common to all of them. */
function isOf({ name, tests = [], allTestsOf }, file) {
  return (
    file.startsWith(`${name}.`) ||
    tests.some((one) => file === `${one}.backend.test.ts`) ||
    (file.startsWith(`${allTestsOf}.`) && !file.includes('.window.'))
  );
}

/**
 * Does work for each, so many at a time, in their order.
 *
 * @template T
 * @param {T[]} all
 * @param {number} lanes
 * @param {(one: T) => Promise<void>} work
 */
export async function sideBySide(all, lanes, work) {
  const waiting = [...all];
  const lane = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** What suites print while others run: each one's is printed whole when it is over, or when all have to end. */
const held = new Map();
process.once('SIGTERM', () => {
  for (const print of held.values()) print();
});

/**
 * @param {Suite} suite
 * @param {{ together: boolean, mochaOptions: string[] }} options `together`: others run beside it
 * @returns {Promise<{ passed: number, failed: number, skipped: number, failures: string[] }>}
 */
export async function runSuite({ server, file }, { together, mochaOptions }) {
  const title = titleOf({ server, file });
  const started = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const chunks = [];
  const print = () => {
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`\n── ${title}: ${seconds} s\n${chunks.splice(0).join('')}`);
  };
  if (together) held.set(title, print);
  else console.log(`\n── ${title}`);
  const say = (text) => {
    if (together) chunks.push(text);
    else process.stdout.write(text);
  };
  const failWith = (text) => {
    say(`${text}\n`);
    counts.failed += 1;
    counts.failures.push(text);
  };
  const folder = await mkdtemp(path.join(tmpdir(), `prodlens-${server.name}-`));
  try {
    const { env, stop } = await server.start(folder);
    try {
      const code = await mocha(file, folder, say, mochaOptions, {
        ...env,
        PRODLENS_TEST_SERVER: server.name,
      });
      await addCounts(counts, path.join(folder, 'counts.json'), server.name);
      // What a person chose may be in the other suites alone, and of some that shows only now.
      if (counts.passed + counts.failed === 0 && !(chooses(mochaOptions) && code === 0))
        failWith(`${title}: its tests ended (exit code ${code}) without counting any`);
      else if (code !== 0 && counts.failed === 0) failWith(`${title}: its tests failed (${code})`);
    } finally {
      await stop();
    }
  } catch (error) {
    failWith(`${title}: ${error.message}`);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  if (together) print();
  held.delete(title);
  return counts;
}

async function addCounts(counts, file, name) {
  const counted = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  for (const key of ['passed', 'failed', 'skipped']) counts[key] += counted?.[key] ?? 0;
  for (const text of counted?.failures ?? []) counts.failures.push(`${name}: ${text}`);
}

/** @returns {Promise<number | null>} the exit code */
function mocha(file, folder, say, options, env) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        path.join(root, 'node_modules/mocha/bin/mocha.js'),
        ...['--timeout', '120000'],
        ...['--reporter', path.join(root, 'scripts/testReporter.cjs')],
        ...['--reporter-option', `counts=${path.join(folder, 'counts.json')}`],
        ...options,
        builtOf(file),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: root,
        env: { ...process.env, ...env, PRODLENS_ROOT: root },
      },
    );
    child.stdout.setEncoding('utf8').on('data', say);
    child.stderr.setEncoding('utf8').on('data', say);
    child.on('close', resolve);
  });
}
