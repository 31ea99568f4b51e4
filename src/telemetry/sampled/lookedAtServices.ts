import type { Failure, Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { BackendPorts, Connection } from '../backend.ts';
import { isOfOneQuestion, ServiceFailure } from '../failurePause.ts';
import type { OperationGroup } from '../ports.ts';
import { originOf, summaryOf, type Known } from './knownService.ts';
import { LookOrder, lookSoonEvery } from './lookOrder.ts';
import { ServiceSample, type Refresh } from './serviceSample.ts';
import type { TraceSearch } from './traceSearch.ts';

/** Which services there are is asked again that often. */
const listEvery = 2 * 60_000;
/** Services that are looked at for the first time in one go, and in all. */
const mostAtOnce = 4;
const mostServices = 40;
/** What a service is looked at over before anybody asks for a window. */
const firstWindow = 60 * 60_000;

export type SampledConnection = Pick<
  Connection,
  'kind' | 'url' | 'select' | 'environment' | 'options'
>;

interface LookedAtOptions {
  readonly connection: SampledConnection;
  readonly ports: BackendPorts;
  readonly search: TraceSearch;
  /** 0–1. */
  readonly random: () => number;
  /** By which traces are dated, Unix milliseconds. */
  readonly time: () => number;
  /** Ends all questions. */
  readonly signal: AbortSignal;
}

/** Services of a backend of traces, each with the sample of its traces: which are looked at, and when. */
export class LookedAtServices {
  readonly #options: LookedAtOptions;
  readonly #order: LookOrder;
  readonly #known = new Map<string, Known>();
  #names: readonly string[] | undefined;
  #listedAt = -Infinity;

  constructor(options: LookedAtOptions) {
    const { ports, search } = options;
    this.#options = options;
    this.#order = new LookOrder(search.naming, () => ports.likelyServices?.() ?? []);
  }

  /** In order of their first look. */
  known(): readonly Known[] {
    return [...this.#known.values()];
  }

  /** Which services there are, and a first look at some of those that weren't looked at. */
  async look(): Promise<Result<undefined>> {
    const { ports, search, signal } = this.#options;
    const now = ports.now();
    if (!ports.focused() && this.#names !== undefined) return ok(undefined);
    if (now - this.#listedAt >= (this.#names?.length === 0 ? lookSoonEvery : listEvery)) {
      const names = await search.services(signal);
      if (!names.ok) return names;
      this.#names = names.value;
      this.#listedAt = now;
    }
    let asked = 0;
    let failure: Failure | undefined;
    for (const name of this.#order.likelyFirst(this.#names ?? [])) {
      if (asked >= mostAtOnce) break;
      const known = this.#known.get(name);
      if (known === undefined ? this.#known.size >= mostServices : !this.#order.isDue(known, now))
        continue;
      if (known?.failures.at(now) !== undefined) continue;
      asked += 1;
      const looked = await this.refresh(known ?? this.#meet(name), firstWindow, {
        newest: true,
        slices: false,
        first: false,
      });
      if (looked.ok) continue;
      if (!isOfOneQuestion(looked.failure)) return looked;
      failure ??= looked.failure;
    }
    // What fails for all of them is the backend's.
    return failure === undefined ||
      [...this.#known.values()].some(({ sample }) => sample.tracesSince(0) > 0)
      ? ok(undefined)
      : { ok: false, failure };
  }

  /** One question for the newest traces, and those of the window's slices; a failure of this service alone pauses it. */
  async refresh(
    known: Known,
    window: number,
    what: Pick<Refresh, 'newest' | 'slices' | 'first'>,
  ): Promise<Result<undefined>> {
    const { ports, time, signal } = this.#options;
    const asked = { window, now: time(), ...what };
    const result = await known.sample.refresh(asked, signal);
    const answeredAt = ports.now();
    if (!result.ok) {
      if (isOfOneQuestion(result.failure))
        known.failures.note(result.failure, window, answeredAt + ports.refreshEvery());
      return result;
    }
    if (what.newest) known.refreshedAt = known.sampledAt = answeredAt;
    if (what.slices) known.window = Math.max(known.window, window);
    return result;
  }

  /** Groups by the service that they are of; without one: of services that have no traces. */
  ownersOf(
    groups: readonly OperationGroup[],
  ): ReadonlyMap<Known | undefined, readonly OperationGroup[]> {
    const owners = new Map<ServiceKey, Known>();
    const now = this.#options.time();
    for (const known of this.#known.values())
      for (const { service } of known.sample.states(now)) owners.set(service, known);
    const found = new Map<Known | undefined, OperationGroup[]>();
    for (const group of groups) {
      const known = owners.get(group.service);
      found.set(known, [...(found.get(known) ?? []), group]);
    }
    return found;
  }

  /** All is due, and no failure holds anything up. */
  forgetAnswers(): void {
    this.#listedAt = -Infinity;
    for (const known of this.#known.values()) {
      known.refreshedAt = -Infinity;
      known.failures.forget();
    }
  }

  /** Undefined before the backend has told which services there are. */
  summary(): string | undefined {
    if (this.#names === undefined) return undefined;
    const { search, connection, time } = this.#options;
    const known = this.known();
    return summaryOf(
      `${search.name} at ${new URL(connection.url).host}`,
      known,
      time() - firstWindow,
      this.#names.length - known.length,
      known.length >= mostServices,
    );
  }

  #meet(name: string): Known {
    const { connection, ports, search, random, time } = this.#options;
    const made: Known = {
      name,
      sample: new ServiceSample({
        search,
        service: name,
        select: connection.select,
        environment: connection.environment,
        unsampled: connection.options?.['sampled'] === false,
        compare: ports.compare,
        origin: originOf(connection),
        random,
        now: time(),
      }),
      metAt: ports.now(),
      refreshedAt: -Infinity,
      sampledAt: -Infinity,
      askedAt: -Infinity,
      window: 0,
      counted: 0,
      told: 0,
      failures: new ServiceFailure(),
    };
    this.#known.set(name, made);
    return made;
  }
}
