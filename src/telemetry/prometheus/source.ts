import type { Operation, OperationId } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import type { Failure, Result } from '../../domain/result.ts';
import { fail, ok, sentence } from '../../domain/result.ts';
import { Turns } from '../../domain/turns.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import { unixMillis, type Milliseconds } from '../../domain/units.ts';
import type { FormExchange } from '../../http/exchange.ts';
import type {
  BackendMetrics,
  BackendPorts,
  Connection,
  ConnectionProblem,
  CreateMetrics,
} from '../backend.ts';
import { connectionExchange } from '../connectionExchange.ts';
import { numbersOf, serviceAsked, serviceStates } from '../local/core/query.ts';
import type { ExemplarsQuery, NumbersQuery, OperationGroup, PageLink } from '../ports.ts';
import { PrometheusApi } from './api.ts';
import { BackendLook } from './look/backendLook.ts';
import { allCalls, uncountable, type Catalogue } from './look/catalogue.ts';
import { readExemplars } from './exemplars.ts';
import { FailurePause, problemOf } from '../failurePause.ts';
import { notThere } from '../notThere.ts';
import { FollowedServices } from './followedServices.ts';
import { FoundOperations } from './look/foundOperations.ts';
import { unfollowed, withSilent } from './look/knownServices.ts';
import { metricsPage, pageQueries } from './pageLink.ts';
import { decodeOptions, type PrometheusOptions } from './options.ts';
import { renderedRules } from './recording/rules.ts';
import { SharedFile } from '../sharing/sharedFile.ts';
import { reportOf, summaryOf, warningsOf } from './summary.ts';

const limits = { timeout: 30_000, maxBytes: 32_000_000 };
export const createPrometheusSource: CreateMetrics = (connection, ports) =>
  new PrometheusSource(connection, ports, connectionExchange(connection, limits));

/** Numbers from Prometheus and what speaks its API: slots per service, filled by what is new, answered like the receiver's. */
export class PrometheusSource implements BackendMetrics {
  readonly #connection: Connection;
  readonly #ports: BackendPorts;
  readonly #api: PrometheusApi;
  readonly #pause = new FailurePause();
  readonly #options: PrometheusOptions;
  readonly #found: FoundOperations;
  readonly #look: BackendLook;
  readonly #followed: FollowedServices;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  #working: Promise<unknown> = Promise.resolve();

  /** One file for each service of a connection and selection, and one for what it has. */
  readonly #shared = (what: ServiceKey | 'catalogue'): (() => Promise<SharedFile | undefined>) => {
    let file: Promise<SharedFile | undefined> | undefined;
    const open = async (folder: string): Promise<SharedFile | undefined> => {
      const { scope, generation } = this.#connection;
      const names = [this.#found.identity, scope, await generation?.(), what];
      return SharedFile.open(folder, names, () => this.#ports.now());
    };
    return async () => {
      const { sharedFolder } = this.#ports;
      return sharedFolder === undefined ? undefined : (file ??= open(sharedFolder));
    };
  };

  constructor(connection: Connection, ports: BackendPorts, http: FormExchange) {
    this.#connection = connection;
    this.#ports = ports;
    this.#api = new PrometheusApi(connection, http, () => ports.now(), ports.decodeAway);
    this.#options = decodeOptions(connection);
    this.#found = new FoundOperations(identityOfConnection(connection));
    this.#look = new BackendLook({
      api: this.#api,
      select: connection.select,
      options: this.#options,
      found: this.#found,
      now: () => ports.now(),
      focused: () => ports.focused(),
      shared: this.#shared('catalogue'),
      signal: this.#stop.signal,
    });
    this.#followed = new FollowedServices({
      api: this.#api,
      ports,
      found: this.#found,
      look: this.#look,
      shared: this.#shared,
      tell: () => {
        this.#tell();
      },
      signal: this.#stop.signal,
    });
  }

  services(): Promise<Result<readonly ServiceState[]>> {
    return this.#alone(async () => {
      const catalogue = await this.#look.at();
      return catalogue.ok ? this.#services(catalogue) : catalogue;
    });
  }

  #services(catalogue: { readonly value: Catalogue }): Result<readonly ServiceState[]> {
    const now = this.#api.now();
    return ok(
      withSilent(catalogue.value, this.#followed.all()).flatMap((known) => {
        const followed = this.#followed.get(known.service);
        const unusable = uncountable(known) ?? followed?.slots.unusable(0, now);
        const failure = followed?.failures.at(now) ?? unusable;
        const states =
          followed === undefined || followed.slots.empty || unusable !== undefined
            ? []
            : serviceStates(followed.slots.data(), {}, now);
        return (states.length > 0 ? states : [unfollowed(known, catalogue.value)]).map((state) => ({
          ...state,
          warnings: [
            ...state.warnings,
            ...warningsOf(known, this.#api.clockOffset, followed?.slots),
            ...(followed?.slots.warnings() ?? []),
            ...(failure === undefined ? [] : [sentence(failure)]),
          ],
        }));
      }),
    );
  }

  async numbers(
    query: NumbersQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly FunctionNumbers[]>> {
    const answer = await this.#alone(async () => {
      if (signal.aborted) return ok(ok([]));
      const ready = await this.#followed.bringUpToDate(query);
      // Read while nobody else writes: slots are filled in turns.
      return ready.ok ? ok(await this.#numbers(query)) : ready;
    });
    if (signal.aborted) return fail('aborted', 'Cancelled.');
    return answer.ok ? answer.value : answer;
  }

  /** In turns: histograms of hundreds of functions take longer to add up than others can wait. */
  async #numbers(query: NumbersQuery): Promise<Result<readonly FunctionNumbers[]>> {
    const now = unixMillis(Math.floor(this.#api.now()));
    const asked = { ...query, select: {} };
    const failures = new Map(
      query.groups.map(({ service }) => {
        const followed = this.#followed.get(service);
        return [service, followed?.failures.at(now, query.window)];
      }),
    );
    const [first, ...others] = failures.values();
    // Whoever asks keeps the last good numbers then.
    if (first !== undefined && !others.includes(undefined)) return { ok: false, failure: first };
    // First all are noted as asked for: the error budget is shared among them, whatever their order.
    for (const group of query.groups) {
      const data = this.#followed.get(group.service)?.slots.data();
      if (data !== undefined)
        serviceAsked(data, group, asked, now).service?.asked.set(group.key, now);
    }
    const turns = new Turns();
    const answers: FunctionNumbers[] = [];
    for (const group of query.groups) {
      const followed = this.#followed.get(group.service);
      const failure = failures.get(group.service);
      const unusable =
        followed &&
        (uncountable(followed.latest) ?? followed.slots.unusable(now - query.window, now));
      if (failure !== undefined)
        answers.push({ ...notThere(group, query, now), ...problemOf(failure) });
      else if (unusable !== undefined)
        answers.push({
          ...notThere(group, query, now),
          serviceAlive: true,
          problem: sentence(unusable),
        });
      else
        answers.push(
          followed === undefined
            ? notThere(group, query, now)
            : numbersOf(followed.slots.data(), group, asked, now),
        );
      await turns.next();
    }
    return ok(answers);
  }

  async exemplars(query: ExemplarsQuery, signal: AbortSignal): Promise<Result<readonly string[]>> {
    const known = this.#look.catalogue?.services.get(query.service);
    if (known === undefined || this.#pause.at(this.#ports.now()) !== undefined) return ok([]);
    const wanted = new Set(query.operations);
    const calls =
      allCalls(known).find((one) => {
        const operationOf = this.#found.operationsOf(one);
        return one.rows.some((row) => wanted.has(operationOf(row) ?? ('' as OperationId)));
      }) ?? known;
    return readExemplars(this.#api, calls, this.#found.operationsOf(calls), query, signal);
  }

  linkTo(group: OperationGroup, window: Milliseconds): PageLink | undefined {
    const known = this.#look.catalogue?.services.get(group.service);
    if (this.#look.catalogue === undefined || known === undefined) return undefined;
    const queries = pageQueries(known, new Set(group.operations), (calls) =>
      this.#found.operationsOf(calls),
    );
    const to = this.#api.now();
    return queries === undefined
      ? undefined
      : metricsPage(this.#connection.url, this.#look.catalogue.version, queries, {
          from: to - window,
          to,
        });
  }

  readonly onDidChange = (listener: () => void): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  knows(operation: OperationId): boolean {
    return this.#found.has(operation);
  }

  expects(file: string, services: readonly ServiceKey[]): void {
    this.#look.expects(file, services);
  }

  operations(): readonly Operation[] {
    return this.#found.list;
  }

  onDidFindOperations(listener: (found: readonly Operation[]) => void): { dispose(): void } {
    return this.#found.onDidFind(listener);
  }

  retry(): void {
    this.#pause.forget();
    this.#look.again();
    this.#followed.retry();
    this.#tell();
  }

  summary(): string | undefined {
    return this.#look.catalogue === undefined
      ? undefined
      : summaryOf(
          this.#connection,
          this.#look.catalogue,
          this.#options.problems,
          this.#api.clockOffset,
        );
  }

  problems(): readonly ConnectionProblem[] {
    const tried = this.#look.problems.flatMap(({ path, message, remedy }) =>
      path === undefined ? [] : [{ path, message, ...(remedy === undefined ? {} : { remedy }) }],
    );
    return [...this.#options.problems, ...tried];
  }

  report(): Readonly<Record<string, unknown>> {
    const { meter, clockOffset } = this.#api;
    return {
      kind: this.#connection.kind,
      environment: this.#connection.environment,
      ...meter.report(),
      clockOffsetMs: clockOffset,
      version: this.#look.catalogue?.version,
      services: [...(this.#look.catalogue?.services.values() ?? [])].slice(0, 50).map((known) => ({
        ...reportOf(known),
        followed: this.#followed.get(known.service) !== undefined,
        answersOfOtherWindows: this.#followed.get(known.service)?.slots.taken,
      })),
    };
  }

  async recordingRules(signal: AbortSignal): Promise<Result<string>> {
    // A look that began goes on: what it finds is what numbers are asked for with.
    const catalogue = await this.#alone<Catalogue | undefined>(() =>
      signal.aborted ? Promise.resolve(ok(undefined)) : this.#look.at(),
    );
    if (!catalogue.ok) return catalogue;
    return catalogue.value === undefined
      ? fail('aborted', 'Cancelled.')
      : renderedRules(catalogue.value);
  }

  dispose(): void {
    this.#stop.abort();
    this.#followed.dispose();
    this.#listeners.clear();
  }

  /** One after the other: two callers never ask the same twice. */
  #alone<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    const answer = this.#working.then(async (): Promise<Result<T>> => {
      const now = this.#api.now();
      const failed = this.#pause.at(now);
      if (failed !== undefined) return { ok: false, failure: failed };
      const { answers } = this.#api;
      const result = await work();
      // What was known already says nothing of the backend.
      const answered = this.#api.answers > answers;
      if (result.ok && answered) this.#pause.succeeded();
      else if (!result.ok && !this.#stop.signal.aborted) this.#failed(result.failure);
      return result;
    });
    this.#working = answer.catch(() => undefined);
    return answer;
  }

  #failed(failure: Failure): void {
    this.#pause.failed(failure, this.#api.now(), this.#api.waitUntil);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const identityOfConnection = ({ kind, url, select }: Connection): string =>
  JSON.stringify([kind, url, Object.entries(select).sort()]);
