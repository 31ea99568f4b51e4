import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import { milliseconds, unixMillis } from '../../domain/units.ts';
import type { ExceptionsAnswer, ExceptionsQuery, NumbersQuery } from '../ports.ts';
import { sameText, serviceNames } from '../traces/naming.ts';
import { tracesIn, type SampledTrace } from './answer.ts';
import type { Stretch } from './stretches.ts';
import { Coverage } from './coverage.ts';
import { overlap, SampledCalls, settle, type SampledCallsOptions } from './sampledCalls.ts';
import { withoutZeros } from './withoutZeros.ts';
import { covered, olderPart, slicesOf, startOfSlice } from './stretches.ts';
import type { SampleQuestion, TraceSearch } from './traceSearch.ts';

/** Traces of one answer: of a minute, and of what is first looked at, where it may be little and all of it is wanted. */
const usualDepth = 50;
const firstDepth = 100;
const fewestAtOnce = 5;
/** An answer with more spans than that takes long to read: the next one is asked for fewer traces. */
const mostSpansAtOnce = 5_000;
/** Slices that a window is sampled in: as many questions, at most, when it is first looked at. */
const mostSlices = 8;
const shortestSlice = 120_000;
/** Names of spans that the sample hasn't met are asked for again that often. */
const namesEvery = 15 * 60_000;
/** What numbers are kept of. */
const kept = 25 * 60 * 60_000;
/** An operation with fewer calls in the sample is asked for by its name, no more often than that. */
export const fewCalls = 30;
const askedAgainAfter = 5 * 60_000;

export interface ServiceSampleOptions extends SampledCallsOptions {
  readonly search: TraceSearch;
  /** 0–1. */
  readonly random: () => number;
}

export interface Refresh {
  /** Milliseconds. */
  readonly window: number;
  readonly now: number;
  /** Ask for the newest traces. */
  readonly newest: boolean;
  /** Ask for each slice of the window that nothing is known of. */
  readonly slices: boolean;
  /** The window wasn't asked for before: slices that are known in part are asked for the rest. */
  readonly first: boolean;
}

/** A sample of one service's traces: what was asked for, what it covers, and the calls in it. */
export class ServiceSample {
  readonly #options: ServiceSampleOptions;
  readonly #calls: SampledCalls;
  readonly #phase: number;
  readonly #coverage = new Coverage();
  readonly #namedAt = new Map<string, number>();
  /** Less where answers were too large. */
  #most = firstDepth;
  #names: readonly string[] = [];
  #listedAt = -Infinity;
  /** Up to when its newest traces were asked for. */
  #to = 0;

  constructor(options: ServiceSampleOptions) {
    this.#options = options;
    this.#phase = options.random();
    this.#calls = new SampledCalls({ ...options, coverage: this.#coverage });
  }

  /** Of all traces looked at those that began since. */
  tracesSince(from: number): number {
    return this.#calls.tracesSince(from);
  }

  /** A key of `select` that no span of the service has: nothing can be told by it. */
  get problem(): string | undefined {
    return this.#calls.problem;
  }

  /** Own operations, in order of first sight. */
  operations(): readonly Operation[] {
    return this.#calls.core.operations().operations.filter(({ service }) => this.#isOwn(service));
  }

  states(now: number): readonly ServiceState[] {
    const lost = this.#coverage.lost(this.#options.search.name);
    return this.#calls.core
      .services(unixMillis(Math.floor(now)))
      .filter(({ service }) => this.#isOwn(service))
      .map((state) => ({ ...state, warnings: [...state.warnings, ...lost] }));
  }

  /** One question for the newest traces, and one for each slice of the window that nothing is known of. */
  async refresh(asked: Refresh, signal: AbortSignal): Promise<Result<undefined>> {
    const { window, now } = asked;
    const whole = { from: now - window, to: now - settle };
    const slices = slicesOf(whole, partsOf(window), this.#phase);
    this.#forget(now);
    this.#to = Math.min(this.#to, whole.to);
    if (asked.newest) {
      const known = this.#to > whole.from;
      const newFrom = known ? this.#to : whole.from;
      // With a trace that is known: that the backend still has it shows that it kept what came since.
      const again = Math.min(this.#to, Math.floor(this.#calls.newest)) - overlap;
      const from = known ? Math.max(whole.from, again) : whole.from;
      // Of a new window the older part is asked for: the newest stand for themselves.
      const standFor = known ? slices : [];
      const depth = known ? usualDepth : firstDepth;
      const head = await this.#ask(
        { from, to: whole.to },
        undefined,
        newFrom,
        standFor,
        depth,
        signal,
      );
      if (!head.ok) return head;
      // Where the answer showed that this machine's clock is ahead, the end of it hasn't come yet.
      this.#to = this.#come(whole.to);
    }
    if (!asked.slices) return ok(undefined);
    for (const slice of slices) {
      const rest = olderPart(this.#coverage.whole, slice);
      const partly = rest.to < slice.to;
      // What came after it stands for all of its slice, unless the window is new.
      if (partly && (!asked.first || rest.to - rest.from < 1_000)) continue;
      const more = await this.#ask(rest, undefined, rest.from, [rest], firstDepth, signal);
      if (!more.ok) return more;
    }
    return ok(undefined);
  }

  /**
   * Asks by name for operations that the sample has few calls of, the first ones of these that it doesn't hold all calls of anyway and
   * that weren't asked for lately.
   */
  async askFor(
    names: readonly string[],
    { window, now, most }: { readonly window: number; readonly now: number; readonly most: number },
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const whole = { from: now - window, to: now - settle };
    let asked = 0;
    for (const spanName of new Set(names)) {
      if (asked >= most) break;
      if (covered(this.#coverage.asked(spanName), whole) >= 0.99 * (whole.to - whole.from))
        continue;
      if (now - (this.#namedAt.get(spanName) ?? -Infinity) < askedAgainAfter) continue;
      this.#namedAt.set(spanName, now);
      asked += 1;
      const answer = await this.#ask(whole, spanName, whole.from, [whole], firstDepth, signal);
      if (!answer.ok) return answer;
    }
    return ok(undefined);
  }

  /** Names that the backend has spans of, but the sample hasn't; asked for now and then. */
  async unseenNames(now: number, signal: AbortSignal): Promise<Result<readonly string[]>> {
    if (now - this.#listedAt >= namesEvery) {
      const names = await this.#options.search.spanNames(this.#options.service, signal);
      if (!names.ok) return names;
      this.#names = names.value;
      this.#listedAt = now;
    }
    const seen = new Set(this.operations().map((one) => this.nameOf(one)));
    return ok(this.#names.filter((name) => !seen.has(name) && !this.#namedAt.has(name)));
  }

  /** All of them are of this service. One answer per group, same order. */
  numbers(query: NumbersQuery, now: number): readonly FunctionNumbers[] {
    const at = unixMillis(Math.floor(now));
    const from = Math.max(now - query.window, query.since ?? 0);
    const traces = this.tracesSince(from);
    const operations = new Map(this.operations().map((one) => [one.id, one]));
    return this.#calls.core
      .numbers({ ...query, select: {} }, at)
      .map((numbers, i): FunctionNumbers => {
        const own = (query.groups[i]?.operations ?? []).flatMap((id) => operations.get(id) ?? []);
        const known = this.#coverage.of(own.map((one) => this.nameOf(one)));
        const first = known.find(({ to }) => to > from)?.from ?? now;
        const length = covered(known, { from, to: now });
        const lacking = this.#coverage.lacksSince(from);
        const all = !lacking && length >= 0.99 * (now - settle - this.#coverage.begins(from));
        return {
          ...(all ? numbers : withoutZeros(numbers)),
          window: { from: unixMillis(Math.floor(Math.max(from, first))), to: at },
          sample: {
            traces,
            covered: milliseconds(Math.round(length)),
            ...(lacking ? { lacking } : {}),
            backend: this.#options.search.name,
          },
        };
      });
  }

  exceptions(query: ExceptionsQuery, now: number): ExceptionsAnswer {
    const { services, stacks } = this.#calls.core.exceptions(
      { ...query, select: {} },
      unixMillis(Math.floor(now)),
    );
    return {
      // There were more, in the traces that weren't looked at.
      services: services
        .filter(({ service }) => this.#isOwn(service))
        .map((one) => ({ ...one, lowerBound: true as const })),
      stacks,
    };
  }

  /** An operation's, as the backend has it. */
  nameOf(operation: Operation): string {
    return this.#calls.nameOf(operation);
  }

  /** A moment, or up to where traces have arrived where that is earlier. */
  #come(time: number): number {
    return Math.min(time, (this.#options.search.time?.() ?? Infinity) - settle);
  }

  #isOwn(service: ServiceKey): boolean {
    const { service: name, search } = this.#options;
    return serviceNames(service).some((one) => sameText(one, name, search.naming));
  }

  /** @param since what was covered before begins no later: only what is newer stands for more than itself */
  async #ask(
    stretch: Stretch,
    spanName: string | undefined,
    newFrom: number,
    slices: readonly Stretch[],
    depth: number,
    signal: AbortSignal,
  ): Promise<Result<undefined>> {
    const { search, service, select } = this.#options;
    const asked = Math.min(this.#most, depth);
    const question: SampleQuestion = {
      service,
      ...(spanName === undefined ? {} : { spanName }),
      select,
      from: unixMillis(Math.floor(stretch.from)),
      to: unixMillis(Math.floor(stretch.to)),
      depth: asked,
    };
    const answer = await search.newest(question, signal);
    if (!answer.ok) {
      if (answer.failure.reason !== 'tooLarge' || asked <= fewestAtOnce) return answer;
      this.#most = Math.max(fewestAtOnce, Math.floor(asked / 5));
      return this.#ask(stretch, spanName, newFrom, slices, depth, signal);
    }
    const { spans, completeFrom, lacking } = answer.value;
    if (spans.length > mostSpansAtOnce) this.#most = Math.max(fewestAtOnce, Math.floor(asked / 2));
    const traces = tracesIn(spans, (span) => this.#isOwn(span.resource.service));
    const oldest = traces.reduce((least, { start }) => Math.min(least, start), Infinity);
    // As many as were asked for: there may be more, older than the oldest of these.
    const complete = completeFrom ?? (traces.length >= asked ? oldest : stretch.from);
    const from = Math.max(stretch.from, complete);
    const end = this.#come(stretch.to);
    const seen = { from, to: end };
    if (lacking === true) this.#coverage.addLacking(seen);
    if (spanName === undefined) this.#noteLost(traces, seen, newFrom);
    // Older slices are asked for by themselves: these stand for what of their own slice is new.
    const first = Math.max(newFrom, Math.min(startOfSlice(slices, from), end - 1));
    const stands = Math.max(1, (end - first) / Math.max(1, end - Math.max(from, first)));
    const standsFor = (start: number): number => (start >= first ? stands : 1);
    await this.#calls.take(traces, seen, spanName, standsFor, end);
    this.#coverage.add(seen, spanName);
    return ok(undefined);
  }

  /** A backend that has none of the traces that it had lost those that came since, too: it keeps them in memory, and was restarted. */
  #noteLost(traces: readonly SampledTrace[], seen: Stretch, newFrom: number): void {
    if (traces.some(({ traceId }) => this.#calls.hasWhole(traceId))) return;
    if (!this.#calls.hadWholeIn(seen)) return;
    const first = traces.reduce((least, { start }) => Math.min(least, start), seen.to);
    this.#coverage.addLost({ from: newFrom, to: first });
  }

  #forget(now: number): void {
    const oldest = now - kept;
    this.#coverage.forget(oldest);
    this.#calls.forget(oldest, now);
  }
}

/** As many slices as a window has room for; at least two, so that its newest traces don't stand for all of it. */
const partsOf = (window: number): number =>
  Math.max(2, Math.min(mostSlices, Math.floor(window / shortestSlice)));
