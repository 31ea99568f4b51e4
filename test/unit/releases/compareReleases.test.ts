import assert from 'node:assert/strict';
import type { ComparisonBlock, ComparisonSide } from '../../../src/domain/comparison.ts';
import { milliseconds, unixMillis } from '../../../src/domain/units.ts';
import { compareReleases } from '../../../src/releases/compareReleases.ts';
import { alwaysValidZ, newcombe, wilson } from '../../../src/releases/intervals.ts';

const context = { block: milliseconds(60_000), functions: 1, basis: 'concurrent' } as const;

/** Calls of one block: `slow` of them in the bucket around `slowMs`, the rest around 50 ms. */
function block(
  minute: number,
  calls: number,
  errors: number,
  slow = 0,
  slowMs = 400,
): ComparisonBlock {
  const buckets = [
    { low: 48, high: 52, count: calls - errors - slow },
    { low: slowMs, high: slowMs * 1.04, count: slow },
  ].filter((b) => b.count > 0);
  return { at: unixMillis(minute * 60_000), calls, errors, buckets };
}

const side = (version: string, blocks: readonly ComparisonBlock[]): ComparisonSide => ({
  version,
  firstSeen: unixMillis(0),
  blocks,
});

const minutes = (count: number, make: (minute: number) => ComparisonBlock): ComparisonBlock[] =>
  Array.from({ length: count }, (_, minute) => make(minute));

describe('intervals', () => {
  it("agrees with Newcombe's published example (56/70 against 48/80)", () => {
    const { low, high } = newcombe(56 / 70, 70, 48 / 80, 80, 1.959964);
    assert.deepEqual([low.toFixed(4), high.toFixed(4)], ['0.0524', '0.3339']);
  });
  it('stays inside 0–1 and open at zero errors', () => {
    const { low, high } = wilson(0, 100, 1.96);
    assert.equal(low, 0);
    assert.ok(high > 0.03 && high < 0.04);
  });
  it('asks for more with fewer calls, more functions and more looks than a single test would', () => {
    assert.ok(alwaysValidZ(100, 0.005) > alwaysValidZ(1000, 0.005));
    assert.ok(alwaysValidZ(1000, 0.0005) > alwaysValidZ(1000, 0.005));
    assert.ok(alwaysValidZ(1000, 0.005) > 2.576);
  });
});

describe('compareReleases', () => {
  const stable = side(
    '1',
    minutes(10, (m) => block(m, 900, 9)),
  );

  it('calls more errors worse, with both ratios', () => {
    const result = compareReleases(
      side(
        '2',
        minutes(10, (m) => block(m, 100, 6)),
      ),
      stable,
      context,
    );
    assert.equal(result.verdict, 'worse');
    const [finding] = result.findings;
    assert.deepEqual(
      [finding?.metric, finding?.from.toFixed(3), finding?.to.toFixed(3), finding?.calls],
      ['errors', '0.010', '0.060', 1000],
    );
  });

  it('calls a slower p95 worse, and the same numbers the other way round better', () => {
    const slow = side(
      '2',
      minutes(10, (m) => block(m, 100, 1, 30)),
    );
    assert.equal(compareReleases(slow, stable, context).verdict, 'worse');
    assert.equal(compareReleases(stable, { ...slow, version: '0' }, context).verdict, 'better');
  });

  it('calls equal numbers the same', () => {
    const result = compareReleases(
      side(
        '2',
        minutes(10, (m) => block(m, 100, 1)),
      ),
      stable,
      context,
    );
    assert.deepEqual([result.verdict, result.reason], ['same', undefined]);
  });

  it('does not call a few milliseconds worse', () => {
    const fast = (ms: number): ComparisonBlock[] =>
      minutes(10, (m) => ({
        ...block(m, 1000, 0),
        buckets: [{ low: ms, high: ms * 1.04, count: 1000 }],
      }));
    const result = compareReleases(side('2', fast(9)), side('1', fast(4)), context);
    assert.equal(result.verdict, 'same');
  });

  it('says too few, and how many there were', () => {
    const result = compareReleases(side('2', [block(0, 20, 1)]), stable, context);
    assert.equal(result.verdict, 'tooFew');
    assert.match(result.reason ?? '', /20 against 900/);
  });

  it('does not blame the canary for an outage that hit both, however unequal the split was then', () => {
    const outage = (calls: number) => (m: number) =>
      m >= 8 ? block(m, calls * 8, calls * 4) : block(m, calls, 0);
    const canary = side('2', minutes(10, outage(100)));
    const other = side(
      '1',
      minutes(10, (m) => (m >= 8 ? block(m, 200, 100) : block(m, 900, 0))),
    );
    assert.notEqual(compareReleases(canary, other, context).verdict, 'worse');
  });

  it('does not blame the release for one bad instance', () => {
    const bad = block(0, 400, 60);
    const fine = block(0, 300, 3);
    const blocks = minutes(10, (m) => block(m, 100, 6));
    const alone = { ...side('2', blocks), instances: [bad, fine, fine] };
    assert.notEqual(compareReleases(alone, stable, context).verdict, 'worse');
    const all = {
      ...side('2', blocks),
      instances: [block(0, 330, 20), block(0, 330, 20), block(0, 340, 20)],
    };
    assert.equal(compareReleases(all, stable, context).verdict, 'worse');
  });

  it('uses only blocks in which both ran', () => {
    const late = side(
      '2',
      minutes(3, (m) => block(m + 100, 500, 100)),
    );
    assert.equal(compareReleases(late, stable, context).verdict, 'tooFew');
  });

  it('never compares an unknown release', () => {
    const result = compareReleases(
      side(
        '',
        minutes(10, (m) => block(m, 100, 50)),
      ),
      stable,
      context,
    );
    assert.deepEqual([result.verdict, result.findings], ['tooFew', []]);
  });

  it('asks for more evidence the more functions are judged together', () => {
    const canary = side(
      '2',
      minutes(10, (m) => block(m, 30, 1)),
    );
    const base = side(
      '1',
      minutes(10, (m) => block(m, 900, 0)),
    );
    const among = (functions: number): string =>
      compareReleases(canary, base, { ...context, functions }).verdict;
    assert.deepEqual([among(1), among(1_000_000)], ['worse', 'same']);
  });
});
