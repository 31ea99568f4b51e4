import type { Operation, OperationId } from '../../../domain/operation.ts';
import type { ServiceState } from '../../../domain/release.ts';
import { fail, ok, sentence, type Failure, type Result } from '../../../domain/result.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { FunctionNumbers } from '../../../domain/stats.ts';
import type { BackendMetrics, BackendPorts, Connection, ConnectionProblem } from '../../backend.ts';
import { FailurePause, problemOf } from '../../failurePause.ts';
import type {
  ExceptionsAnswer,
  ExceptionsQuery,
  NumbersQuery,
  OperationGroup,
} from '../../ports.ts';
import type { SampledSource } from '../../sampled/source.ts';
import { notThere } from '../../notThere.ts';
import { originOf } from '../../sampled/knownService.ts';
import { FoundRequests, type FoundRequest } from './foundRequests.ts';
import { numbersOfOperation, type SpmUnit } from './operationNumbers.ts';
import { noMetrics, type SpmQuestion } from './questions.ts';
import { ServiceMetrics } from './serviceMetrics.ts';
import { notSuited, releaseRemedy, suitedServices } from './suited.ts';
import { unitOf } from './unit.ts';
import type { SpmRow } from './wire.ts';

/** Which requests services have is asked that often, for so many services at once; sooner while none is known. */
const lookEvery = 15 * 60_000;
const lookSoonEvery = 2 * 60_000;
const mostAtOnce = 20;
const hour = 60 * 60_000;

export type AskSpm = (
  question: SpmQuestion,
  signal: AbortSignal,
) => Promise<Result<readonly SpmRow[] | typeof noMetrics>>;

export interface SpmOptions {
  readonly ask: AskSpm;
  readonly sample: SampledSource;
  readonly connection: Connection;
  readonly ports: BackendPorts;
  /** Of the backend, Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Numbers of requests from Jaeger's span metrics, which count all calls but know no releases; of everything else, and where these say
 * nothing of a function, from a sample of its traces (docs/adr/0008). No answer mixes them. Budget: architecture.md.
 */
export class SpmSource implements BackendMetrics {
  readonly #options: SpmOptions;
  readonly #found: FoundRequests;
  readonly #services = new Map<string, ServiceMetrics>();
  readonly #lookedAt = new Map<string, number>();
  readonly #pause = new FailurePause();
  readonly #stop = new AbortController();
  /** Services that are asked about, by their names in Jaeger. */
  #suited: ReadonlyMap<string, ServiceKey> = new Map();
  /** Why there are none, in words. */
  #absent: string | undefined;
  #requests = 0;
  #working: Promise<unknown> = Promise.resolve();

  constructor(options: SpmOptions) {
    this.#options = options;
    this.#found = new FoundRequests(`spm\n${originOf(options.connection)}`);
  }

  get #sample(): SampledSource {
    return this.#options.sample;
  }

  async services(signal: AbortSignal): Promise<Result<readonly ServiceState[]>> {
    const states = await this.#sample.services(signal);
    if (!states.ok) return states;
    this.#suited = suitedServices(this.#options.connection, this.#sample.statesByName());
    await this.#alone(() => this.#look());
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    return ok(
      states.value.map((state) =>
        this.#nameOf(state) === undefined
          ? state
          : { ...state, warnings: [...state.warnings, releaseRemedy(state.service)] },
      ),
    );
  }

  async numbers(
    query: NumbersQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly FunctionNumbers[]>> {
    // What came after a moment can't be told apart in means of the window.
    if (query.since !== undefined) return this.#sample.numbers(query, signal);
    const traced = new Map(this.#sample.operations().map((one) => [one.id, one]));
    const asked = query.groups.map((group) => ({
      group,
      request: this.#requestOf(group, traced),
    }));
    const { failures, incomplete } = await this.#alone(() => this.#refresh(asked, query.window));
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    const answers = new Map<OperationGroup, FunctionNumbers>();
    let failed: Failure | undefined;
    for (const { group, request } of asked) {
      const failure = request === undefined ? undefined : failures.get(request.service);
      if (failure !== undefined) failed ??= failure;
      const numbers =
        request === undefined || failure !== undefined || incomplete.has(request.service)
          ? undefined
          : this.#numbersOf(group, request, query);
      if (numbers !== undefined) answers.set(group, numbers);
      else if (failure !== undefined)
        answers.set(group, {
          ...notThere(group, query, this.#options.now()),
          ...problemOf(failure),
        });
    }
    // Whoever asks keeps the last good numbers then.
    if (
      failed !== undefined &&
      asked.every(({ request }) => request && failures.has(request.service))
    )
      return { ok: false, failure: failed };
    const rest = query.groups.filter((group) => !answers.has(group));
    if (rest.length === 0) return ok(query.groups.flatMap((group) => answers.get(group) ?? []));
    const sampled = await this.#sample.numbers({ ...query, groups: rest }, signal);
    if (!sampled.ok && answers.size === 0) return sampled;
    for (const [i, group] of rest.entries()) {
      const numbers = sampled.ok
        ? sampled.value[i]
        : { ...notThere(group, query, this.#options.now()), ...problemOf(sampled.failure) };
      if (numbers !== undefined) answers.set(group, numbers);
    }
    return ok(query.groups.flatMap((group) => answers.get(group) ?? []));
  }

  exceptions(query: ExceptionsQuery, signal: AbortSignal): Promise<Result<ExceptionsAnswer>> {
    return this.#sample.exceptions(query, signal);
  }

  readonly onDidChange = (listener: () => void): { dispose(): void } =>
    this.#sample.onDidChange(listener);

  knows(operation: OperationId): boolean {
    return this.#found.get(operation) !== undefined || this.#sample.knows(operation);
  }

  operations(): readonly Operation[] {
    return [...this.#sample.operations(), ...this.#found.list];
  }

  onDidFindOperations(listener: (found: readonly Operation[]) => void): { dispose(): void } {
    const both = [this.#sample.onDidFindOperations(listener), this.#found.onDidFind(listener)];
    return {
      dispose: () => {
        for (const one of both) one.dispose();
      },
    };
  }

  retry(): void {
    this.#pause.forget();
    this.#lookedAt.clear();
    for (const service of this.#services.values()) service.forget();
    this.#sample.retry();
  }

  problems(): readonly ConnectionProblem[] {
    return this.#sample.problems();
  }

  summary(): string | undefined {
    const sampled = this.#sample.summary();
    const known = [...this.#services.values()].filter(({ name }) => this.#found.countOf(name) > 0);
    if (sampled === undefined || known.length === 0) return sampled;
    const many = known.length === 1 ? '1 service' : `${known.length} services`;
    return `Jaeger at ${new URL(this.#options.connection.url).host}: rates and errors of requests of ${many} from its span metrics, which know no releases; all else from a sample of its traces. For releases connect the Prometheus behind Jaeger as this environment’s “metrics”.`;
  }

  report(): Readonly<Record<string, unknown>> {
    const failure = this.#pause.at(this.#options.ports.now());
    return {
      ...this.#sample.report(),
      spanMetrics: {
        ...(this.#absent === undefined ? {} : { notUsed: this.#absent }),
        ...(failure === undefined ? {} : { failure: sentence(failure) }),
        requests: this.#requests,
        mostRequestsPerServiceAndRefresh: 6,
        services: [...this.#services.values()].slice(0, 50).map(({ name }) => ({
          service: name,
          operations: this.#found.countOf(name),
        })),
      },
    };
  }

  dispose(): void {
    this.#stop.abort();
    this.#found.dispose();
    this.#sample.dispose();
  }

  /** One after the other: two callers never ask the same twice. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const answer = this.#working.then(work);
    this.#working = answer.catch(() => undefined);
    return answer;
  }

  async #ask(question: SpmQuestion): ReturnType<AskSpm> {
    const paused = this.#pause.at(this.#options.ports.now());
    if (paused !== undefined) return { ok: false, failure: paused };
    this.#requests += 1;
    const answer = await this.#options.ask(question, this.#stop.signal);
    if (answer.ok) this.#pause.succeeded();
    else if (!this.#stop.signal.aborted)
      this.#pause.failed(answer.failure, this.#options.ports.now(), 0);
    return answer;
  }

  /** Which requests there are. A failure is no reason to show nothing: then there is the sample. */
  async #look(): Promise<void> {
    const { connection, ports, now } = this.#options;
    const time = ports.now();
    if (!ports.focused()) return;
    this.#absent ??= notSuited(connection);
    const due = [...this.#suited.keys()].filter((name) => {
      const every = this.#found.countOf(name) === 0 ? lookSoonEvery : lookEvery;
      return time - (this.#lookedAt.get(name) ?? -Infinity) >= every;
    });
    const services = due.slice(0, mostAtOnce);
    if (services.length === 0) return;
    for (const name of services) this.#lookedAt.set(name, time);
    const answer = await this.#ask({
      what: 'calls',
      services,
      end: Math.floor(now()),
      ...{ lookback: hour, step: hour, ratePer: hour },
    });
    if (!answer.ok) return;
    if (answer.value === noMetrics) {
      this.#absent = 'Jaeger has no metrics storage (metric_backends)';
      for (const name of this.#suited.keys())
        this.#lookedAt.set(name, time + lookEvery - lookSoonEvery);
      return;
    }
    for (const [name, key] of this.#suited) {
      const rows = answer.value.filter(({ service }) => service === name);
      if (rows.length === 0) continue;
      if (!this.#services.has(name)) this.#services.set(name, new ServiceMetrics(name));
      this.#found.add(key, rows);
    }
    this.#absent =
      this.#services.size === 0 ? 'its metrics storage has no calls of these services' : undefined;
  }

  #requestOf(
    { operations }: OperationGroup,
    traced: ReadonlyMap<OperationId, Operation>,
  ): FoundRequest | undefined {
    const only = this.#found.onlyOf(operations, traced);
    return only !== undefined && this.#suited.has(only.service) ? only : undefined;
  }

  /** @returns failures by the services that they are of, and services of which functions may answer requests that weren't known when they were asked for */
  async #refresh(
    asked: readonly { readonly request: FoundRequest | undefined }[],
    window: number,
  ): Promise<{
    readonly failures: ReadonlyMap<string, Failure>;
    readonly incomplete: ReadonlySet<string>;
  }> {
    const failures = new Map<string, Failure>();
    const incomplete = new Set<string>();
    const { ports, now } = this.#options;
    for (const name of new Set(asked.flatMap(({ request }) => request?.service ?? []))) {
      const [service, key] = [this.#services.get(name), this.#suited.get(name)];
      if (service === undefined || key === undefined) continue;
      const before = service.answersOf(window);
      if (!ports.focused() && before !== undefined) continue;
      const refreshed = await service.refresh(
        { window, now: ports.now(), time: now(), every: ports.refreshEvery() },
        (question) => this.#ask({ ...question, services: [name] }),
      );
      if (!refreshed.ok) failures.set(name, refreshed.failure);
      else if (!refreshed.value) this.#services.delete(name);
      else if (this.#found.add(key, service.requests(window)) && before === undefined)
        incomplete.add(name);
    }
    return { failures, incomplete };
  }

  #numbersOf(
    group: OperationGroup,
    { service, name }: FoundRequest,
    query: NumbersQuery,
  ): FunctionNumbers | undefined {
    const answers = this.#services.get(service)?.answersOf(query.window);
    if (answers === undefined) return undefined;
    const numbers = numbersOfOperation(answers, name, this.#unitOf(service, query));
    return numbers && { key: group.key, ...numbers };
  }

  /** By all requests of the service that the sample holds calls of. */
  #unitOf(service: string, query: NumbersQuery): SpmUnit {
    const answers = this.#services.get(service)?.answersOf(query.window);
    const key = this.#suited.get(service);
    if (answers === undefined || key === undefined) return undefined;
    const own = this.#sample
      .operations()
      .filter((one) => one.service === key && one.kind === 'server')
      .slice(0, 200);
    const groups = own.map(({ id }) => ({ key: id, service: key, operations: [id] }));
    const sampled = this.#sample.glance({ window: query.window, groups, seriesPoints: 0 });
    return unitOf(
      answers,
      own.flatMap(({ name }, i) => {
        const stats = sampled[i]?.total;
        return stats === undefined ? [] : [{ operation: name, stats }];
      }),
    );
  }

  /** As Jaeger has the service, where its requests have numbers of its metrics. */
  #nameOf({ service }: ServiceState): string | undefined {
    for (const [name, key] of this.#suited)
      if (key === service && this.#found.countOf(name) > 0) return name;
    return undefined;
  }
}
