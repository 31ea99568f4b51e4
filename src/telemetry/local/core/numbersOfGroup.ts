import { quantileOf } from '../../../domain/histogram.ts';
import type { FunctionStats, SeriesPoint } from '../../../domain/stats.ts';
import { milliseconds, perSecond, ratio, unixMillis } from '../../../domain/units.ts';
import type { Cell, Cells } from './cells.ts';
import type { LiveInterval } from './liveInterval.ts';
import type { OperationEntry } from './operations.ts';
import { insideCallOut, unknownPath, type PathTable } from './paths.ts';
import type { ReleaseRun } from './releases.ts';
import type { SampleTraits } from './queryData.ts';
import { sampleStats } from './sampleStats.ts';
import type { ServiceEntry } from './services.ts';
import { absorb, joined, slotLength, type Slot } from './slots.ts';

/** The operations of one function in one service. */
export interface Group {
  readonly service: ServiceEntry;
  readonly members: ReadonlySet<number>;
  readonly operations: readonly OperationEntry[];
}

/** The cells whose calls are calls of the function: those with no ancestor of the same function. The outermost counts. */
export function outermostCells(
  group: Group,
  cells: Cells,
  paths: PathTable,
): { readonly cells: readonly Cell[]; readonly incomplete: boolean } {
  const found: Cell[] = [];
  let incomplete = false;
  for (const operation of group.operations) {
    if (operation.callOut) continue;
    for (const cell of cells.of(operation.index)) {
      if (cell.path === unknownPath && group.members.size > 1) {
        // Whether an ancestor belongs to the function isn't known: left out, and said.
        incomplete = true;
        continue;
      }
      if (!paths.meets(cell.path, group.members)) found.push(cell);
    }
  }
  return { cells: found, incomplete };
}

/** CLIENT and PRODUCER spans of the function and below it, each once however many layers of a library report it. */
export const callOutCells = (group: Group, cells: Cells, paths: PathTable): readonly Cell[] =>
  (cells.callsOut.get(group.service.index) ?? []).filter(
    (cell) =>
      (group.members.has(cell.operation.index) || paths.meets(cell.path, group.members)) &&
      !paths.members(cell.path).includes(insideCallOut),
  );

/** Which slots a window takes, and where its observed part truly begins. */
export interface Span {
  readonly from: number;
  readonly to: number;
  takes(slot: { readonly start: number; readonly length: number }): boolean;
}

/**
 * The observed part of [from, to): a slot that begins before it is left out, so the true start lies on a slot's edge.
 *
 * @param shortest slot that the source fills, milliseconds: shorter ones hold the calls of its length
 */
export function observedSpan(
  from: number,
  to: number,
  observedFrom: number,
  now: number,
  shortest = 0,
): Span {
  if (observedFrom > from)
    return { from: observedFrom, to, takes: (s) => s.start + s.length > observedFrom };
  const length = Math.max(shortest, slotLength(from, now));
  const start = Math.ceil(from / length) * length;
  return { from: start, to, takes: (s) => s.start >= start };
}

export interface RunSum {
  readonly run: ReleaseRun;
  readonly sum: Slot;
  /** Calls in the live interval. */
  live: number;
}

export const emptySum = (): Slot => ({
  start: 0,
  length: 0,
  calls: 0,
  errors: 0,
  clientErrors: 0,
  spans: 0,
  staged: 0,
  handled: 0,
  newest: 0,
});

export function sumByRun(
  cells: readonly Cell[],
  span: Span,
  live: LiveInterval,
): Map<ReleaseRun, RunSum> {
  const runs = new Map<ReleaseRun, RunSum>();
  for (const cell of cells)
    for (const slot of cell.series.slots) {
      if (!span.takes(slot)) continue;
      let entry = runs.get(cell.lane.run);
      if (entry === undefined) {
        entry = { run: cell.lane.run, sum: emptySum(), live: 0 };
        runs.set(cell.lane.run, entry);
      }
      absorb(entry.sum, slot);
      if (slot.start >= live.from && slot.start < live.to) entry.live += slot.calls;
    }
  return runs;
}

/** Percentiles of fewer of the calls than that would be those of a part: a backend's durations can lag behind its calls. */
const leastTimed = 0.9;

/** Whether percentiles of these calls may be told: nearly all are timed, and not by durations of others. */
export const wellTimed = (calls: number, timed: number): boolean =>
  timed >= calls * leastTimed && timed * leastTimed <= calls;

export function statsOf(
  sum: Slot,
  known: {
    readonly perSecond: number | undefined;
    readonly clientErrors: boolean;
    readonly percentiles: boolean;
    readonly lowerBound: boolean;
    readonly source: string;
    readonly sample?: SampleTraits;
  },
): FunctionStats {
  if (known.sample !== undefined) return sampleStats(sum, known, known.sample);
  const weighted = Math.abs(sum.calls - sum.spans) > 1e-6;
  const whole = (n: number): number => (weighted ? Math.round(n) : n);
  const latencies = joined(sum.succeeded?.clone(), sum.failed)?.buckets() ?? [];
  const timed = latencies.reduce((n, { count }) => n + count, 0);
  const at = (q: number): ReturnType<typeof quantileOf> =>
    known.percentiles && wellTimed(sum.calls, timed) ? quantileOf(latencies, q) : undefined;
  const [p50Ms, p95Ms, p99Ms] = [at(0.5), at(0.95), at(0.99)];
  return {
    count: whole(sum.calls),
    ...(known.perSecond === undefined ? {} : { perSecond: perSecond(known.perSecond) }),
    ...(sum.calls > 0 ? { errorRatio: ratio(sum.errors / sum.calls) } : {}),
    errors: whole(sum.errors),
    ...(known.clientErrors ? { clientErrors: whole(sum.clientErrors) } : {}),
    ...(p50Ms ? { p50Ms } : {}),
    ...(p95Ms ? { p95Ms } : {}),
    ...(p99Ms ? { p99Ms } : {}),
    basis: weighted ? 'weighted' : 'all',
    ...(known.lowerBound ? { lowerBound: true as const } : {}),
    source: known.source,
  };
}

/** Points of a sparkline: multiples of the coarsest slot of the window, so that no point is made of fewer slots than its neighbour. */
export function seriesOf(
  cells: readonly Cell[],
  span: Span,
  now: number,
  points: number,
  shortest = 0,
): SeriesPoint[] {
  if (points <= 0 || span.to <= span.from) return [];
  const unit = Math.max(shortest, slotLength(span.from, now));
  const width = Math.max(1, Math.ceil((span.to - span.from) / points / unit)) * unit;
  const sums = new Map<number, Slot>();
  const first = Math.floor(span.from / width) * width;
  for (let at = first; at < span.to; at += width) sums.set(at, emptySum());
  for (const cell of cells)
    for (const slot of cell.series.slots) {
      const sum = sums.get(Math.floor(slot.start / width) * width);
      if (sum !== undefined && span.takes(slot)) absorb(sum, slot);
    }
  return [...sums].map(([at, sum]) => {
    const latencies = joined(sum.succeeded?.clone(), sum.failed);
    const told = latencies !== undefined && wellTimed(sum.calls, latencies.count);
    const p95 = told ? quantileOf(latencies.buckets(), 0.95) : undefined;
    return {
      at: unixMillis(Math.max(at, span.from)),
      count: sum.calls,
      errors: sum.errors,
      ...(p95 ? { p95Ms: milliseconds(p95.value) } : {}),
    };
  });
}
