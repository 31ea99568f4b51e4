import type { OperationId } from '../../domain/operation.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { BackendPorts } from '../backend.ts';
import { isOfOneQuestion, ServiceFailure } from '../failurePause.ts';
import type { NumbersQuery } from '../ports.ts';
import type { SharedFile } from '../sharing/sharedFile.ts';
import type { PrometheusApi } from './api.ts';
import type { BackendLook } from './look/backendLook.ts';
import { uncountable, type Catalogue, type KnownService } from './look/catalogue.ts';
import type { FoundOperations } from './look/foundOperations.ts';
import { sameSource } from './look/knownServices.ts';
import { askedEvery } from './look/lookQuestions.ts';
import { ServiceSlots } from './slots/serviceSlots.ts';

/** Operations that aren't there yet are asked for that often at most. */
const catchUpEvery = 5_000;
/** Services that nobody asked about for so long are asked for no more. */
const keptFor = 30 * 60_000;

/** A service that somebody asks about. */
export interface Followed {
  readonly known: KnownService;
  /** As the newest look at the backend has it. */
  latest: KnownService;
  readonly slots: ServiceSlots;
  /** When it is asked for new data again. */
  refreshAt: number;
  /** When operations that weren't there were last asked for. */
  caughtUpAt: number;
  waiting?: { dispose(): void };
  askedAt: number;
  /** When rules that weren't whole were last given another try. */
  rulesTriedAt: number;
  readonly operations: Set<OperationId>;
  readonly failures: ServiceFailure;
}

interface FollowedServicesOptions {
  readonly api: PrometheusApi;
  readonly ports: BackendPorts;
  readonly found: FoundOperations;
  readonly look: BackendLook;
  /** What the windows of this machine know of a service. */
  readonly shared: (service: ServiceKey) => () => Promise<SharedFile | undefined>;
  /** Operations that had to wait may be asked for. */
  readonly tell: () => void;
  readonly signal: AbortSignal;
}

/** The services that somebody asks about: when each is asked for, and for what. */
export class FollowedServices {
  readonly #options: FollowedServicesOptions;
  readonly #followed = new Map<ServiceKey, Followed>();

  constructor(options: FollowedServicesOptions) {
    this.#options = options;
  }

  get(service: ServiceKey): Followed | undefined {
    return this.#followed.get(service);
  }

  all(): Iterable<Followed> {
    return this.#followed.values();
  }

  /** All are asked for at once, whatever failed. */
  retry(): void {
    for (const followed of this.#followed.values()) {
      followed.refreshAt = 0;
      followed.failures.forget();
    }
  }

  dispose(): void {
    for (const { waiting } of this.#followed.values()) waiting?.dispose();
  }

  /** Asks for what is due and for what isn't there yet, of every service in a question for numbers. */
  async bringUpToDate(query: NumbersQuery): Promise<Result<undefined>> {
    const wanted = new Map<ServiceKey, OperationId[]>();
    for (const { service, operations } of query.groups)
      wanted.set(service, [...(wanted.get(service) ?? []), ...operations]);
    const first = await this.#options.look.at();
    if (!first.ok) return first;
    // Of a silent one its series are asked for all the same, so that it is met as soon as it is back.
    const knownOf = ({ services }: Catalogue, service: ServiceKey): KnownService | undefined =>
      services.get(service) ?? this.#followed.get(service)?.latest;
    const missing = [...wanted.keys()].some((service) => !knownOf(first.value, service));
    const catalogue = missing ? await this.#options.look.at(true) : first;
    if (!catalogue.ok) return catalogue;
    const now = this.#options.ports.now();
    for (const [service, operations] of wanted) {
      const known = knownOf(catalogue.value, service);
      if (known === undefined) continue;
      const followed = this.#follow(known, now);
      if (uncountable(known) !== undefined) continue;
      if (followed.failures.at(this.#options.api.now(), query.window) !== undefined) continue;
      const refreshed = await this.#refresh(followed, query, operations);
      if (refreshed.ok) continue;
      if (!isOfOneQuestion(refreshed.failure)) return refreshed;
      // The others are asked all the same; this one when new data is due.
      const until = this.#options.api.now() + this.#options.ports.refreshEvery() * 0.9;
      followed.failures.note(refreshed.failure, query.window, until);
    }
    for (const [service, { askedAt, waiting }] of [...this.#followed])
      if (now - askedAt > keptFor) {
        waiting?.dispose();
        this.#followed.delete(service);
      }
    return ok(undefined);
  }

  #follow(known: KnownService, now: number): Followed {
    const before = this.#followed.get(known.service);
    if (before !== undefined && sameSource(before.known, known)) {
      before.askedAt = now;
      if (now - before.rulesTriedAt >= askedEvery.rules) {
        before.slots.tryRecorded();
        before.rulesTriedAt = now;
      }
      before.latest = known;
      return before;
    }
    // Another convention, or another scrape interval: a new series, never spliced to the old one.
    const made: Followed = {
      known,
      latest: known,
      rulesTriedAt: now,
      slots: new ServiceSlots({
        api: this.#options.api,
        found: known.found,
        buckets: known.buckets,
        service: known.service,
        matchers: known.matchers,
        ...(known.infoMatchers === undefined ? {} : { infoMatchers: known.infoMatchers }),
        ...(known.beside === undefined ? {} : { beside: known.beside }),
        interval: known.interval,
        refreshEvery: () => this.#options.ports.refreshEvery(),
        recorded: known.recorded,
        compare: this.#options.ports.compare,
        identity: this.#options.found.identity,
        shared: this.#options.shared(known.service),
      }),
      refreshAt: 0,
      caughtUpAt: 0,
      askedAt: now,
      operations: new Set(),
      failures: new ServiceFailure(),
    };
    this.#followed.set(known.service, made);
    return made;
  }

  async #refresh(
    followed: Followed,
    { window, since }: NumbersQuery,
    asked: readonly OperationId[],
  ): Promise<Result<undefined>> {
    const { slots, operations } = followed;
    for (const id of asked) operations.add(id);
    const now = this.#options.api.now();
    // Whoever waits for a rollback to show looks elsewhere meanwhile.
    const watched = this.#options.ports.focused() || since !== undefined;
    const due = watched && now >= followed.refreshAt && slots.due(now);
    if (!slots.reaches(window, now) || due) {
      const refreshed = await slots.refresh(
        window,
        [...operations],
        now,
        this.#options.ports.refreshEvery() * 0.9,
        this.#options.signal,
      );
      if (!refreshed.ok) return refreshed;
      // By the clock that the answers showed.
      followed.refreshAt =
        this.#options.api.now() + this.#options.ports.refreshEvery() * (0.9 + 0.2 * Math.random());
      this.#options.found.addOperations(slots.data().operations.list);
    }
    return slots.lacks([...operations], now) ? this.#catchUp(followed, now) : ok(undefined);
  }

  /** Files that are opened one after the other have their operations asked for together. */
  async #catchUp(followed: Followed, now: number): Promise<Result<undefined>> {
    const wait = followed.caughtUpAt + catchUpEvery - now;
    if (wait > 0) {
      followed.waiting ??= this.#options.ports.after(wait, () => {
        delete followed.waiting;
        this.#options.tell();
      });
      return ok(undefined);
    }
    followed.caughtUpAt = now;
    return followed.slots.catchUp([...followed.operations], now, this.#options.signal);
  }
}
