import type { CompareReleases } from '../../domain/comparison.ts';
import type { OperationId } from '../../domain/operation.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import { unixMillis } from '../../domain/units.ts';
import { CoreState } from '../local/core/coreState.ts';
import type { QueryData, SourceTraits } from '../local/core/queryData.ts';
import type { PrometheusApi } from './api.ts';
import { bucketLabels, bucketRows } from './bucketRows.ts';
import { labelsOf, narrowingLabel, type DurationMetric, type Found } from './discovery.ts';
import { asErrors, growth, oneOf, selector } from './selector.ts';
import { firstStart, lastEnd, planChunks, stepFor, type Chunk } from './slotGrid.ts';
import { SlotWriter } from './slotWriter.ts';

/** A series that was there within this time before a step didn't begin in it. */
const memory = 60 * 60_000;
/** Of buckets: a shorter look back costs less, and what it takes for new against the calls' own count is left out. */
const bucketMemory = 10 * 60_000;
/** Slots that are asked for again: their newest samples may have come late. Two, and a minute at least. */
const overlap = (step: number): number => Math.max(2 * step, 60_000);
/** After a longer pause the old slots have settled. */
const longPause = 10 * 60_000;
/** A query's text; longer ones are refused by proxies. */
const longestFilter = 4_000;

export interface ServiceSlotsOptions {
  readonly api: PrometheusApi;
  readonly found: Found;
  /** The histogram of its durations; none: no percentiles. */
  readonly buckets: DurationMetric | undefined;
  readonly service: ServiceKey;
  /** Matchers of the service, the environment's `select` among them. */
  readonly matchers: readonly string[];
  /** Distance of samples, milliseconds. */
  readonly interval: number;
  readonly compare: CompareReleases;
  readonly identity: string;
}

/** What is known of one service: slots of calls, errors and durations, filled by asking only for what is new. */
export class ServiceSlots {
  readonly step: number;
  readonly #options: ServiceSlotsOptions;
  #state: CoreState;
  #writer: SlotWriter;
  /** Covered time, Unix milliseconds; nothing yet when both are 0. */
  #from = 0;
  #to = 0;
  /** Operations whose buckets are covered as well, by the value that queries narrow them by. */
  readonly #bucketKeys = new Set<string>();
  #bucketsTo = 0;
  /** Some of its native histograms were left out: what their buckets say isn't known. */
  unreadable = false;

  constructor(options: ServiceSlotsOptions) {
    this.#options = options;
    this.step = stepFor(options.interval);
    this.#state = new CoreState({ now: unixMillis(0), compare: options.compare }, 0);
    this.#writer = this.#newWriter();
  }

  get empty(): boolean {
    return this.#to === 0;
  }

  /** Whether a slot has ended that isn't known yet. */
  due(now: number): boolean {
    return lastEnd(now, this.step) > this.#to;
  }

  covers(window: number, operations: readonly OperationId[], now: number): boolean {
    const missing = this.#keysOf(operations).some((key) => !this.#bucketKeys.has(key));
    return !missing && this.#from > 0 && this.#from <= firstStart(now - window, now, this.step);
  }

  data(): QueryData {
    const { found, compare } = this.#options;
    const traits: SourceTraits = {
      name: found.convention.title,
      clientErrors: this.#writer.seesStatus,
      slot: this.step,
      warmUp: 2 * 60_000,
    };
    return { ...this.#state.queryData(compare), traits };
  }

  /**
   * Brings the slots up to date, and back to the beginning of `window`: one request for the calls of all operations and one for the
   * buckets of those asked about, more only for what is older.
   */
  async refresh(
    window: number,
    operations: readonly OperationId[],
    now: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const to = lastEnd(now, this.step);
    const wanted = firstStart(now - window, now, this.step);
    if (this.#from === 0 || wanted < this.#from) {
      this.#state = new CoreState({ now: unixMillis(0), compare: this.#options.compare }, 0);
      this.#writer = this.#newWriter();
      this.#bucketKeys.clear();
      this.#from = wanted;
      this.#to = 0;
      this.#bucketsTo = 0;
    }
    this.#state.now = now;
    this.#state.tidy();
    const calls = await this.#calls(to, now, signal);
    if (!calls.ok) return calls;
    return this.#buckets(operations, now, signal);
  }

  async #calls(to: number, now: number, signal: AbortSignal): Promise<Result<undefined>> {
    const { found, matchers } = this.#options;
    const start = this.#nextFrom(this.#to, now);
    for (const chunk of planChunks(start, to, now, this.step)) {
      const rows = await this.#ask(callsQuery(found, matchers, chunk.step), chunk, signal);
      if (!rows.ok) {
        // What is covered has no holes: the next try begins here.
        return rows;
      }
      this.#writer.calls(rows.value, chunk, now);
      this.#to = Math.max(this.#to, chunk.to);
    }
    return ok(undefined);
  }

  async #buckets(
    operations: readonly OperationId[],
    now: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const { buckets } = this.#options;
    if (buckets === undefined || this.#to === 0) return ok(undefined);
    const keys = this.#keysOf(operations);
    const added = keys.filter((key) => !this.#bucketKeys.has(key));
    const known = [...this.#bucketKeys];
    if (this.#bucketsTo === 0) this.#bucketsTo = this.#to;
    // New ones are brought up to where the others are; then all go on together.
    const backfilled = await this.#bucketsOf(added, this.#from, this.#bucketsTo, now, signal);
    if (!backfilled.ok) return backfilled;
    for (const key of added) this.#bucketKeys.add(key);
    const next = this.#nextFrom(this.#bucketsTo, now);
    const all = [...known, ...added];
    const updated = known.length === 0 && this.#bucketsTo === this.#to;
    const result = updated
      ? ok(undefined)
      : await this.#bucketsOf(all, next, this.#to, now, signal);
    if (result.ok) this.#bucketsTo = this.#to;
    return result;
  }

  async #bucketsOf(
    keys: readonly string[],
    from: number,
    to: number,
    now: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const { found, buckets, matchers } = this.#options;
    if (buckets === undefined || keys.length === 0) return ok(undefined);
    const label = narrowingLabel(found);
    const narrow = label === undefined ? [] : [oneOf(label, keys)];
    const filter = (narrow[0]?.length ?? 0) > longestFilter ? [] : narrow;
    for (const chunk of planChunks(from, to, now, this.step)) {
      const rows = await this.#ask(
        growth(
          buckets.metric,
          [...matchers, ...filter],
          buckets.native ? labelsOf(found) : [...labelsOf(found), ...bucketLabels],
          chunk.step,
          Math.max(bucketMemory, 2 * chunk.step),
          buckets.native ? 'histogram' : 'counter',
          selector(found.calls, matchers),
        ),
        chunk,
        signal,
      );
      if (!rows.ok) return rows;
      const read = bucketRows(rows.value, buckets.msPerUnit);
      if (buckets.native) {
        const filled = rows.value.flatMap(({ histograms = [] }) =>
          histograms.filter(([, one]) => one?.length !== 0),
        );
        this.unreadable ||= filled.length > read.reduce((n, { slots }) => n + slots.length, 0);
      }
      this.#writer.buckets(read, chunk, now);
    }
    return ok(undefined);
  }

  #ask(query: string, chunk: Chunk, signal: AbortSignal) {
    return this.#options.api.queryRange(
      { query, from: chunk.from + chunk.step, to: chunk.to, step: chunk.step },
      signal,
    );
  }

  #nextFrom(covered: number, now: number): number {
    if (covered === 0) return this.#from;
    return now - covered > longPause ? covered : Math.max(this.#from, covered - overlap(this.step));
  }

  #keysOf(operations: readonly OperationId[]): readonly string[] {
    return [...new Set(operations.flatMap((id) => [...this.#writer.keysOf(id)]))];
  }

  #newWriter(): SlotWriter {
    const { found, interval, identity } = this.#options;
    return new SlotWriter({
      state: this.#state,
      found,
      interval,
      step: this.step,
      identity,
      from: () => this.#from,
    });
  }
}

/** Calls of all operations, and the failed ones of them where a counter of its own has them. */
function callsQuery(found: Found, matchers: readonly string[], step: number): string {
  const labels = labelsOf(found);
  const calls = growth(found.calls, matchers, labels, step, memory, found.callsAre);
  if (found.errors === undefined) return calls;
  const errors = growth(
    found.errors,
    matchers,
    labels,
    step,
    memory,
    'counter',
    selector(found.calls, matchers),
  );
  return `${calls} or ${asErrors(errors)}`;
}
