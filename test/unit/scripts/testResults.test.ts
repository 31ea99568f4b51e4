import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

describe('the sum of all test runs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pl-results-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const cli = (...args: string[]): { status: number | null; lastLine: string; text: string } => {
    const script = path.join(process.env['PRODLENS_ROOT'] ?? '.', 'scripts/testResults.mjs');
    const { status, stdout } = spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: { ...process.env, PRODLENS_TEST_RESULTS_DIR: folder },
    });
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', text: stdout };
  };
  const sumIs = (status: number, lastLine: string): void => {
    const summed = cli('sum');
    assert.deepEqual([summed.status, summed.lastLine], [status, lastLine]);
  };
  const counted = (name: string, passed: number, failed: number): void =>
    writeFileSync(
      path.join(folder, `${name}.json`),
      JSON.stringify({ passed, failed, skipped: 0 }),
    );

  it('adds the counts of all runners and ends with them alone on the last line', () => {
    counted('unit', 40, 0);
    counted('page', 2, 0);
    sumIs(0, '42 passed, 0 failed');
  });

  it('fails when any test failed', () => {
    counted('unit', 40, 0);
    counted('page', 2, 3);
    sumIs(1, '42 passed, 3 failed');
  });

  it('says again beside the sum what failed, without being taken for the sum', () => {
    const failures = ['a lens shows p95\nAssertionError: 3 passed, 0 failed'];
    writeFileSync(
      path.join(folder, 'page.json'),
      JSON.stringify({ passed: 2, failed: 1, skipped: 0, failures }),
    );
    const { lastLine, text } = cli('sum');
    assert.equal(lastLine, '2 passed, 1 failed');
    assert.match(text, /✗ page: 2 passed, 1 failed\n {4}a lens shows p95\n {4}AssertionError/);
  });

  it('fails when nothing was tested at all', () => {
    sumIs(1, '0 passed, 0 failed');
  });

  it('takes unreadable counts for a runner that crashed', () => {
    counted('unit', 1, 0);
    writeFileSync(path.join(folder, 'page.json'), '{"passed": 7');
    sumIs(1, '1 passed, 1 failed');
  });

  it('counts a failed check once, a good one not at all', () => {
    counted('unit', 1, 0);
    cli('check', 'format', '1');
    cli('check', 'unused', '0');
    sumIs(1, '1 passed, 1 failed');
  });

  it('doesn’t count a failed runner again when it has counted its own failures', () => {
    counted('vsix', 1, 2);
    cli('check', 'vsix', '1');
    cli('check', 'npm-test', '1');
    sumIs(1, '1 passed, 2 failed');
  });

  it('counts a crash of the whole test command that no runner knows of', () => {
    counted('unit', 5, 0);
    cli('check', 'npm-test', '134');
    sumIs(1, '5 passed, 1 failed');
  });

  it('forgets the counts of earlier runs', () => {
    counted('unit', 5, 0);
    cli('clear');
    assert.deepEqual(readdirSync(folder), []);
  });
});
