import assert from 'node:assert/strict';
import { ExplicitHistogram } from '../../../../src/domain/histogramExplicit.ts';
import { emptySum, statsOf } from '../../../../src/telemetry/local/core/numbersOfGroup.ts';

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
  });
});
