import type { FunctionStats } from '../../../domain/stats.ts';
import { at, type SpmAnswers, type SpmUnit } from './operationNumbers.ts';

/**
 * Between the units lies a thousand, but a store may keep mostly slow traces: the nearer unit isn't good enough, it has to be near. Buckets are
 * wide and samples small.
 */
const mostApart = 5;
/** How far the slowest call of all may lie above the slowest that were sampled. */
const mostAbove = 30;
const units = [1, 1000] as const;

/** What the sample says of an operation's calls over the same window. */
export interface SampledOperation {
  readonly operation: string;
  readonly stats: FunctionStats;
}

/**
 * The unit of Jaeger's durations, which no answer names (`latency_unit` of its metrics storage). It is the one with which they agree with the
 * traces of the same operations: medians near each other, and the highest bucket's end neither below durations that were seen nor far above all
 * of them. Undefined where none does.
 */
export function unitOf(answers: SpmAnswers, sampled: readonly SampledOperation[]): SpmUnit {
  const { wholeEnd: end, latencies } = answers;
  const found = new Set<SpmUnit>();
  for (const { operation, stats } of sampled) {
    const { p50Ms, p95Ms, p99Ms } = stats;
    const [median, top] = [at(latencies.p50Ms, operation, end), at(latencies.top, operation, end)];
    if (median === undefined || top === undefined || p50Ms === undefined) continue;
    const seen = p50Ms.value;
    const longest = (p99Ms ?? p95Ms ?? p50Ms).high;
    const agreeing = units.filter(
      (unit) =>
        seen < median * unit * mostApart &&
        seen * mostApart > median * unit &&
        (p95Ms ?? p50Ms).low <= top * unit &&
        top * unit <= longest * mostAbove,
    );
    // One that fits neither (its calls lie beyond the last bucket, or its buckets are too wide) says nothing.
    if (agreeing.length === 1) found.add(agreeing[0]);
  }
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
