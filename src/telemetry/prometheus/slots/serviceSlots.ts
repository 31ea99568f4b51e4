import type { OperationId } from '../../../domain/operation.ts';
import type { Failure, Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import { Turns } from '../../../domain/turns.ts';
import type { QueryData, SourceTraits } from '../../local/core/queryData.ts';
import type { SharedFile } from '../../sharing/sharedFile.ts';
import { titleOf } from '../look/catalogue.ts';
import { busiest } from './busiest.ts';
import { readDurations } from './durations.ts';
import { FilledSlots } from './filledSlots.ts';
import { PastCalls } from './pastCalls.ts';
import type { ReadStretch } from './readBack.ts';
import { evaluationTime } from '../recording/recorded.ts';
import type { ServiceSlotsOptions } from './serviceSlotsOptions.ts';
import { firstStart, lastEnd, stepFor } from './slotGrid.ts';
import { callsQuery, pastQuery } from './slotQueries.ts';
import { SlotReader, type Question, type Stretch } from './slotReader.ts';
import { noNumbers, slotWarnings } from './slotWarnings.ts';
import { WritersSeen, writtenBySeveral } from './writers.ts';

/** Slots that are asked for again: their newest samples may have come late. Two, and a minute at least. */
const overlap = (step: number): number => Math.max(2 * step, 60_000);
/** After a longer pause the old slots have settled. */
const longPause = 10 * 60_000;
/** Operations whose durations are fetched before anybody asks for them: a file that is opened finds them there. */
const busiestOperations = 200;
/** Which ones they are is looked at again. */
const busiestEvery = 15 * 60_000;

/** What is known of one service: slots of calls, errors and durations, filled by asking only for what is new. */
export class ServiceSlots {
  readonly step: number;
  readonly #options: ServiceSlotsOptions;
  readonly #reader: SlotReader;
  /** While this window alone asks. */
  #shared: SharedFile | undefined;
  #filled: FilledSlots;
  readonly #writers = new WritersSeen();
  readonly #past: PastCalls;
  /** The beginning of the longest window asked for, Unix milliseconds; 0: none. */
  #asked = 0;
  /** Covered time; nothing yet when `#to` is 0. */
  #from = 0;
  #to = 0;
  /** Operations whose buckets are covered as well, by the value that queries narrow them by. */
  readonly #bucketKeys = new Set<string>();
  #bucketsTo = 0;
  #busiestAt = 0;
  #capped = { calls: false, buckets: false };
  /** Some of its native histograms were left out: what their buckets say isn't known. */
  unreadable = false;
  /** Its durations came, and nothing tells their unit. */
  unitless = false;

  constructor(options: ServiceSlotsOptions) {
    this.#options = options;
    this.step = stepFor(options.interval);
    this.#past = new PastCalls(options.api, (step) => pastQuery(options, step));
    this.#reader = new SlotReader({
      api: options.api,
      step: this.step,
      overlap: overlap(this.step),
      follows: () => [...this.#bucketKeys],
    });
    this.#filled = this.#empty();
  }

  /** Answers that were another window's. */
  get taken(): number {
    return this.#reader.taken;
  }

  /** Rules that weren't whole may be by now. */
  tryRecorded(): void {
    this.#reader.tryRecorded();
  }

  get empty(): boolean {
    return this.#to === 0;
  }

  /** Whether a slot has ended that isn't known yet. */
  due(now: number): boolean {
    return this.#lastEnd(now) > this.#to;
  }

  /** Whether its slots go back to the beginning of the window, or as far as the backend lets them. */
  reaches(window: number, now: number): boolean {
    return this.#to > 0 && this.#asked <= firstStart(now - window, now, this.step);
  }

  /** Whether the durations of some of the operations weren't asked for yet, or it is time to look for the busiest. */
  lacks(operations: readonly OperationId[], now: number): boolean {
    if (this.#options.buckets === undefined || this.#to === 0) return false;
    return now - this.#busiestAt >= busiestEvery || this.#missing(operations).length > 0;
  }

  /** What a person should know of its numbers. */
  warnings(): readonly string[] {
    return slotWarnings({
      from: this.#from,
      capped: this.#capped,
      torn: this.#filled.releases.torn,
      leftOut: this.#past.leftOut,
    });
  }

  /** Why no number of the time after a moment can be told, if that is so. */
  unusable(from: number, now: number): Failure | undefined {
    const until = this.#writers.newest(from);
    return until === undefined ? undefined : writtenBySeveral(this.#options.found, until, now);
  }

  data(): QueryData {
    const { compare } = this.#options;
    const traits: SourceTraits = {
      name: titleOf(this.#options),
      clientErrors: this.#filled.writer.seesStatus,
      slot: this.step,
      warmUp: 2 * 60_000,
    };
    return { ...this.#filled.state.queryData(compare), traits };
  }

  /**
   * Brings the slots up to date: one request for the calls of all operations and one for the buckets of those known. The first time, and
   * for a window that begins earlier, also back to its beginning, with the buckets of `operations` and of the busiest.
   *
   * @param within what other windows asked for in this time is new enough
   */
  refresh(
    window: number,
    operations: readonly OperationId[],
    now: number,
    within: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    return this.#alone(() => this.#refresh(window, operations, now, within, signal), signal);
  }

  async #refresh(
    window: number,
    operations: readonly OperationId[],
    now: number,
    within: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const wanted = firstStart(now - window, now, this.step);
    if (!this.reaches(window, now)) this.#begin(wanted);
    this.#filled.state.now = now;
    this.#filled.state.tidy();
    this.#filled.writer.tidy(now);
    this.#filled.releases.tidy(now);
    const calls = await this.#calls(this.#goal(now, within), now, signal);
    if (!calls.ok || this.#to === 0) return calls;
    if (this.#bucketsTo > 0) return this.#nextBuckets(now, signal);
    this.#bucketsTo = this.#to;
    const asked = this.#missing(operations);
    const all = [...new Set([...asked, ...this.#busiest(now)])];
    const begins = await this.#addBuckets(all, this.#bucketsTo, now, signal);
    if (!begins.ok) return begins;
    if (begins.value <= this.#from || asked.length === 0 || asked.length >= all.length)
      return ok(undefined);
    // Those that somebody looks at come first: only of the time before, since what is there would be counted again.
    const more = await this.#addBuckets(asked, begins.value, now, signal);
    return more.ok ? ok(undefined) : more;
  }

  /** Durations of operations that weren't asked for yet, from the beginning to where the others are: one question. */
  catchUp(
    operations: readonly OperationId[],
    now: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const busiest = now - this.#busiestAt >= busiestEvery ? this.#busiest(now) : [];
    const keys = [...new Set([...this.#missing(operations), ...busiest])];
    return this.#alone(async () => {
      const added = keys.filter((key) => !this.#bucketKeys.has(key));
      const read = await this.#addBuckets(added, this.#bucketsTo, now, signal);
      return read.ok ? ok(undefined) : read;
    }, signal);
  }

  async #alone(
    work: () => Promise<Result<undefined>>,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    this.#shared = await this.#options.shared?.();
    try {
      return await (this.#shared?.alone(work, signal) ?? work());
    } finally {
      this.#shared = undefined;
    }
  }

  /** The end of the newest slot to know: that of another window's newest answer, where that is new enough. */
  #goal(now: number, within: number): number {
    const own = this.#lastEnd(now);
    const others = this.#shared && SlotReader.knownTo(this.#callsQuestion(), within, this.#shared);
    return others !== undefined && others >= this.#to && others > this.#from
      ? Math.min(own, others)
      : own;
  }

  #callsQuestion(): Question {
    return {
      query: (step) => callsQuery(this.#options, step),
      unnarrowed: callsQuery(this.#options, this.step).raw,
    };
  }

  #begin(at: number): void {
    this.#asked = at;
    this.#startFrom(at);
    this.#capped = { calls: false, buckets: false };
  }

  /** Empty, to be filled from this moment on. */
  #startFrom(at: number): void {
    this.#filled = this.#empty();
    this.#bucketKeys.clear();
    this.#writers.clear();
    this.#past.clear();
    this.#from = at;
    this.#to = 0;
    this.#bucketsTo = 0;
  }

  async #calls(to: number, now: number, signal: AbortSignal): Promise<Result<undefined>> {
    const start = this.#nextFrom(this.#to, now);
    const read = await this.#read(
      this.#callsQuestion(),
      { from: start, to, written: Math.max(start, this.#to) },
      now,
      signal,
    );
    if (!read.ok) return read;
    const { pieces, from, capped } = read.value;
    if (pieces.some(({ rows }) => rows.some(({ odd }) => odd === true)))
      return noNumbers(this.#options);
    if (capped) {
      // What is covered has no holes.
      this.#startFrom(from);
      this.#filled.state.now = now;
      this.#capped = { ...this.#capped, calls: true };
    }
    const turns = new Turns();
    for (const { rows, chunk } of pieces) {
      const own = this.#writers.take(rows, chunk);
      const counted = await this.#past.without(
        this.#filled.releases.take(own, chunk),
        chunk,
        signal,
      );
      if (!counted.ok) return counted;
      await turns.run(this.#filled.writer.calls(counted.value, chunk, now));
      // Where this machine's clock was found to be ahead, a part of it hasn't come yet.
      const ended = lastEnd(this.#options.api.now(), this.step);
      this.#to = Math.max(this.#to, Math.min(chunk.to, ended));
    }
    return ok(undefined);
  }

  /**
   * From the beginning on.
   *
   * @returns where they begin: later where the backend's costs left some of it out
   */
  async #addBuckets(
    keys: readonly string[],
    to: number,
    now: number,
    signal: AbortSignal,
  ): Promise<Result<number>> {
    const read = await this.#bucketsOf(keys, this.#from, to, now, signal);
    if (read.ok) for (const key of keys) this.#bucketKeys.add(key);
    return read;
  }

  async #nextBuckets(now: number, signal: AbortSignal): Promise<Result<undefined>> {
    const next = this.#nextFrom(this.#bucketsTo, now);
    const read = await this.#bucketsOf([...this.#bucketKeys], next, this.#to, now, signal, true);
    if (!read.ok) return read;
    this.#bucketsTo = this.#to;
    return ok(undefined);
  }

  /** @returns where they begin: later where the backend's costs left some of it out */
  async #bucketsOf(
    keys: readonly string[],
    from: number,
    to: number,
    now: number,
    signal: AbortSignal,
    together = false,
  ): Promise<Result<number>> {
    const { buckets } = this.#options;
    if (buckets === undefined || keys.length === 0) return ok(from);
    const written = together ? Math.max(from, this.#bucketsTo) : from;
    const read = await readDurations(
      { ...this.#options, buckets },
      {
        keys,
        // What the others follow is asked for along with it: then one of them is enough.
        others: together ? (this.#shared?.wanted() ?? []) : [],
        // Another window's answer may go on to where these are known already.
        ...(together ? {} : { endAt: to }),
        step: this.step,
      },
      (question) => this.#read(question, { from, to, written }, now, signal),
      (rows, chunk) => this.#filled.writer.buckets(rows, chunk, now),
    );
    if (!read.ok) return read;
    this.unreadable ||= read.value.unreadable;
    this.unitless ||= read.value.unitless;
    const capped = this.#capped.buckets || read.value.capped;
    this.#capped = { ...this.#capped, buckets: capped };
    return ok(read.value.from);
  }

  #read(
    question: Question,
    stretch: Stretch,
    now: number,
    signal: AbortSignal,
  ): Promise<Result<ReadStretch>> {
    return this.#reader.read(question, stretch, now, this.#shared, signal);
  }

  #lastEnd(now: number): number {
    const { recorded, beside } = this.#options;
    const calls = recorded.calls ?? beside?.recorded.calls;
    return lastEnd(calls === undefined ? now : now - evaluationTime, this.step);
  }

  #nextFrom(covered: number, now: number): number {
    if (covered === 0) return this.#from;
    return now - covered > longPause ? covered : Math.max(this.#from, covered - overlap(this.step));
  }

  #missing(operations: readonly OperationId[]): readonly string[] {
    return this.#filled.keysOf(operations).filter((key) => !this.#bucketKeys.has(key));
  }

  #busiest(now: number): readonly string[] {
    this.#busiestAt = now;
    return this.#filled.keysOf(busiest(this.#filled.state.cells.all(), busiestOperations));
  }

  #empty(): FilledSlots {
    return new FilledSlots(this.#options, this.step, () => this.#from);
  }
}
