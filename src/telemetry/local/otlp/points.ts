import type { HistogramPoint, MetricRecord } from '../model.ts';
import { recordLimits } from './limits.ts';

/** A histogram point as read, before it is known to make sense. */
export interface HistogramDraft {
  count: number;
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  counts: number[];
  bounds: number[];
}

export interface ExponentialDraft {
  count: number;
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  scale: number;
  zeroCount: number;
  zeroThreshold: number;
  positive: { offset: number; counts: number[] };
  negative: { offset: number; counts: number[] };
}

/** What the points of one metric share. */
export type MetricHeader = Pick<
  MetricRecord,
  'resource' | 'scope' | 'name' | 'unit' | 'temporality'
>;

const summary = (draft: HistogramDraft | ExponentialDraft): Omit<HistogramPoint, 'data'> => ({
  count: draft.count,
  ...(draft.sum === undefined ? {} : { sum: draft.sum }),
  ...(draft.min === undefined ? {} : { min: draft.min }),
  ...(draft.max === undefined ? {} : { max: draft.max }),
});

/** The point, or why it can't be one (metrics.proto, HistogramDataPoint). */
export function explicitPoint(draft: HistogramDraft): HistogramPoint | string {
  const { bounds } = draft;
  // A point without buckets is allowed: only count and sum are known, as in one bucket over everything.
  const counts = draft.counts.length === 0 && bounds.length === 0 ? [draft.count] : draft.counts;
  if (counts.length !== bounds.length + 1)
    return 'a histogram needs one bucket more than it has bounds';
  if (counts.length > recordLimits.buckets) return 'a histogram has too many buckets';
  for (let i = 0; i < bounds.length; i++)
    if (!((bounds[i] ?? NaN) > (bounds[i - 1] ?? -Infinity)))
      return 'the bounds of a histogram must increase';
  return { ...summary(draft), data: { layout: 'explicit', bounds, counts } };
}

export function exponentialPoint(draft: ExponentialDraft): HistogramPoint | string {
  const { scale, zeroCount, zeroThreshold, positive, negative } = draft;
  if (positive.counts.length + negative.counts.length > recordLimits.buckets)
    return 'a histogram has too many buckets';
  if (scale < -11 || scale > 20) return 'the scale of a histogram is out of range';
  return {
    ...summary(draft),
    data: { layout: 'exponential', scale, zeroCount, zeroThreshold, positive, negative },
  };
}
