import type { Histogram } from '../../../domain/histogram.ts';
import type { ExplicitHistogram } from '../../../domain/histogramExplicit.ts';
import { ExponentialHistogram } from '../../../domain/histogramExponential.ts';

/** `after` − `before`; undefined where that is no histogram, or an empty one. */
export function difference(after: Histogram, before: Histogram): Histogram | undefined {
  if (after.kind === 'explicit' && before.kind === 'explicit') return filled(after.minus(before));
  if (after.kind === 'exponential' && before.kind === 'exponential')
    return exponentialDifference(after, before);
  return undefined;
}

const filled = (histogram: ExplicitHistogram | undefined): ExplicitHistogram | undefined =>
  histogram?.count === 0 ? undefined : histogram;

/** At the coarser scale of both: a backend lowers it when values spread. */
function exponentialDifference(
  after: ExponentialHistogram,
  before: ExponentialHistogram,
): ExponentialHistogram | undefined {
  if (after.msPerUnit !== before.msPerUnit) return undefined;
  const scale = Math.min(after.scale, before.scale);
  const [a, b] = [after, before].map((histogram) => {
    const copy = new ExponentialHistogram(scale, histogram.msPerUnit);
    copy.merge(histogram);
    return copy.toNumbers();
  });
  if (a === undefined || b === undefined || a[3] !== b[3]) return undefined;
  const [, , zeroAfter = 0, zeroWidth = 0] = a;
  const zero = zeroAfter - (b[2] ?? 0);
  const left = pairsOf(b);
  const result = new ExponentialHistogram(scale, after.msPerUnit);
  for (const [index, count] of pairsOf(a)) {
    const more = count - (left.get(index) ?? 0);
    left.delete(index);
    if (more < 0) return undefined;
    result.addRange(scale, index, [more], 0, 0);
  }
  if (zero < 0 || left.size > 0) return undefined;
  if (zero > 0) result.addRange(scale, 0, [], zero, zeroWidth);
  return result.count === 0 ? undefined : result;
}

/** Counts by index, of `ExponentialHistogram.toNumbers()`. */
function pairsOf(numbers: readonly number[]): Map<number, number> {
  const pairs = new Map<number, number>();
  for (let i = 4; i + 1 < numbers.length; i += 2) pairs.set(numbers[i] ?? 0, numbers[i + 1] ?? 0);
  return pairs;
}
