import type {
  ComparisonBlock,
  ComparisonSample,
  ComparisonSide,
} from '../../../domain/comparison.ts';
import { unixMillis } from '../../../domain/units.ts';
import type { Cell } from './cells.ts';
import { emptySum, wellTimed } from './numbersOfGroup.ts';
import type { ReleaseRun } from './releases.ts';
import { absorb, slotLength, type Slot } from './slots.ts';

/** The start of a release is left out: caches fill, code compiles. */
export const warmUp = 10_000;

/** Time that is compared, on a grid of blocks. */
export interface ComparedTime {
  readonly from: number;
  readonly to: number;
  readonly block: number;
}

/** The time in which both runs had started and warmed up, within [from, to). Undefined when there is none. */
export function sharedTime(
  a: ReleaseRun,
  b: ReleaseRun,
  from: number,
  to: number,
  now: number,
  warmingUp = warmUp,
): ComparedTime | undefined {
  const start = Math.max(from, a.firstSeen + warmingUp, b.firstSeen + warmingUp);
  return timeOnGrid(start, to, now);
}

export function timeOnGrid(start: number, to: number, now: number): ComparedTime | undefined {
  const block = slotLength(start, now);
  const aligned = Math.ceil(start / block) * block;
  return aligned < to ? { from: aligned, to, block } : undefined;
}

/** One side of a comparison. `shift` moves its blocks in time, to lay a past release beside a running one. */
export function comparisonSide(
  cells: readonly Cell[],
  run: ReleaseRun,
  time: ComparedTime,
  shift = 0,
): ComparisonSide {
  const blocks = new Map<number, Slot>();
  const instances = new Map<string, Slot>();
  for (const cell of cells) {
    if (cell.lane.run !== run) continue;
    for (const slot of cell.series.slots) {
      if (slot.start < time.from || slot.start >= time.to) continue;
      const at = Math.floor(slot.start / time.block) * time.block + shift;
      absorb(sumAt(blocks, at), slot);
      if (cell.lane.instance !== '') absorb(sumAt(instances, cell.lane.instance), slot);
    }
  }
  const ordered = [...blocks].sort((a, b) => a[0] - b[0]);
  const timed = sideTimed([...blocks.values()]);
  return {
    version: run.version,
    firstSeen: unixMillis(run.firstSeen),
    blocks: ordered.map(([at, sum]): ComparisonBlock => ({
      at: unixMillis(at),
      ...sampleOf(sum, timed),
    })),
    ...(instances.size > 1
      ? { instances: [...instances.values()].map((sum) => sampleOf(sum, timed)) }
      : {}),
  };
}

function sumAt<K>(sums: Map<K, Slot>, key: K): Slot {
  const known = sums.get(key);
  if (known !== undefined) return known;
  const made = emptySum();
  sums.set(key, made);
  return made;
}

/** A side of which too few calls are timed says nothing of latency. */
function sideTimed(sums: readonly Slot[]): boolean {
  let [calls, timed] = [0, 0];
  for (const sum of sums) {
    calls += sum.calls;
    timed += (sum.succeeded?.count ?? 0) + (sum.failed?.count ?? 0);
  }
  return wellTimed(calls, timed);
}

/** Sampled calls are evidence only in their own number, not in the number they stand for. */
function sampleOf(sum: Slot, timed: boolean): ComparisonSample {
  const part = sum.calls > 0 ? sum.spans / sum.calls : 0;
  return {
    calls: Math.round(sum.calls * part),
    errors: Math.round(sum.errors * part),
    buckets: ((timed ? sum.succeeded?.buckets() : undefined) ?? []).map((bucket) => ({
      ...bucket,
      count: Math.round(bucket.count * part),
    })),
  };
}
