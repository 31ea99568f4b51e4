import type { HistogramBucket } from '../../../domain/histogram.ts';
import { quantileOf } from '../../../domain/histogram.ts';
import type { FunctionStats, Quantile } from '../../../domain/stats.ts';
import { ratio } from '../../../domain/units.ts';
import type { SampleTraits } from './queryData.ts';
import { joined, type Slot } from './slots.ts';

/** A percentile of fewer calls would be the slowest of them, whatever the percentile. */
const leastCalls = 5;
/** Two-sided 95 % of the normal distribution. */
const z = 1.96;

/** Numbers of calls that are a sample of all: counts are its own, no rate follows from it, percentiles have the bounds that its size allows. */
export function sampleStats(
  sum: Slot,
  known: {
    readonly clientErrors: boolean;
    readonly percentiles: boolean;
    readonly lowerBound: boolean;
    readonly source: string;
  },
  { unsampled }: SampleTraits,
): FunctionStats {
  // By weight where calls say how likely they were taken; how many were looked at is another number.
  const part = sum.calls > 0 ? sum.spans / sum.calls : 0;
  const latencies = joined(sum.succeeded?.clone(), sum.failed)?.buckets() ?? [];
  const at = (q: number): Quantile | undefined =>
    known.percentiles ? sampleQuantile(latencies, q, sum.spans) : undefined;
  const [p50Ms, p95Ms, p99Ms] = [at(0.5), at(0.95), at(0.99)];
  return {
    count: sum.spans,
    ...(unsampled && sum.calls > 0 ? { errorRatio: ratio(sum.errors / sum.calls) } : {}),
    errors: Math.round(sum.errors * part),
    ...(known.clientErrors ? { clientErrors: Math.round(sum.clientErrors * part) } : {}),
    ...(p50Ms ? { p50Ms } : {}),
    ...(p95Ms ? { p95Ms } : {}),
    ...(p99Ms ? { p99Ms } : {}),
    basis: 'sample',
    ...(known.lowerBound ? { lowerBound: true as const } : {}),
    source: known.source,
  };
}

/**
 * A percentile of all calls as a sample of `n` of them tells it: the sample's own, between the order statistics that hold it with a
 * confidence of 95 % (normal approximation of the binomial distribution of ranks). Undefined where it would be the slowest call or beyond.
 */
export function sampleQuantile(
  latencies: readonly HistogramBucket[],
  q: number,
  n: number,
): Quantile | undefined {
  if (n < leastCalls || n * (1 - q) < 1 - 1e-9) return undefined;
  const value = quantileOf(latencies, q);
  if (value === undefined) return undefined;
  const width = z * Math.sqrt((q * (1 - q)) / n);
  const low = quantileOf(latencies, Math.max(0, q - width));
  const high = quantileOf(latencies, Math.min(1, q + width));
  return { ...value, low: low?.low ?? value.low, high: high?.high ?? value.high };
}
