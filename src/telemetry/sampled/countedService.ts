import type { CompareReleases } from '../../domain/comparison.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import { Turns } from '../../domain/turns.ts';
import { milliseconds, unixMillis } from '../../domain/units.ts';
import { CoreState } from '../local/core/coreState.ts';
import { numbersOf, serviceStates } from '../local/core/query.ts';
import type { QueryData } from '../local/core/queryData.ts';
import type { NumbersQuery } from '../ports.ts';
import { firstStart, planChunks, type Chunk } from '../prometheus/slots/slotGrid.ts';
import { SlotWriter } from '../prometheus/slots/slotWriter.ts';
import { foundCounts, rowsOf } from './countedRows.ts';
import { compareCounts, type SlotCount } from './comparedCounts.ts';
import type { CountedRow, ExploredQuery, StoredCounts, StoredService } from './storedCounts.ts';
import { withStretch, type Stretch } from './stretches.ts';

const minute = 60_000;
/** The shortest slot. */
const step = minute;
/** Spans arrive after their end, and are counted some seconds after that. */
const settle = minute;
/** What may still have come since it was asked for is asked for again; after a longer pause it has settled. */
const overlap = 5 * step;
const longPause = 10 * minute;
/** The longest stretch of one question: Tempo’s own bound, before version 3. */
const longestQuestion = 180 * minute;
/** What is compared with a search has settled. */
const compareAfter = 3 * minute;
/** What is new is compared that often. */
const compareEvery = 15 * minute;
const kept = 25 * 60 * minute;

export interface CountedServiceOptions extends StoredService {
  readonly counts: StoredCounts;
  /** Of the backend, for what a person reads. */
  readonly backend: string;
  readonly unsampled: boolean;
  readonly compare: CompareReleases;
  /** How often it is asked for what is new, milliseconds. */
  readonly refreshEvery: () => number;
  /** Tells its operations from alike ones of other sources. */
  readonly origin: string;
  /** 0–1. */
  readonly random: () => number;
}

/** One service's calls as the backend counts them, and how far a search showed that these are all that it stores. */
export class CountedService {
  readonly #options: CountedServiceOptions;
  #state: CoreState;
  #writer: SlotWriter;
  /** Covered by answers; nothing yet when `#to` is 0. Unix milliseconds. */
  #from = 0;
  #to = 0;
  #slots = new Map<number, SlotCount>();
  /** Compared with what a search finds. */
  #proven: readonly Stretch[] = [];
  /** Why the counts aren't used. */
  why: string | undefined;

  constructor(options: CountedServiceOptions) {
    this.#options = options;
    this.#state = this.#newState();
    this.#writer = this.#newWriter();
  }

  operations(): readonly Operation[] {
    return this.#state.operations.list;
  }

  /** Whether its counts hold all that is stored of a window. */
  covers(from: number, now: number): boolean {
    const first = this.#first(from, now);
    return (
      this.why === undefined &&
      this.#isCurrent(now) &&
      this.#proven.some((one) => one.from <= first && one.to >= this.#to - compareEvery - longPause)
    );
  }

  /** Where nothing was asked for lately, what came since is missing. */
  #isCurrent(now: number): boolean {
    const pause = Math.max(overlap, this.#options.refreshEvery() + 2 * step);
    return this.#to >= now - settle - pause;
  }

  /** One question for what is new. For a window that wasn't asked for, all of it; and then, and now and then, a comparison with a search. */
  async refresh(window: number, now: number, signal: AbortSignal): Promise<Result<undefined>> {
    const first = this.#first(now - window, now);
    const end = Math.floor((now - settle) / step) * step;
    if (this.#to === 0 || first < this.#from || end - this.#to > 60 * minute) this.#begin(first);
    const from = this.#to === 0 ? this.#from : this.#nextFrom(end);
    if (end > this.#to) {
      const read = await this.#read(from, end, now, signal);
      if (!read.ok) return read;
    }
    return this.#prove(first, signal);
  }

  numbers(
    query: NumbersQuery,
    now: number,
    known: Pick<FunctionNumbers, 'serviceAlive'>,
  ): readonly FunctionNumbers[] {
    const { counts, backend } = this.#options;
    const data = this.#data();
    return query.groups.map((group) => {
      const asked = { ...query, select: {} };
      const { silentSince, ...numbers } = numbersOf(
        data,
        group,
        asked,
        unixMillis(Math.floor(now)),
      );
      // Any span of the service shows that it is alive, these are the requests alone.
      const serviceAlive = numbers.serviceAlive || known.serviceAlive;
      const { from } = numbers.window;
      return {
        ...numbers,
        serviceAlive,
        ...(serviceAlive || silentSince === undefined ? {} : { silentSince }),
        sample: {
          traces: this.#callsSince(from),
          covered: milliseconds(Math.max(0, now - from)),
          backend,
          counted: counts.title,
        },
      };
    });
  }

  /** Undefined: it has no calls. Only of what is proven to be whole, up to now. */
  state(now: number): ServiceState | undefined {
    return this.#proven.length === 0 || !this.#isCurrent(now)
      ? undefined
      : serviceStates(this.#data(), {}, Math.floor(now))[0];
  }

  #data(): QueryData {
    const { counts, backend, unsampled, compare } = this.#options;
    const traits = {
      name: `${counts.title} of ${backend}: server spans of the traces that it keeps`,
      clientErrors: true,
      slot: step,
      warmUp: 0,
      sample: { unsampled },
    };
    return { ...this.#state.queryData(compare), traits };
  }

  /** Of some of its operations; undefined: none of them is counted. */
  explored(wanted: ReadonlySet<Operation['id']>): readonly ExploredQuery[] | undefined {
    const names = this.operations().flatMap(({ id, name }) => (wanted.has(id) ? [name] : []));
    return names.length === 0
      ? undefined
      : this.#options.counts.explored(this.#options, [...new Set(names)]);
  }

  #callsSince(from: number): number {
    let sum = 0;
    for (const { end, length, calls } of this.#slots.values())
      if (end - length >= from) sum += calls;
    return sum;
  }

  #first(from: number, now: number): number {
    return firstStart(from, now, step);
  }

  #begin(at: number): void {
    this.#from = at;
    this.#to = 0;
    this.#slots = new Map();
    this.#proven = [];
    this.why = undefined;
    this.#state = this.#newState();
    this.#writer = this.#newWriter();
  }

  #nextFrom(end: number): number {
    return end - this.#to > longPause ? this.#to : Math.max(this.#from, this.#to - overlap);
  }

  async #read(from: number, to: number, now: number, signal: AbortSignal) {
    const { counts, service, namespace, select } = this.#options;
    const pieces: { readonly chunk: Chunk; readonly rows: readonly CountedRow[] }[] = [];
    for (const chunk of planChunks(from, to, now, step).flatMap(inParts)) {
      const rows = await counts.calls({ service, namespace, select, ...chunk }, signal);
      if (!rows.ok) return rows;
      pieces.push({ chunk, rows: rows.value });
    }
    const turns = new Turns();
    this.#state.now = now;
    this.#state.tidy();
    this.#writer.tidy(now);
    for (const { chunk, rows } of pieces) {
      const { calls, buckets } = rowsOf(rows, { service, namespace });
      // That the first slot was asked for shows from when on there are counts, also where it has no calls.
      const whole = chunk.from === this.#from ? calls.map((row) => beginning(row, chunk)) : calls;
      await turns.run(this.#writer.calls(whole, chunk, now));
      await turns.run(this.#writer.buckets(buckets, chunk, now));
      this.#note(rows, chunk);
    }
    this.#to = to;
    for (const [end] of this.#slots) if (end < now - kept) this.#slots.delete(end);
    return ok(undefined);
  }

  #note(rows: readonly CountedRow[], { from, to, step: length }: Chunk): void {
    for (let end = from + length; end <= to; end += length)
      this.#slots.set(end, { end, length, calls: 0 });
    for (const { slots } of rows)
      for (const { at, histogram } of slots) {
        const slot = this.#slots.get(at);
        if (slot !== undefined)
          this.#slots.set(at, { ...slot, calls: slot.calls + histogram.count });
      }
  }

  /** Compares what isn't compared yet of a window. */
  async #prove(first: number, signal: AbortSignal): Promise<Result<undefined>> {
    // What lies before the window isn't looked at any more, also where it was never whole.
    const done = Math.max(first, this.#proven.findLast((one) => one.from <= first)?.to ?? first);
    const until = this.#to - compareAfter;
    const due = this.#proven.length === 0 || done === first || until - done >= compareEvery;
    const slots = [...this.#slots.values()]
      .filter(({ end, length }) => end - length >= done && end <= until)
      .toSorted((a, b) => a.end - b.end);
    if (!due || slots.length === 0) return ok(undefined);
    const { counts, random } = this.#options;
    const compared = await compareCounts(counts, this.#options, slots, random, signal);
    if (!compared.ok) return compared;
    if (compared.value.kind !== 'whole') {
      this.why = compared.value.why;
      return fail('unsupported', `${this.why}.`);
    }
    this.why = undefined;
    this.#proven = withStretch(this.#proven, { from: done, to: until });
    return ok(undefined);
  }

  #newState(): CoreState {
    return new CoreState({ now: unixMillis(0), compare: this.#options.compare }, 0);
  }

  #newWriter(): SlotWriter {
    return new SlotWriter({
      state: this.#state,
      found: foundCounts,
      interval: step / 4,
      step,
      refreshEvery: this.#options.refreshEvery,
      identity: `${this.#options.origin} ${this.#options.counts.title}`,
      from: () => this.#from,
    });
  }
}

type Row = ReturnType<typeof rowsOf>['calls'][number];

const beginning = (row: Row, { from, step: length }: Chunk): Row => {
  const at = (from + length) / 1000;
  return row.samples.some(([one]) => one === at)
    ? row
    : { ...row, samples: [[at, 0], ...row.samples] };
};

function inParts({ from, to, step: length }: Chunk): readonly Chunk[] {
  const most = Math.max(length, Math.floor(longestQuestion / length) * length);
  const parts: Chunk[] = [];
  for (let at = from; at < to; at += most)
    parts.push({ from: at, to: Math.min(to, at + most), step: length });
  return parts;
}
