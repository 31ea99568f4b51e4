import assert from 'node:assert/strict';
import { ExplicitHistogram } from '../../../../src/domain/histogramExplicit.ts';
import type { Cell } from '../../../../src/telemetry/local/core/cells.ts';
import { comparisonSide } from '../../../../src/telemetry/local/core/comparisonSides.ts';
import {
  emptySum,
  seriesOf,
  statsOf,
} from '../../../../src/telemetry/local/core/numbersOfGroup.ts';
import type { ReleaseRun } from '../../../../src/telemetry/local/core/releases.ts';

describe('calls that are timed in part', () => {
  const p50 = (calls: number, timed: number): number | undefined =>
    statsOf(
      { ...emptySum(), calls, spans: calls, succeeded: new ExplicitHistogram([10], [timed, 0]) },
      {
        perSecond: undefined,
        clientErrors: false,
        percentiles: true,
        lowerBound: false,
        source: '',
      },
    ).p50Ms?.high;

  it('have percentiles only when they are nearly all: a part’s would be shown as those of all', () => {
    assert.equal(p50(100, 100), 10);
    assert.equal(p50(100, 92), 10);
    assert.equal(p50(100, 80), undefined);
    // Nor those of others: a series came back with its past.
    assert.equal(p50(100, 130), undefined);
  });

  const cellOf = (
    slots: readonly (readonly [number, number])[],
  ): { cell: Cell; run: ReleaseRun } => {
    const run = { version: '1', firstSeen: 0 } as ReleaseRun;
    const cell = {
      lane: { run, instance: '' },
      series: {
        slots: slots.map(([calls, timed], i) => ({
          ...emptySum(),
          start: i * 10_000,
          length: 10_000,
          calls,
          spans: calls,
          succeeded: new ExplicitHistogram([10], [timed, 0]),
        })),
      },
    } as unknown as Cell;
    return { cell, run };
  };

  it('have no percentile in the points of a sparkline either', () => {
    const { cell } = cellOf([
      [100, 100],
      [100, 80],
    ]);
    const points = seriesOf([cell], { from: 0, to: 20_000, takes: () => true }, 20_000, 2);
    assert.deepEqual(
      points.map(({ p95Ms }) => p95Ms !== undefined),
      [true, false],
    );
  });

  it('are no evidence of latency on a side of a comparison', () => {
    const buckets = (timed: number): number => {
      const { cell, run } = cellOf([
        [100, 100],
        [100, timed],
      ]);
      const { blocks } = comparisonSide([cell], run, { from: 0, to: 20_000, block: 10_000 });
      assert.deepEqual(
        blocks.map(({ calls }) => calls),
        [100, 100],
      );
      return blocks.flatMap((block) => block.buckets).reduce((n, { count }) => n + count, 0);
    };
    assert.equal(buckets(90), 190);
    assert.equal(buckets(50), 0);
  });
});
