import { ExplicitHistogram } from './histogramExplicit.ts';
import { ExponentialHistogram } from './histogramExponential.ts';
import type { Quantile } from './stats.ts';
import { milliseconds } from './units.ts';

/** Counts of values in (low, high], milliseconds; `high` of an open last bucket is Infinity. */
export interface HistogramBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** The two kinds are never mixed in one percentile. */
export type Histogram = ExponentialHistogram | ExplicitHistogram;

/** Adds `source` to `target`; false, and nothing changed, when they are of different kinds or units. */
export function mergeHistogram(target: Histogram, source: Histogram): boolean {
  if (target.kind === 'exponential' && source.kind === 'exponential') return target.merge(source);
  if (target.kind === 'explicit' && source.kind === 'explicit') return target.merge(source);
  return false;
}

/**
 * The value below which the share `q` (0–1) of the counted values lies, with the bounds of its bucket. In an open last bucket the
 * answer is its lower bound with `beyond` (value, low and high alike: nothing above is known). Undefined without values.
 */
export function quantileOf(buckets: readonly HistogramBucket[], q: number): Quantile | undefined {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (!(total > 0)) return undefined;
  const rank = Math.max(Math.min(q, 1) * total, Math.min(1, total));
  let below = 0;
  for (const bucket of buckets) {
    if (below + bucket.count >= rank - total * 1e-12) return within(bucket, rank - below);
    below += bucket.count;
  }
  const last = buckets.at(-1);
  return last === undefined ? undefined : within(last, last.count);
}

function within(bucket: HistogramBucket, rank: number): Quantile | undefined {
  const { low, high, count } = bucket;
  if (high === Infinity) {
    // One bucket over everything knows nothing.
    if (low <= 0) return undefined;
    const bound = milliseconds(low);
    return { value: bound, low: bound, high: bound, beyond: true };
  }
  const part = Math.min(1, Math.max(0, rank / count));
  // Between exponential bounds the middle is geometric; where the lower bound is zero only a line is possible.
  const value = low > 0 ? low * (high / low) ** part : low + (high - low) * part;
  return { value: milliseconds(value), low: milliseconds(low), high: milliseconds(high) };
}

/** Flat form for snapshots. */
export const histogramToNumbers = (histogram: Histogram): number[] => [
  histogram.kind === 'exponential' ? 0 : 1,
  ...histogram.toNumbers(),
];

export const histogramFromNumbers = (data: readonly number[]): Histogram =>
  data[0] === 0
    ? ExponentialHistogram.fromNumbers(data.slice(1))
    : ExplicitHistogram.fromNumbers(data.slice(1));
