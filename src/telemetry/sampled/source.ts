import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import type { Failure, Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import type { BackendMetrics, BackendPorts, Connection, ConnectionProblem } from '../backend.ts';
import type {
  ExceptionsAnswer,
  ExceptionsQuery,
  NumbersQuery,
  OperationGroup,
  PageLink,
} from '../ports.ts';
import type { Milliseconds } from '../../domain/units.ts';
import { FailurePause, isOfOneQuestion, problemOf, ServiceFailure } from '../failurePause.ts';
import { notThere, originOf, statesOf, summaryOf, type Known } from './knownService.ts';
import { CountedCalls } from './countedCalls.ts';
import { LookOrder, lookEvery, lookSoonEvery } from './lookOrder.ts';
import { fewCalls, ServiceSample, type Refresh } from './serviceSample.ts';
import type { TraceSearch } from './traceSearch.ts';

/** Which services there are is asked again that often. */
const listEvery = 2 * 60_000;
/** Services that are looked at for the first time in one go, and in all. */
const mostAtOnce = 4;
const mostServices = 40;
/** Questions by name when a window is first looked at; one at each refresh. */
const mostNamedAtFirst = 4;
/** What a service is looked at over before anybody asks for a window. */
const firstWindow = 60 * 60_000;

type SampledConnection = Pick<Connection, 'kind' | 'url' | 'select' | 'environment' | 'options'>;

/**
 * Numbers of functions from a sample of stored traces, where an environment has nothing better. Budget: architecture.md, "Requests of
 * numbers from traces".
 */
export class SampledSource implements BackendMetrics {
  readonly #connection: SampledConnection;
  readonly #ports: BackendPorts;
  readonly #search: TraceSearch;
  readonly #random: () => number;
  readonly #order: LookOrder;
  /** Absent: the backend counts nothing itself. */
  readonly #counted: CountedCalls | undefined;
  readonly #pause = new FailurePause();
  readonly #known = new Map<string, Known>();
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #found = new Set<(found: readonly Operation[]) => void>();
  readonly #operations = new Map<Operation['id'], Operation>();
  #names: readonly string[] | undefined;
  #listedAt = -Infinity;
  #working: Promise<unknown> = Promise.resolve();

  constructor(
    connection: SampledConnection,
    ports: BackendPorts,
    search: TraceSearch,
    random: () => number = Math.random,
  ) {
    this.#connection = connection;
    this.#ports = ports;
    this.#search = search;
    this.#random = random;
    this.#order = new LookOrder(search.naming, () => ports.likelyServices?.() ?? []);
    const { counts } = search;
    if (counts === undefined) return;
    const { options = {} } = connection;
    this.#counted = new CountedCalls({
      counts,
      backend: search.name,
      select: connection.select,
      unsampled: options['sampled'] === false,
      sources: options['sources'],
      compare: ports.compare,
      refreshEvery: () => ports.refreshEvery(),
      origin: originOf(connection),
      random,
    });
  }

  async services(signal: AbortSignal): Promise<Result<readonly ServiceState[]>> {
    const looked = await this.#alone(() => this.#look());
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    if (!looked.ok) return looked;
    const [time, now] = [this.#time(), this.#ports.now()];
    const states = [...this.#known.values()].flatMap((known) => statesOf(known, time, now));
    return ok(states.map((state) => this.#counted?.stateOf(state, time) ?? state));
  }

  async numbers(
    query: NumbersQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly FunctionNumbers[]>> {
    const ready = await this.#alone(() => this.#bringUpToDate(query));
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    if (!ready.ok) return ready;
    const now = this.#time();
    const answers = new Map<OperationGroup, FunctionNumbers>();
    const asked = this.#byService(query.groups);
    const failures = [...asked.keys()].map((known) =>
      known?.failures.at(this.#ports.now(), query.window),
    );
    const [first] = failures;
    // Whoever asks keeps the last good numbers then.
    if (first !== undefined && !failures.includes(undefined)) return { ok: false, failure: first };
    for (const [i, [known, all]] of [...asked].entries()) {
      const counted = known && this.#countedOf(known, { ...query, groups: all });
      for (const [group, numbers] of counted ?? []) answers.set(group, numbers);
      const groups = all.filter((group) => !answers.has(group));
      const failure = failures[i];
      if (failure !== undefined) {
        for (const group of groups)
          answers.set(group, { ...notThere(group, query, now), ...problemOf(failure) });
        continue;
      }
      for (const [at, numbers] of (
        known?.sample.numbers({ ...query, groups }, now) ?? []
      ).entries()) {
        const group = groups[at];
        if (group !== undefined) answers.set(group, numbers);
      }
    }
    return ok(query.groups.map((group) => answers.get(group) ?? notThere(group, query, now)));
  }

  /** What the traces of each service say that it is, by its name in the backend. */
  statesByName(): ReadonlyMap<string, readonly ServiceState[]> {
    const now = this.#time();
    return new Map(
      [...this.#known.values()].flatMap(({ name, sample }) =>
        sample.problem === undefined ? [[name, sample.states(now)] as const] : [],
      ),
    );
  }

  /** What it holds already: nothing is asked for. One answer per group, same order. */
  glance(query: NumbersQuery): readonly FunctionNumbers[] {
    const now = this.#time();
    const answers = new Map<OperationGroup, FunctionNumbers>();
    for (const [known, groups] of this.#byService(query.groups))
      for (const [i, one] of (known?.sample.numbers({ ...query, groups }, now) ?? []).entries()) {
        const group = groups[i];
        if (group !== undefined) answers.set(group, one);
      }
    return query.groups.map((group) => answers.get(group) ?? notThere(group, query, now));
  }

  async exceptions(query: ExceptionsQuery, signal: AbortSignal): Promise<Result<ExceptionsAnswer>> {
    await Promise.resolve();
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    const answers = [...this.#known.values()].map(({ sample }) =>
      sample.exceptions(query, this.#time()),
    );
    return ok({
      services: answers.flatMap(({ services }) => services),
      stacks: answers.flatMap(({ stacks }) => stacks),
    });
  }

  readonly onDidChange = (listener: () => void): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  /** Where the backend counts the function’s requests, and is asked through Grafana. */
  linkTo(group: OperationGroup, window: Milliseconds): PageLink | undefined {
    const to = this.#time();
    return this.#counted?.linkTo(group, this.#connection.url, to - window, to);
  }

  knows(operation: Operation['id']): boolean {
    return this.#operations.has(operation);
  }

  operations(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  onDidFindOperations(listener: (found: readonly Operation[]) => void): { dispose(): void } {
    this.#found.add(listener);
    return { dispose: () => void this.#found.delete(listener) };
  }

  retry(): void {
    this.#pause.forget();
    this.#counted?.retry();
    this.#listedAt = -Infinity;
    for (const known of this.#known.values()) {
      known.refreshedAt = -Infinity;
      known.failures.forget();
    }
    for (const listener of [...this.#listeners]) listener();
  }

  problems(): readonly ConnectionProblem[] {
    const said = this.#connection.options?.['sampled'];
    return [
      ...(said === undefined || typeof said === 'boolean'
        ? []
        : [{ path: ['sampled'], message: 'is neither true nor false' }]),
      ...(this.#counted?.problems() ?? []),
    ];
  }

  summary(): string | undefined {
    if (this.#names === undefined) return undefined;
    const known = [...this.#known.values()];
    const said = summaryOf(
      `${this.#search.name} at ${new URL(this.#connection.url).host}`,
      known,
      this.#time() - firstWindow,
      this.#names.length - known.length,
      known.length >= mostServices,
    );
    const counted = this.#counted?.summary();
    return counted === undefined ? said : `${said} ${counted}`;
  }

  report(): Readonly<Record<string, unknown>> {
    const { kind, environment } = this.#connection;
    return {
      kind,
      environment,
      source: 'a sample of traces',
      ...this.#counted?.report(),
      services: [...this.#known.values()].slice(0, 50).map(({ name, sample, window }) => ({
        service: name,
        traces: sample.tracesSince(0),
        windowMs: window,
        operations: sample.operations().length,
      })),
    };
  }

  dispose(): void {
    this.#stop.abort();
    this.#listeners.clear();
    this.#found.clear();
  }

  /** By which traces are dated; this machine's clock says when to ask. */
  #time(): number {
    return this.#search.time?.() ?? this.#ports.now();
  }

  /** One after the other: two callers never ask the same twice. */
  #alone(work: () => Promise<Result<undefined>>): Promise<Result<undefined>> {
    const answer = this.#working.then(async (): Promise<Result<undefined>> => {
      const failed = this.#pause.at(this.#ports.now());
      if (failed !== undefined) return { ok: false, failure: failed };
      const result = await work();
      this.#tell();
      if (result.ok) this.#pause.succeeded();
      else if (!this.#stop.signal.aborted) this.#pause.failed(result.failure, this.#ports.now(), 0);
      return result;
    });
    this.#working = answer.catch(() => undefined);
    return answer;
  }

  /** Which services there are, and a first look at some of those that weren't looked at. */
  async #look(): Promise<Result<undefined>> {
    const now = this.#ports.now();
    if (!this.#ports.focused() && this.#names !== undefined) return ok(undefined);
    if (now - this.#listedAt >= (this.#names?.length === 0 ? lookSoonEvery : listEvery)) {
      const names = await this.#search.services(this.#stop.signal);
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
      const looked = await this.#refresh(known ?? this.#meet(name), firstWindow, {
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

  #meet(name: string): Known {
    const made: Known = {
      name,
      sample: new ServiceSample({
        search: this.#search,
        service: name,
        select: this.#connection.select,
        environment: this.#connection.environment,
        unsampled: this.#connection.options?.['sampled'] === false,
        compare: this.#ports.compare,
        origin: originOf(this.#connection),
        random: this.#random,
        now: this.#time(),
      }),
      metAt: this.#ports.now(),
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

  async #bringUpToDate(query: NumbersQuery): Promise<Result<undefined>> {
    const looked = await this.#look();
    if (!looked.ok) return looked;
    const now = this.#ports.now();
    for (const [known, groups] of this.#byService(query.groups)) {
      if (known === undefined) continue;
      known.askedAt = now;
      if (known.failures.at(now, query.window) !== undefined) continue;
      const due = now - known.refreshedAt >= this.#ports.refreshEvery();
      const isNew = query.window > Math.max(known.window, known.counted);
      if (!isNew && !(due && this.#ports.focused())) continue;
      const counted = await this.#count(known, { ...query, groups });
      if (counted && now - known.sampledAt < lookEvery) {
        known.refreshedAt = now;
        continue;
      }
      const first = !counted && query.window > known.window;
      const what = { newest: due, slices: !counted, first };
      const refreshed = await this.#refresh(known, query.window, what);
      // What is asked for by name is more of the same: the sample is one without it.
      const done =
        refreshed.ok && !counted
          ? await this.#askForFew(known, { ...query, groups, seriesPoints: 0 }, first)
          : refreshed;
      if (!done.ok && !isOfOneQuestion(done.failure)) return done;
    }
    return ok(undefined);
  }

  /** Operations in sight of which the sample has few calls, and those that the backend has and the sample hasn't met, by their names. */
  async #askForFew(known: Known, query: NumbersQuery, first: boolean): Promise<Result<undefined>> {
    const { sample } = known;
    const now = this.#time();
    const { window } = query;
    const few = sample
      .numbers(query, now)
      .map(({ total }, i) => ({ group: query.groups[i], calls: total?.count ?? 0 }))
      .filter(({ calls }) => calls < fewCalls)
      .toSorted((a, b) => a.calls - b.calls)
      .flatMap(({ group }) => group?.operations ?? [])
      .flatMap((id) => this.#operations.get(id) ?? [])
      .map((operation) => sample.nameOf(operation));
    const unseen = await sample.unseenNames(now, this.#stop.signal);
    if (!unseen.ok) return unseen;
    const most = first ? mostNamedAtFirst : 1;
    return sample.askFor([...unseen.value, ...few], { window, now, most }, this.#stop.signal);
  }

  async #refresh(
    known: Known,
    window: number,
    what: Pick<Refresh, 'newest' | 'slices' | 'first'>,
  ): Promise<Result<undefined>> {
    const asked = { window, now: this.#time(), ...what };
    const result = await known.sample.refresh(asked, this.#stop.signal);
    const answeredAt = this.#ports.now();
    if (!result.ok) {
      if (isOfOneQuestion(result.failure))
        known.failures.note(result.failure, window, answeredAt + this.#ports.refreshEvery());
      return result;
    }
    if (what.newest) known.refreshedAt = known.sampledAt = answeredAt;
    if (what.slices) known.window = Math.max(known.window, window);
    return result;
  }

  /** Lets the backend count what is new. True: its counts are all that is asked about. */
  async #count(known: Known, query: NumbersQuery): Promise<boolean> {
    if (this.#counted === undefined) return false;
    const { name, sample } = known;
    const { window } = query;
    const [time, now] = [this.#time(), this.#ports.now()];
    const asked = { name, states: sample.states(time), window, time, now };
    await this.#counted.refresh(asked, this.#stop.signal);
    const whole = query.groups.length === this.#countedOf(known, query).size;
    known.counted = whole ? Math.max(known.counted, window) : 0;
    return whole;
  }

  /** Numbers of the groups that the backend counts itself. */
  #countedOf(known: Known, query: NumbersQuery): ReadonlyMap<OperationGroup, FunctionNumbers> {
    const time = this.#time();
    const { problem } = known.sample;
    return (
      (problem === undefined
        ? this.#counted?.numbers(query, known.sample.states(time), time)
        : undefined) ?? new Map<OperationGroup, FunctionNumbers>()
    );
  }

  #byService(
    groups: readonly OperationGroup[],
  ): ReadonlyMap<Known | undefined, readonly OperationGroup[]> {
    const owners = new Map<ServiceKey, Known>();
    const now = this.#time();
    for (const known of this.#known.values())
      for (const { service } of known.sample.states(now)) owners.set(service, known);
    const found = new Map<Known | undefined, OperationGroup[]>();
    for (const group of groups) {
      const known = owners.get(group.service);
      found.set(known, [...(found.get(known) ?? []), group]);
    }
    return found;
  }

  /** Of operations that weren't told of. */
  #tell(): void {
    const fresh: Operation[] = [...(this.#counted?.fresh() ?? [])];
    for (const known of this.#known.values()) {
      const all = known.sample.operations();
      fresh.push(...all.slice(known.told));
      known.told = all.length;
    }
    if (fresh.length === 0) return;
    for (const one of fresh) this.#operations.set(one.id, one);
    for (const listener of [...this.#found]) listener(fresh);
  }
}
