import { ExplicitHistogram } from '../../domain/histogramExplicit.ts';
import { ExponentialHistogram, finestScale } from '../../domain/histogramExponential.ts';
import type { NativeBucket } from './wire.ts';

/** VictoriaMetrics writes bounds with four digits: an index is that uncertain at a scale of 4. */
const digits = 5e-4;

/**
 * A histogram of base-2 exponential buckets, as OpenTelemetry's exponential histograms arrive. Undefined where the bounds aren't such:
 * of histograms with boundaries of their own, empty buckets are left out, and what lies between the others isn't known.
 *
 * @param buckets in any order, in the metric's unit
 */
export function exponentialHistogram(
  buckets: readonly NativeBucket[],
  msPerUnit: number,
): ExponentialHistogram | undefined {
  const positive = buckets.filter(({ low }) => low > 0);
  const scale = Math.min(...positive.map(scaleOf));
  if (positive.length > 0 && !Number.isFinite(scale)) return undefined;
  const kept = Math.min(positive.length > 0 ? scale : finestScale, finestScale);
  const histogram = new ExponentialHistogram(kept, msPerUnit);
  for (const { low, high, count } of buckets) {
    // Buckets from −∞ are those of boundaries of its own.
    if (high <= 0 || low === -Infinity) return undefined;
    if (low <= 0) {
      histogram.addRange(kept, 0, [], count, high);
      continue;
    }
    const factor = 2 ** kept;
    // Finer buckets lie inside of one of these.
    const index = Math.floor(Math.log2(Math.sqrt(low * high)) * factor);
    const slack = 1e-6 + digits * 2 * factor;
    if (
      Math.log2(low) * factor < index - slack ||
      Math.log2(high) * factor > index + 1 + slack ||
      (scaleOf({ low, high }) <= kept && Math.log2(high) * factor < index + 1 - slack)
    )
      return undefined;
    histogram.addRange(kept, index, [count], 0, 0);
  }
  return histogram;
}

/** The scale whose buckets are that wide. */
const scaleOf = ({ low, high }: Pick<NativeBucket, 'low' | 'high'>): number =>
  Math.round(-Math.log2(Math.log2(high / low)));

/** `1.051e-01...1.146e-01`, VictoriaMetrics' label of a bucket. https://docs.victoriametrics.com/victoriametrics/keyconcepts/#histogram */
export function rangeOf(label: string): Pick<NativeBucket, 'low' | 'high'> | undefined {
  const [low, high, more] = label.split('...');
  if (low === undefined || high === undefined || more !== undefined) return undefined;
  const range = { low: Number(low), high: high === '+Inf' ? Infinity : Number(high) };
  return range.low < range.high ? range : undefined;
}

/**
 * A histogram of boundaries of its own (Prometheus' schema −53). Empty buckets aren't in the answer, so that what lies between the others is
 * one empty bucket. Undefined where the buckets overlap: several layouts were summed.
 */
export function customHistogram(
  buckets: readonly NativeBucket[],
  msPerUnit: number,
): ExplicitHistogram | undefined {
  const bounds: number[] = [];
  const counts: number[] = [];
  let before = -Infinity;
  for (const { low, high, count } of buckets.toSorted((a, b) => a.low - b.low)) {
    if (low < before) return undefined;
    if (low > before) {
      bounds.push(low);
      counts.push(0);
    }
    if (high !== Infinity) bounds.push(high);
    counts.push(count);
    before = high;
  }
  if (before !== Infinity) counts.push(0);
  const inMs = bounds.map((bound) => Number((bound * msPerUnit).toPrecision(12)));
  return new ExplicitHistogram(inMs, counts);
}
