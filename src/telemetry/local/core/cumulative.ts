import { ExplicitHistogram } from '../../../domain/histogramExplicit.ts';
import { ExponentialHistogram } from '../../../domain/histogramExponential.ts';
import type { Histogram } from '../../../domain/histogram.ts';
import type { HistogramPoint } from '../model.ts';

/** A point of one series (one identity): Unix milliseconds; a start of 0 is unknown. */
export interface SeriesSample {
  readonly start: number;
  readonly time: number;
  readonly point: HistogramPoint;
}

/** What is remembered of a series between two points. */
export interface SeriesState {
  start: number;
  time: number;
  point: HistogramPoint;
  /** Resets in a row of a series without start times: more than one process writes it. */
  resets: number;
}

/**
 * What a point adds. `all`: the whole point counts (first point of a series that began while we listened, or a reset); `difference`: what
 * is new since the last one; `baseline`: nothing counts yet; `twoWriters`: two processes write this identity; `overlap`: a
 * delta that covers time already counted.
 */
export type Step =
  | { readonly kind: 'all'; readonly point: HistogramPoint }
  | { readonly kind: 'difference'; readonly point: HistogramPoint }
  | { readonly kind: 'baseline' | 'twoWriters' | 'overlap' | 'repeated' };

const mostResets = 3;

/** Decided in docs/semantics.md, "Cumulative metrics". Changes `state` to the point when it is taken. */
export function cumulativeStep(
  state: SeriesState | undefined,
  next: SeriesSample,
  began: number,
): Step {
  if (state === undefined)
    return next.start > 0 && next.start >= began
      ? { kind: 'all', point: next.point }
      : { kind: 'baseline' };
  if (next.start === state.start && next.time <= state.time) return { kind: 'repeated' };
  if (next.start !== state.start && next.start > 0 && state.start > 0) {
    // A new process starts after the old one's last point; one that started before it runs beside it.
    if (next.start <= state.time) return { kind: 'twoWriters' };
    return { kind: 'all', point: next.point };
  }
  if (!sameLayout(state.point, next.point))
    return next.start > 0 ? { kind: 'baseline' } : { kind: 'all', point: next.point };
  const difference = subtract(next.point, state.point);
  if (difference !== undefined) return { kind: 'difference', point: difference };
  state.resets += 1;
  return state.resets >= mostResets ? { kind: 'twoWriters' } : { kind: 'all', point: next.point };
}

/** Overlaps are rejected, gaps accepted. */
export function deltaStep(state: SeriesState | undefined, next: SeriesSample): Step {
  if (state !== undefined) {
    const start = next.start > 0 ? next.start : next.time;
    if (next.time <= state.time || start < state.time) return { kind: 'overlap' };
  }
  return { kind: 'difference', point: next.point };
}

function sameLayout(a: HistogramPoint, b: HistogramPoint): boolean {
  if (a.data.layout === 'exponential') return b.data.layout === 'exponential';
  if (b.data.layout === 'exponential') return false;
  const { bounds } = b.data;
  return a.data.bounds.length === bounds.length && a.data.bounds.every((v, i) => v === bounds[i]);
}

/** `b` − `a`; undefined when anything went down: the counter began anew. */
function subtract(b: HistogramPoint, a: HistogramPoint): HistogramPoint | undefined {
  const count = b.count - a.count;
  if (count < 0) return undefined;
  if (b.data.layout === 'explicit' && a.data.layout === 'explicit') {
    const before = a.data.counts;
    const counts = b.data.counts.map((n, i) => n - (before[i] ?? 0));
    if (counts.some((n) => n < 0)) return undefined;
    return { count, data: { ...b.data, counts } };
  }
  if (b.data.layout === 'exponential' && a.data.layout === 'exponential')
    return subtractExponential(b.data, a.data, count);
  return undefined;
}

type Exponential = Extract<HistogramPoint['data'], { layout: 'exponential' }>;

/** A writer lowers its scale as its range grows: the older point is brought down to the newer one's before subtracting. */
function subtractExponential(
  b: Exponential,
  a: Exponential,
  count: number,
): HistogramPoint | undefined {
  const scale = Math.min(a.scale, b.scale);
  const before = rescale(a, scale);
  const after = rescale(b, scale);
  const zeroCount = b.zeroCount - a.zeroCount;
  for (const [index, n] of before) after.set(index, (after.get(index) ?? 0) - n);
  const indices = [...after.keys()];
  const offset = indices.length === 0 ? 0 : indices.reduce((x, y) => Math.min(x, y));
  const last = indices.length === 0 ? -1 : indices.reduce((x, y) => Math.max(x, y));
  const counts = Array.from({ length: last - offset + 1 }, (_, i) => after.get(offset + i) ?? 0);
  if (zeroCount < 0 || counts.some((n) => n < 0)) return undefined;
  return { count, data: { ...b, scale, zeroCount, positive: { offset, counts } } };
}

function rescale(data: Exponential, scale: number): Map<number, number> {
  const shift = 2 ** (data.scale - scale);
  const result = new Map<number, number>();
  for (const [i, n] of data.positive.counts.entries()) {
    if (n === 0) continue;
    const index = Math.floor((data.positive.offset + i) / shift);
    result.set(index, (result.get(index) ?? 0) + n);
  }
  return result;
}

/** A point as a histogram in milliseconds; undefined without buckets. */
export function histogramOf(point: HistogramPoint, msPerUnit: number): Histogram | undefined {
  const { data } = point;
  if (data.layout === 'explicit') {
    if (data.bounds.length === 0) return undefined;
    // Seconds to milliseconds leaves noise in the last digits; equal bounds must stay equal.
    const bounds = data.bounds.map((bound) => Number((bound * msPerUnit).toPrecision(12)));
    return new ExplicitHistogram(bounds, [...data.counts]);
  }
  const made = new ExponentialHistogram(data.scale, msPerUnit);
  made.addRange(
    data.scale,
    data.positive.offset,
    data.positive.counts,
    data.zeroCount,
    data.zeroThreshold,
  );
  return made;
}
