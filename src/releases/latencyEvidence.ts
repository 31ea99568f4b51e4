import type { ComparisonSample } from '../domain/comparison.ts';
import type { ComparisonFinding } from '../domain/stats.ts';
import { alwaysValidZ } from './intervals.ts';
import type { SharedBlock } from './sharedBlocks.ts';
import { standardise } from './sharedBlocks.ts';

const p = 0.95;
const fewestCalls = 100;
/** The bounds must be this far apart before a slower p95 is called worse. */
const leastRatio = 1.2;
const leastMilliseconds = 10;

interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

const successes = (sample: ComparisonSample): number =>
  sample.buckets.reduce((sum, bucket) => sum + bucket.count, 0);

/**
 * Is the p95 of successful calls worse or better? The lower order-statistic bound of the slower side must lie above
 * 1.2 × the upper bound of the faster one and more than 10 ms above it. Baseline calls are weighted to the
 * candidate's blocks. Both in one bucket: same within resolution.
 * @param alpha error probability of this one test over all looks
 */
export function judgeLatency(blocks: readonly SharedBlock[], alpha: number): ComparisonFinding {
  const used = blocks.filter((b) => successes(b.candidate) > 0 && successes(b.baseline) > 0);
  const calls = used.reduce((sum, b) => sum + successes(b.candidate), 0);
  const baselineCalls = used.reduce((sum, b) => sum + successes(b.baseline), 0);
  const candidate = merge(used.map((b) => ({ sample: b.candidate, weight: 1 })));
  const baseline = merge(
    used.map((b) => ({
      sample: b.baseline,
      weight: successes(b.candidate) / successes(b.baseline),
    })),
  );
  const to = quantile(candidate, p);
  const from = quantile(baseline, p);
  const finding = { metric: 'p95' as const, from: from.value, to: to.value, calls, baselineCalls };
  if (calls < fewestCalls || baselineCalls < fewestCalls) return { ...finding, verdict: 'tooFew' };
  if (from.bucket === to.bucket && from.bucket !== undefined)
    return { ...finding, verdict: 'same' };

  const spread = exceedanceSpread(used, from.value);
  const n1 = calls / spread.designEffect;
  const n0 = spread.baselineCalls / spread.designEffect;
  const deviation1 = Math.sqrt((p * (1 - p)) / n1);
  const deviation0 = Math.sqrt((p * (1 - p)) / n0);
  // Two bounds that must not meet: each needs only the share of z that keeps their joint test at alpha.
  const z =
    (alwaysValidZ(Math.min(n1, n0), alpha) * Math.hypot(deviation1, deviation0)) /
    (deviation1 + deviation0);
  const bound = (side: readonly Bucket[], deviation: number, sign: 1 | -1): number =>
    quantile(side, p + sign * z * deviation)[sign > 0 ? 'high' : 'low'];
  const clearlyAbove = (slow: number, fast: number): boolean =>
    slow > leastRatio * fast && slow > fast + leastMilliseconds;
  return {
    ...finding,
    verdict: clearlyAbove(bound(candidate, deviation1, -1), bound(baseline, deviation0, 1))
      ? 'worse'
      : clearlyAbove(bound(baseline, deviation0, -1), bound(candidate, deviation1, 1))
        ? 'better'
        : 'same',
  };
}

/** How unevenly calls beyond the baseline's p95 fall on blocks: widens the order-statistic bounds. */
function exceedanceSpread(
  blocks: readonly SharedBlock[],
  threshold: number,
): { readonly baselineCalls: number; readonly designEffect: number } {
  const beyond = (sample: ComparisonSample): number =>
    sample.buckets.reduce((sum, b) => (b.low >= threshold ? sum + b.count : sum), 0);
  const result = standardise(
    blocks.map(({ candidate, baseline }) => ({
      candidateTrials: successes(candidate),
      candidateHits: beyond(candidate),
      baselineTrials: successes(baseline),
      baselineHits: beyond(baseline),
    })),
  );
  return result ?? { baselineCalls: 0, designEffect: 1 };
}

function merge(
  parts: readonly { readonly sample: ComparisonSample; readonly weight: number }[],
): readonly Bucket[] {
  const byBounds = new Map<string, { low: number; high: number; weight: number }>();
  for (const { sample, weight } of parts)
    for (const { low, high, count } of sample.buckets) {
      const key = `${low} ${high}`;
      const bucket = byBounds.get(key);
      if (bucket === undefined) byBounds.set(key, { low, high, weight: count * weight });
      else bucket.weight += count * weight;
    }
  return [...byBounds.values()].sort((a, b) => a.low - b.low || a.high - b.high);
}

interface BucketQuantile {
  readonly value: number;
  /** Usable as a lower / an upper bound: in the open last bucket only its lower end is known. */
  readonly low: number;
  readonly high: number;
  readonly bucket: string | undefined;
}

/** Quantile at probability `at` (cut to 0–1), geometric within its bucket. */
function quantile(buckets: readonly Bucket[], at: number): BucketQuantile {
  const total = buckets.reduce((sum, b) => sum + b.weight, 0);
  if (total === 0) return { value: NaN, low: NaN, high: NaN, bucket: undefined };
  // An upper bound beyond the last order statistic is not known at all.
  if (at >= 1) return { value: Infinity, low: Infinity, high: Infinity, bucket: undefined };
  const wanted = Math.max(0, at) * total;
  let seen = 0;
  for (const { low, high, weight } of buckets) {
    if (seen + weight >= wanted && weight > 0) {
      const share = (wanted - seen) / weight;
      const bucket = `${low} ${high}`;
      if (high === Infinity) return { value: low, low, high, bucket };
      const value = low > 0 ? low * (high / low) ** share : low + (high - low) * share;
      return { value, low: value, high: value, bucket };
    }
    seen += weight;
  }
  const last = buckets.at(-1);
  return {
    value: last?.low ?? NaN,
    low: last?.low ?? NaN,
    high: last?.high ?? NaN,
    bucket: undefined,
  };
}
