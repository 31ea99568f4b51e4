/**
 * What every runner counted, one JSON file each in out/test-results, and the sum of them. Node built-ins only.
 *
 *     node scripts/testResults.mjs clear
 *     node scripts/testResults.mjs check <name> <exit code>    records a check that isn't a test: it counts only when it fails
 *     node scripts/testResults.mjs sum                          prints a table and, as the last line, "N passed, N failed"
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder =
  process.env.PRODLENS_TEST_RESULTS_DIR ??
  path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'out', 'test-results');

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} [failures] titles and messages, to be said again beside the sum
 */

/** Failures that are said again, and how long each may be: the rest is where it happened. */
const mostFailures = 20;
const failureLength = 1_500;

/** @param {string} name of a runner @returns {string} the file for its counts */
export function resultsFile(name) {
  return path.join(folder, `${name}.json`);
}

/** Forgets what earlier runs counted. */
export function clearResults() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** Forgets what this runner counted before. */
export function startResults(name) {
  mkdirSync(folder, { recursive: true });
  rmSync(resultsFile(name), { force: true });
}

/** @param {string} name @param {Counts} counts */
export function writeResults(name, counts) {
  mkdirSync(folder, { recursive: true });
  const { passed, failed, skipped } = counts;
  const failures = counts.failures ?? [];
  writeFileSync(resultsFile(name), `${JSON.stringify({ passed, failed, skipped, failures })}\n`);
}

/** @param {string} name @returns {Counts | undefined} undefined when there are none or they make no sense */
export function readResults(name) {
  try {
    const {
      passed,
      failed,
      skipped = 0,
      failures = [],
    } = JSON.parse(readFileSync(resultsFile(name), 'utf8'));
    const valid = [passed, failed, skipped].every((count) => Number.isInteger(count) && count >= 0);
    return valid && Array.isArray(failures) ? { passed, failed, skipped, failures } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Records how a runner ended: one that failed without counting a failure (it crashed, or counted nothing) is one failure.
 *
 * @param {string} name
 * @param {boolean} succeeded
 * @param {{ mustCount: boolean }} options mustCount: success without any counted test is a failure too
 * @returns {Counts} what is recorded now
 */
export function settleResults(name, succeeded, { mustCount }) {
  const counts = readResults(name) ?? { passed: 0, failed: 0, skipped: 0 };
  const countedNothing = counts.passed + counts.failed === 0;
  if ((!succeeded && counts.failed === 0) || (mustCount && countedNothing && counts.failed === 0)) {
    counts.failed += 1;
  }
  writeResults(name, counts);
  return counts;
}

/** @returns {{ rows: [string, Counts][], sum: Counts }} */
export function sumResults() {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
  // A file that can't be read is a runner that broke while it wrote.
  const rows = names.map((name) => [
    name,
    readResults(name) ?? { passed: 0, failed: 1, skipped: 0 },
  ]);
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [, counts] of rows) {
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
  return { rows, sum };
}

/** Prints the table of all runners and returns the sum. */
export function printSummary() {
  const { rows, sum } = sumResults();
  console.log('');
  for (const [name, { passed, failed, skipped, failures = [] }] of rows) {
    const skippedText = skipped > 0 ? `, ${skipped} skipped` : '';
    console.log(
      `${failed > 0 ? '✗' : '✓'} ${name}: ${passed} passed, ${failed} failed${skippedText}`,
    );
    for (const text of failures.slice(0, mostFailures))
      console.log(String(text).slice(0, failureLength).replace(/^/gm, '    '));
  }
  return sum;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, name, code] = process.argv.slice(2);
  if (command === 'clear') clearResults();
  else if (command === 'check' && name !== undefined) {
    // npm test is the sum of runners that count for themselves: only a failure that none of them knows of is added.
    const known = name === 'npm-test' && sumResults().sum.failed > 0;
    settleResults(name, code === '0' || known, { mustCount: false });
  } else if (command === 'sum') {
    const sum = printSummary();
    console.log(`${sum.passed} passed, ${sum.failed} failed`);
    process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
  } else {
    console.error('usage: node scripts/testResults.mjs clear | check <name> <exit code> | sum');
    process.exitCode = 2;
  }
}
