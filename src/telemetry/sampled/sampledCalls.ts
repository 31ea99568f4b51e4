import type { CompareReleases } from '../../domain/comparison.ts';
import { unixMillis } from '../../domain/units.ts';
import type { TelemetryCore } from '../local/core.ts';
import { mostSpansPerTrace } from '../local/core/storedTrace.ts';
import { createTelemetryCore } from '../local/core/telemetryCore.ts';
import type { SpanRecord } from '../local/model.ts';
import type { Select } from '../ports.ts';
import { isIncomplete, type SampledTrace } from './answer.ts';
import type { Coverage } from './coverage.ts';
import { holds, type Stretch } from './stretches.ts';
import type { TraceSearch } from './traceSearch.ts';

/** Spans arrive some seconds after their end, and a trace is asked for when it is whole. */
export const settle = 15_000;
/** Traces that weren't whole are looked at again for so long. */
export const overlap = 120_000;
const mostSeen = 100_000;
const memory = 24 * 1024 * 1024;
/** The live interval of a backend (docs/semantics.md, "Time"). */
const runningFor = 5 * 60_000;

export interface SampledCallsOptions {
  readonly search: Pick<TraceSearch, 'name' | 'naming'>;
  /** As the backend has it. */
  readonly service: string;
  readonly select: Select;
  /** Of the setting, for remedies. */
  readonly environment: string;
  /** Somebody said that every trace is stored. */
  readonly unsampled: boolean;
  readonly compare: CompareReleases;
  /** Tells its operations from alike ones of other sources. */
  readonly origin: string;
  readonly now: number;
}

/** What was counted of a trace: all spans of the service, or those of some names. */
type Counted = 'all' | Set<string>;

/** The calls in traces of one service: a trace that comes in several answers is counted once. */
export class SampledCalls {
  readonly core: TelemetryCore;
  readonly #options: SampledCallsOptions & { readonly coverage: Coverage };
  readonly #seen = new Map<string, { readonly start: number; counted: Counted }>();
  readonly #unsaid: Set<string>;
  #spansSeen = 0;
  #newest = 0;

  /** @param options its coverage is told of each trace */
  constructor(options: SampledCallsOptions & { readonly coverage: Coverage }) {
    this.#options = options;
    this.#unsaid = new Set(Object.keys(options.select));
    this.core = createTelemetryCore({
      now: unixMillis(Math.floor(options.now)),
      compare: options.compare,
      origin: options.origin,
      memoryLimitBytes: memory,
      traits: {
        name: `a sample of traces in ${options.search.name}`,
        environment: options.environment,
        clientErrors: true,
        slot: 0,
        warmUp: 0,
        running: runningFor,
        sample: { unsampled: options.unsampled },
      },
    });
  }

  /** Start of the newest trace that was counted whole; 0 before there is one. */
  get newest(): number {
    return this.#newest;
  }

  /** Of all traces looked at those that began since. */
  tracesSince(from: number): number {
    let count = 0;
    for (const { start } of this.#seen.values()) if (start >= from) count += 1;
    return count;
  }

  /** A key of `select` that no span of the service has: nothing can be told by it. */
  get problem(): string | undefined {
    const [key] = this.#unsaid;
    return this.#spansSeen === 0 || key === undefined
      ? undefined
      : `The spans of ${this.#options.service} don’t say ${key}, which the environment’s “select” asks for. Let the exporter send the resource attribute ${key} along.`;
  }

  /** All spans of the service in this trace were counted. */
  hasWhole(traceId: string): boolean {
    return this.#seen.get(traceId)?.counted === 'all';
  }

  /** Traces that began in the stretch were counted whole. */
  hadWholeIn(stretch: Stretch): boolean {
    for (const { start, counted } of this.#seen.values())
      if (counted === 'all' && holds([stretch], start)) return true;
    return false;
  }

  /** An operation's or a span's, as the backend has it. */
  nameOf({ name }: { readonly name: string }): string {
    return this.#options.search.naming.folded ? name.toLowerCase() : name;
  }

  /** @param standsFor how many calls one counts for: the stretch asked for is longer than what the answer holds all of */
  async take(
    traces: readonly SampledTrace[],
    seen: Stretch,
    spanName: string | undefined,
    standsFor: (start: number) => number,
    until: number,
  ): Promise<void> {
    let spans = 0;
    for (const trace of traces.toSorted((a, b) => a.start - b.start)) {
      if (!holds([seen], trace.start)) continue;
      if (trace.start > until - overlap && isIncomplete(trace)) continue;
      const before = this.#seen.get(trace.traceId);
      if (before?.counted === 'all') continue;
      this.#count(trace, spanName, before?.counted, standsFor(trace.start), until + settle);
      spans += trace.spans.length;
      // Long work goes on in turns.
      if (spans > 500) {
        spans = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #count(
    trace: SampledTrace,
    spanName: string | undefined,
    before: Set<string> | undefined,
    stands: number,
    now: number,
  ): void {
    const { select } = this.#options;
    const { traceId, start } = trace;
    const arrival = unixMillis(Math.floor(now));
    const weight = (span: SpanRecord): number => {
      if (!trace.own.has(span)) return 0;
      const name = this.nameOf(span);
      if (spanName !== undefined ? name !== spanName : before?.has(name) === true) return 0;
      return stands;
    };
    if (spanName !== undefined && before?.has(spanName) === true) return;
    this.#spansSeen += trace.own.size;
    // Another environment's calls of the service are nothing here.
    const here = trace.spans.filter(
      (span) => !trace.own.has(span) || this.#isSelected(span, select),
    );
    if (!here.some((span) => trace.own.has(span))) return;
    this.core.spans(here.slice(0, mostSpansPerTrace), arrival, weight);
    this.core.settle(arrival);
    const counted: Counted = spanName === undefined ? 'all' : (before ?? new Set()).add(spanName);
    this.#seen.set(traceId, { start, counted });
    this.#options.coverage.addTrace(start);
    if (counted === 'all') this.#newest = Math.max(this.#newest, start);
  }

  #isSelected(span: SpanRecord, select: Select): boolean {
    let fits = true;
    for (const [key, value] of Object.entries(select)) {
      const said = span.attributes[key] ?? span.resource.attributes[key];
      if (said !== undefined) this.#unsaid.delete(key);
      if (String(said) !== value) fits = false;
    }
    return fits;
  }

  /** @param before traces that began before it are forgotten */
  forget(before: number, now: number): void {
    for (const [id, { start }] of this.#seen)
      if (start < before || this.#seen.size > mostSeen) this.#seen.delete(id);
    this.core.tick(unixMillis(Math.floor(now)));
  }
}
