import {
  histogramFromNumbers,
  histogramToNumbers,
  mergeHistogram,
  type Histogram,
} from '../../../domain/histogram.ts';
import { ExponentialHistogram } from '../../../domain/histogramExponential.ts';

/** Calls of one cell within one stretch of time. */
export interface Slot {
  readonly start: number;
  readonly length: number;
  /** Weighted by sampling probability. */
  calls: number;
  errors: number;
  clientErrors: number;
  /** Spans behind `calls`: the sample size. */
  spans: number;
  /** Entry calls that reached the framework's handler stage, and those of them whose handler span was seen. */
  staged: number;
  handled: number;
  /** Newest span end or sample, Unix milliseconds. */
  newest: number;
  /** Latency of calls that didn't fail, and of those that did: verdicts look at the former only. */
  succeeded?: Histogram;
  failed?: Histogram;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Slots get coarser with age; each length divides the next. The windows a person can choose fall into one length each. */
export const tiers: readonly { readonly length: number; readonly keep: number }[] = [
  { length: 10 * second, keep: 16 * minute },
  { length: minute, keep: 65 * minute },
  { length: 5 * minute, keep: 6 * hour + 10 * minute },
  { length: 15 * minute, keep: 24 * hour + 30 * minute },
  { length: 3 * hour, keep: 30 * day },
];
export const finest = 10 * second;

/** Length of the slot for a moment of this age. Boundaries lie on the coarser grid, so that slots never overlap. */
export function slotLength(time: number, now: number): number {
  for (let i = 0; i < tiers.length - 1; i += 1) {
    const tier = tiers[i];
    const next = tiers[i + 1];
    if (tier === undefined || next === undefined) break;
    if (time >= horizon(now, tier.keep, next.length)) return tier.length;
  }
  return tiers.at(-1)?.length ?? finest;
}

const horizon = (now: number, keep: number, coarser: number): number =>
  Math.floor((now - keep) / coarser) * coarser;

const emptySlot = (start: number, length: number): Slot => ({
  start,
  length,
  calls: 0,
  errors: 0,
  clientErrors: 0,
  spans: 0,
  staged: 0,
  handled: 0,
  newest: 0,
});

export const slotBytes = 160;
const bucketBytes = 16;

/** Slots of one cell, ascending by start. `bytes` grows and shrinks with what it holds. */
export class SlotSeries {
  slots: Slot[] = [];
  bytes = 96;

  /** The slot that holds `time`, made when missing; undefined when the time is no longer kept. */
  at(time: number, now: number): Slot | undefined {
    if (time < now - (tiers.at(-1)?.keep ?? 0)) return undefined;
    const length = slotLength(time, now);
    const start = Math.floor(time / length) * length;
    const slots = this.slots;
    let i = slots.length;
    while (i > 0) {
      const slot = slots[i - 1];
      if (slot === undefined || slot.start < start) break;
      if (slot.start === start && slot.length === length) return slot;
      i -= 1;
    }
    const made = emptySlot(start, length);
    slots.splice(i, 0, made);
    this.bytes += slotBytes;
    return made;
  }

  record(slot: Slot, milliseconds: number, weight: number, failed: boolean): void {
    const existing = failed ? slot.failed : slot.succeeded;
    const histogram = existing ?? new ExponentialHistogram();
    if (existing === undefined) {
      if (failed) slot.failed = histogram;
      else slot.succeeded = histogram;
      this.bytes += 64;
    }
    if (histogram.kind === 'exponential' && histogram.record(milliseconds, weight))
      this.bytes += bucketBytes;
  }

  /** Joins slots that grew old into coarser ones and forgets what is too old. */
  compact(now: number): void {
    const oldest = now - (tiers.at(-1)?.keep ?? 0);
    const first = this.slots[0];
    if (first === undefined) return;
    const due = this.slots.some(
      (s) => s.start + s.length < oldest || s.length < slotLength(s.start, now),
    );
    if (!due) return;
    const old = this.slots;
    this.slots = [];
    for (const slot of old) {
      if (slot.start + slot.length < oldest) continue;
      const length = Math.max(slot.length, slotLength(slot.start, now));
      const start = Math.floor(slot.start / length) * length;
      const last = this.slots.at(-1);
      if (last?.start === start && last.length === length) absorb(last, slot);
      else this.slots.push(length === slot.length ? slot : { ...slot, start, length });
    }
    this.recount();
  }

  /** Forgets everything before a moment; used when memory runs short. */
  dropBefore(time: number): number {
    const kept = this.slots.filter((slot) => slot.start + slot.length > time);
    const dropped = this.slots.length - kept.length;
    if (dropped > 0) {
      this.slots = kept;
      this.recount();
    }
    return dropped;
  }

  recount(): void {
    this.bytes = 96;
    for (const slot of this.slots)
      this.bytes += slotBytes + (slot.succeeded?.byteLength ?? 0) + (slot.failed?.byteLength ?? 0);
  }

  toData(): SlotData[] {
    return this.slots.map((s) => [
      s.start,
      s.length,
      s.calls,
      s.errors,
      s.clientErrors,
      s.spans,
      s.staged,
      s.handled,
      s.newest,
      s.succeeded ? histogramToNumbers(s.succeeded) : undefined,
      s.failed ? histogramToNumbers(s.failed) : undefined,
    ]);
  }

  static fromData(data: readonly SlotData[]): SlotSeries {
    const series = new SlotSeries();
    series.slots = data.map((d) => ({
      start: d[0],
      length: d[1],
      calls: d[2],
      errors: d[3],
      clientErrors: d[4],
      spans: d[5],
      staged: d[6],
      handled: d[7],
      newest: d[8],
      ...(d[9] ? { succeeded: histogramFromNumbers(d[9]) } : {}),
      ...(d[10] ? { failed: histogramFromNumbers(d[10]) } : {}),
    }));
    series.recount();
    return series;
  }
}

export type SlotData = [
  start: number,
  length: number,
  calls: number,
  errors: number,
  clientErrors: number,
  spans: number,
  staged: number,
  handled: number,
  newest: number,
  succeeded: number[] | undefined,
  failed: number[] | undefined,
];

/** Adds a slot to another; histograms that can't be mixed leave the target without one. */
export function absorb(target: Slot, source: Slot): void {
  target.calls += source.calls;
  target.errors += source.errors;
  target.clientErrors += source.clientErrors;
  target.spans += source.spans;
  target.staged += source.staged;
  target.handled += source.handled;
  target.newest = Math.max(target.newest, source.newest);
  const succeeded = joined(target.succeeded, source.succeeded);
  if (succeeded !== undefined) target.succeeded = succeeded;
  const failed = joined(target.failed, source.failed);
  if (failed !== undefined) target.failed = failed;
}

/** `into` with `from` added; `into` is changed, `from` never. */
export function joined(
  into: Histogram | undefined,
  from: Histogram | undefined,
): Histogram | undefined {
  if (from === undefined) return into;
  if (into === undefined) return from.clone();
  mergeHistogram(into, from);
  return into;
}
