import { explicitFromCumulative, type ExplicitHistogram } from '../../domain/histogramExplicit.ts';
import type { MatrixRow } from './wire.ts';

/** Durations of the calls of one row of labels (without `le`) by the end of their slot. */
export interface BucketRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: readonly { readonly at: number; readonly histogram: ExplicitHistogram }[];
}

/** Boundaries of the span metrics connector's default layout in milliseconds; in seconds they are a thousandth. */
const connectorBounds = [
  2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000,
];

/**
 * Joins the rows of one histogram. Where the name tells no unit, only the producer's own default boundaries do; otherwise there is no
 * histogram: a unit is never guessed.
 */
export function bucketRows(
  rows: readonly MatrixRow[],
  msPerUnit: number | undefined,
): readonly BucketRow[] {
  const groups = new Map<
    string,
    { labels: Record<string, string>; byBound: Map<number, MatrixRow> }
  >();
  for (const row of rows) {
    const { le, ...labels } = row.labels;
    const bound = le === '+Inf' ? Infinity : Number(le);
    if (le === undefined || Number.isNaN(bound)) continue;
    const key = rowKey(labels);
    const group = groups.get(key) ?? { labels, byBound: new Map<number, MatrixRow>() };
    groups.set(key, group);
    group.byBound.set(bound, row);
  }
  return [...groups.values()].flatMap(({ labels, byBound }) => {
    const bounds = [...byBound.keys()].sort((a, b) => a - b);
    const unit = msPerUnit ?? unitOf(bounds);
    if (unit === undefined || bounds.at(-1) !== Infinity) return [];
    return [{ labels, slots: slotsOf(bounds, byBound, unit) }];
  });
}

function slotsOf(
  bounds: readonly number[],
  byBound: ReadonlyMap<number, MatrixRow>,
  msPerUnit: number,
): BucketRow['slots'] {
  const columns = bounds.map((bound) => new Map(byBound.get(bound)?.samples ?? []));
  // Seconds to milliseconds leaves noise in the last digits; equal bounds must stay equal.
  const inMs = bounds.slice(0, -1).map((b) => Number((b * msPerUnit).toPrecision(12)));
  return [...(columns.at(-1) ?? new Map<number, number>()).keys()].flatMap((at) => {
    const cumulative = columns.map((column) => column.get(at));
    // A boundary without a value would read as 0 and move calls into the next bucket.
    if (!cumulative.every((n) => n !== undefined)) return [];
    const histogram = explicitFromCumulative(inMs, cumulative);
    return histogram === undefined || histogram.count === 0 ? [] : [{ at: at * 1000, histogram }];
  });
}

function unitOf(bounds: readonly number[]): number | undefined {
  const finite = bounds.filter((b) => b !== Infinity);
  if (finite.length === 0) return undefined;
  return [1, 1000].find((unit) =>
    finite.every((b) => connectorBounds.includes(Number((b * unit).toPrecision(12)))),
  );
}

/** A row's labels as one text, whatever their order. */
export const rowKey = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name, value]) => name !== '__name__' && value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
