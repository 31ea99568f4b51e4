import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import type { BackendMetrics, BackendPorts, ConnectionProblem } from '../backend.ts';
import type {
  ExceptionsAnswer,
  ExceptionsQuery,
  NumbersQuery,
  OperationGroup,
  PageLink,
} from '../ports.ts';
import type { Milliseconds } from '../../domain/units.ts';
import { FailurePause, isOfOneQuestion, problemOf } from '../failurePause.ts';
import { notThere } from '../notThere.ts';
import { originOf, statesOf, untold, type Known } from './knownService.ts';
import { CountedCalls } from './countedCalls.ts';
import { LookedAtServices, type SampledConnection } from './lookedAtServices.ts';
import { lookEvery } from './lookOrder.ts';
import { fewCalls } from './serviceSample.ts';
import type { TraceSearch } from './traceSearch.ts';

/** Questions by name when a window is first looked at; one at each refresh. */
const mostNamedAtFirst = 4;

/**
 * Numbers of functions from a sample of stored traces, where an environment has nothing better. Budget: architecture.md, "Requests of
 * numbers from traces".
 */
export class SampledSource implements BackendMetrics {
  readonly #connection: SampledConnection;
  readonly #ports: BackendPorts;
  readonly #services: LookedAtServices;
  readonly #search: TraceSearch;
  /** Absent: the backend counts nothing itself. */
  readonly #counted: CountedCalls | undefined;
  readonly #pause = new FailurePause();
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #found = new Set<(found: readonly Operation[]) => void>();
  readonly #operations = new Map<Operation['id'], Operation>();
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
    this.#services = new LookedAtServices({
      connection,
      ports,
      search,
      random,
      time: () => this.#time(),
      signal: this.#stop.signal,
    });
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
    const looked = await this.#alone(() => this.#services.look());
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    if (!looked.ok) return looked;
    const [time, now] = [this.#time(), this.#ports.now()];
    const states = this.#services.known().flatMap((known) => statesOf(known, time, now));
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
    const asked = [...this.#services.ownersOf(query.groups)];
    for (const [known, groups] of asked) {
      const counted = known && this.#countedOf(known, { ...query, groups });
      for (const [group, numbers] of counted ?? []) answers.set(group, numbers);
    }
    // What is counted needs no traces: that these can't be had is nothing to it.
    const rest = asked.map(([known, all]) => ({
      known,
      groups: all.filter((group) => !answers.has(group)),
      failure: known?.failures.at(this.#ports.now(), query.window),
    }));
    const failed = rest[0]?.failure;
    // Whoever asks keeps the last good numbers then.
    if (failed && answers.size === 0 && rest.every(({ failure }) => failure !== undefined))
      return { ok: false, failure: failed };
    for (const { known, groups, failure } of rest) {
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
      this.#services
        .known()
        .flatMap(({ name, sample }) =>
          sample.problem === undefined ? [[name, sample.states(now)] as const] : [],
        ),
    );
  }

  /** What it holds already: nothing is asked for. One answer per group, same order. */
  glance(query: NumbersQuery): readonly FunctionNumbers[] {
    const now = this.#time();
    const answers = new Map<OperationGroup, FunctionNumbers>();
    for (const [known, groups] of this.#services.ownersOf(query.groups))
      for (const [i, one] of (known?.sample.numbers({ ...query, groups }, now) ?? []).entries()) {
        const group = groups[i];
        if (group !== undefined) answers.set(group, one);
      }
    return query.groups.map((group) => answers.get(group) ?? notThere(group, query, now));
  }

  async exceptions(query: ExceptionsQuery, signal: AbortSignal): Promise<Result<ExceptionsAnswer>> {
    await Promise.resolve();
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    const answers = this.#services
      .known()
      .map(({ sample }) => sample.exceptions(query, this.#time()));
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
    this.#services.forgetAnswers();
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
    const said = this.#services.summary();
    if (said === undefined) return undefined;
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
      services: this.#services
        .known()
        .slice(0, 50)
        .map(({ name, sample, window }) => ({
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

  async #bringUpToDate(query: NumbersQuery): Promise<Result<undefined>> {
    const looked = await this.#services.look();
    if (!looked.ok) return looked;
    const now = this.#ports.now();
    for (const [known, groups] of this.#services.ownersOf(query.groups)) {
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
      const refreshed = await this.#services.refresh(known, query.window, what);
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
    const { sample } = known;
    const of = { states: sample.states(time), sampled: sample.operations() };
    return (
      (sample.problem === undefined ? this.#counted?.numbers(query, of, time) : undefined) ??
      new Map<OperationGroup, FunctionNumbers>()
    );
  }

  /** Of operations that weren't told of. */
  #tell(): void {
    const fresh: Operation[] = [...(this.#counted?.fresh() ?? [])];
    for (const known of this.#services.known()) fresh.push(...untold(known, this.#search.naming));
    if (fresh.length === 0) return;
    for (const one of fresh) this.#operations.set(one.id, one);
    for (const listener of [...this.#found]) listener(fresh);
  }
}
