import assert from 'node:assert/strict';
import type { Comparison, Verdict } from '../../../src/domain/stats.ts';
import { VerdictHold } from '../../../src/releases/verdictHold.ts';

const comparison = (verdict: Verdict, baseline = '1'): Comparison => ({
  verdict,
  release: '2',
  baseline,
  basis: 'concurrent',
  findings: [],
});

/** What is shown for a series of refreshes. */
function shown(...refreshes: readonly (readonly Comparison[])[]): readonly (string | undefined)[] {
  const hold = new VerdictHold();
  return refreshes.map((fresh) => hold.settle('f', fresh)[0]?.verdict);
}

describe('VerdictHold', () => {
  const worse = [comparison('worse')];
  const same = [comparison('same')];
  it('takes an alarm back after two refreshes below', () => {
    assert.deepEqual(shown(worse, same, same, same), ['worse', 'worse', 'same', 'same']);
  });
  it('starts to count anew when the finding returns', () => {
    assert.deepEqual(shown(worse, same, worse, same, same), [
      'worse',
      'worse',
      'worse',
      'worse',
      'same',
    ]);
  });
  it('never delays an alarm', () => {
    assert.deepEqual(shown(same, worse), ['same', 'worse']);
  });
  it('forgets a release that no longer runs, and one that is judged against another', () => {
    assert.deepEqual(shown(worse, [], same), ['worse', undefined, 'same']);
    assert.deepEqual(shown(worse, [comparison('same', '3')]), ['worse', 'same']);
  });
  it('lets go when the releases no longer run at the same time', () => {
    const after: Comparison = { ...comparison('same'), basis: 'beforeAfter' };
    assert.deepEqual(shown(worse, [after]), ['worse', 'same']);
  });
});
