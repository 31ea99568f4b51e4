import type { ComparisonFinding } from '../domain/stats.ts';
import { alwaysValidZ, newcombe } from './intervals.ts';
import type { SharedBlock } from './sharedBlocks.ts';
import { standardise } from './sharedBlocks.ts';

/** A difference below this is not worth an alarm, however sure: 0.5 percentage points, or a quarter of the baseline. */
const leastDifference = 0.005;
const leastShareOfBaseline = 0.25;
/** Wider than this (at 95 %), an interval around "no difference" says nothing. */
const widestInterval = 0.05;
const z95 = 1.96;

/**
 * Is the error ratio of the candidate worse or better? Newcombe's interval of the difference must lie beyond the margin.
 * @param alpha error probability of this one test over all looks
 */
export function judgeErrors(blocks: readonly SharedBlock[], alpha: number): ComparisonFinding {
  const proportions = standardise(
    blocks.map(({ candidate, baseline }) => ({
      candidateTrials: candidate.calls,
      candidateHits: candidate.errors,
      baselineTrials: baseline.calls,
      baselineHits: baseline.errors,
    })),
  );
  if (proportions === undefined)
    return { metric: 'errors', verdict: 'tooFew', from: 0, to: 0, calls: 0, baselineCalls: 0 };
  const { candidate, baseline, candidateCalls, baselineCalls, designEffect } = proportions;
  const n1 = candidateCalls / designEffect;
  const n0 = baselineCalls / designEffect;
  const interval = newcombe(candidate, n1, baseline, n0, alwaysValidZ(Math.min(n1, n0), alpha));
  const nominal = newcombe(candidate, n1, baseline, n0, z95);
  const margin = Math.max(leastDifference, leastShareOfBaseline * baseline);
  return {
    metric: 'errors',
    from: baseline,
    to: candidate,
    calls: candidateCalls,
    baselineCalls: blocks.reduce((sum, block) => sum + block.baseline.calls, 0),
    verdict:
      interval.low > margin
        ? 'worse'
        : interval.high < -margin
          ? 'better'
          : nominal.high - nominal.low > widestInterval
            ? 'tooFew'
            : 'same',
  };
}
