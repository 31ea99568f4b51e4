import type { ComparisonBlock, ComparisonSample } from '../domain/comparison.ts';

/** A block in which both releases had calls of the kind that is judged. */
export interface SharedBlock {
  readonly candidate: ComparisonSample;
  readonly baseline: ComparisonSample;
}

/** Pairs blocks by their start. A block that one side lacks says nothing about the difference. */
export function sharedBlocks(
  candidate: readonly ComparisonBlock[],
  baseline: readonly ComparisonBlock[],
): readonly SharedBlock[] {
  const byStart = new Map(baseline.map((block) => [block.at as number, block]));
  const shared: SharedBlock[] = [];
  for (const block of candidate) {
    const other = byStart.get(block.at);
    if (other !== undefined && block.calls > 0 && other.calls > 0)
      shared.push({ candidate: block, baseline: other });
  }
  return shared;
}

/** Hits among trials in one block, on both sides. */
export interface BlockCounts {
  readonly candidateTrials: number;
  readonly candidateHits: number;
  readonly baselineTrials: number;
  readonly baselineHits: number;
}

/** Two proportions made comparable: the baseline as if its calls had fallen on the candidate's blocks. */
export interface StandardisedProportions {
  readonly candidate: number;
  readonly candidateCalls: number;
  readonly baseline: number;
  /** Calls that give the same variance without weights. */
  readonly baselineCalls: number;
  /** Variance between blocks over the variance that independent calls would give; at least 1. */
  readonly designEffect: number;
}

/**
 * Direct standardisation by block: an outage minute or a ramp that hits both releases cancels, whatever the split of
 * traffic was in it. The variance of the difference is taken from its spread over blocks where that is larger than
 * what independent calls would give.
 */
export function standardise(blocks: readonly BlockCounts[]): StandardisedProportions | undefined {
  const used = blocks.filter((b) => b.candidateTrials > 0 && b.baselineTrials > 0);
  let candidateCalls = 0;
  let hits = 0;
  let expected = 0;
  let inverse = 0;
  for (const b of used) {
    candidateCalls += b.candidateTrials;
    hits += b.candidateHits;
    expected += (b.candidateTrials * b.baselineHits) / b.baselineTrials;
    inverse += (b.candidateTrials * b.candidateTrials) / b.baselineTrials;
  }
  if (candidateCalls === 0) return undefined;
  const candidate = hits / candidateCalls;
  const baseline = expected / candidateCalls;
  const baselineCalls = (candidateCalls * candidateCalls) / inverse;
  const independent =
    (candidate * (1 - candidate)) / candidateCalls + (baseline * (1 - baseline)) / baselineCalls;
  const between = varianceBetweenBlocks(used, candidateCalls, candidate - baseline);
  const designEffect = independent > 0 ? Math.max(1, between / independent) : 1;
  return { candidate, candidateCalls, baseline, baselineCalls, designEffect };
}

/** Fewer blocks than this say too little about the spread between blocks; the variance is then that of the calls. */
const fewestBlocks = 4;

function varianceBetweenBlocks(
  blocks: readonly BlockCounts[],
  calls: number,
  difference: number,
): number {
  if (blocks.length < fewestBlocks) return 0;
  let sum = 0;
  for (const b of blocks) {
    const own = b.candidateHits / b.candidateTrials - b.baselineHits / b.baselineTrials;
    const weighted = (b.candidateTrials / calls) * (own - difference);
    sum += weighted * weighted;
  }
  return (sum * blocks.length) / (blocks.length - 1);
}
