import type { Histogram } from '../../domain/histogram.ts';
import { explicitFromCumulative } from '../../domain/histogramExplicit.ts';
import { customHistogram, exponentialHistogram, rangeOf } from './exponentialRows.ts';
import { besideLabel } from './selector.ts';
import type { MatrixRow, NativeBucket } from './wire.ts';

/** Labels that tell the buckets of one histogram apart: Prometheus' upper bound, and VictoriaMetrics' range of exponential ones. */
export const bucketLabels = ['le', 'vmrange'] as const;

/** Durations of the calls of one row of labels (without those of buckets) by the end of their slot. */
export interface BucketRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: readonly { readonly at: number; readonly histogram: Histogram }[];
}

/** Boundaries of the span metrics connector's default layout in milliseconds; in seconds they are a thousandth. */
const connectorBounds = [
  2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000,
];

interface Group {
  readonly labels: MatrixRow['labels'];
  readonly byBound: Map<number, MatrixRow>;
  readonly byRange: Map<string, MatrixRow>;
}

/**
 * Joins the rows of one histogram, in steps. Where the name tells no unit, only the producer's own default boundaries do; otherwise there is no
 * histogram: a unit is never guessed.
 *
 * @param besideMsPerUnit of rows of a service's other calls
 * @param hasOwnBounds whether a row's native histograms have boundaries of their own
 */
export function* bucketRows(
  rows: readonly MatrixRow[],
  msPerUnit: number | undefined,
  besideMsPerUnit = msPerUnit,
  hasOwnBounds: (labels: MatrixRow['labels']) => boolean = () => false,
): Generator<void, readonly BucketRow[]> {
  const groups = new Map<string, Group>();
  const native: BucketRow[] = [];
  const unitIn = (labels: MatrixRow['labels']): number | undefined =>
    labels[besideLabel] === undefined ? msPerUnit : besideMsPerUnit;
  for (const row of rows) {
    yield;
    const { le, vmrange, ...labels } = row.labels;
    if (row.histograms !== undefined)
      native.push({ labels, slots: nativeSlots(row, unitIn(labels), hasOwnBounds(labels)) });
    const bound = le === '+Inf' ? Infinity : Number(le ?? NaN);
    if (Number.isNaN(bound) && vmrange === undefined) continue;
    const key = rowKey(labels);
    const group = groups.get(key) ?? { labels, byBound: new Map(), byRange: new Map() };
    groups.set(key, group);
    if (vmrange !== undefined) group.byRange.set(vmrange, row);
    else group.byBound.set(bound, row);
  }
  const joined: BucketRow[] = [];
  for (const { labels, byBound, byRange } of groups.values()) {
    yield;
    if (byRange.size > 0) {
      joined.push({ labels, slots: rangeSlots(byRange, unitIn(labels)) });
      continue;
    }
    const bounds = [...byBound.keys()].sort((a, b) => a - b);
    const unit = unitIn(labels) ?? unitOf(bounds);
    if (unit !== undefined && bounds.at(-1) === Infinity)
      joined.push({ labels, slots: slotsOf(bounds, byBound, unit) });
  }
  return [...native, ...joined];
}

function nativeSlots(
  row: MatrixRow,
  msPerUnit: number | undefined,
  custom: boolean,
): BucketRow['slots'] {
  const read = custom ? customHistogram : exponentialHistogram;
  return (row.histograms ?? []).flatMap(([at, buckets = []]) =>
    slotOf(at, buckets, msPerUnit, read),
  );
}

/** VictoriaMetrics' ranges: each is a counter of its own, and those that nothing fell into aren't there. */
function rangeSlots(
  byRange: ReadonlyMap<string, MatrixRow>,
  msPerUnit: number | undefined,
): BucketRow['slots'] {
  const slots = new Map<number, NativeBucket[]>();
  for (const [label, { samples }] of byRange) {
    const range = rangeOf(label);
    if (range === undefined) return [];
    for (const [at, count] of samples) {
      const buckets = slots.get(at) ?? [];
      slots.set(at, buckets);
      if (count > 0) buckets.push({ ...range, count });
    }
  }
  return [...slots].flatMap(([at, buckets]) => slotOf(at, buckets, msPerUnit));
}

function slotOf(
  at: number,
  buckets: readonly NativeBucket[],
  msPerUnit: number | undefined,
  read: (
    buckets: readonly NativeBucket[],
    msPerUnit: number,
  ) => Histogram | undefined = exponentialHistogram,
): BucketRow['slots'] {
  if (msPerUnit === undefined || buckets.length === 0) return [];
  const histogram = read(buckets, msPerUnit);
  return histogram === undefined ? [] : [{ at: at * 1000, histogram }];
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
