import * as v from 'valibot';
import type { Operation, SpanKind } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import { sentence, type Failure } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import { unixMillis } from '../../domain/units.ts';
import type { ConnectionProblem } from '../backend.ts';
import { ServiceFailure } from '../failurePause.ts';
import { dataSourceAt } from '../grafana/address.ts';
import { exploreLink } from '../grafana/explore.ts';
import type { NumbersQuery, OperationGroup, PageLink } from '../ports.ts';
import { CountedService, type CountedServiceOptions } from './countedService.ts';

/** What a backend doesn't have, or a service's traces aren't, is looked at again that often; what was a moment's sooner. */
const againAfter = 15 * 60_000;
const soonAfter = 2 * 60_000;

/** Browsers and proxies take addresses of about this length. */
const longestUrl = 6_000;

/** What a function answers: counted or not, it is asked for by others. */
const answered: ReadonlySet<SpanKind> = new Set(['server', 'consumer']);

/** Values of the connection's `sources`. */
const choices = { counts: 'traceql-metrics', sample: 'sample' } as const;
const sourcesShape = v.record(v.string(), v.string());

export interface CountedCallsOptions extends Omit<CountedServiceOptions, 'service' | 'namespace'> {
  /** Of the connection's setting, unchecked. */
  readonly sources: unknown;
}

interface Known {
  readonly counted: CountedService;
  readonly name: string;
  readonly failures: ServiceFailure;
  /** Why it isn't used; undefined: it is, or nothing is known yet. */
  why: string | undefined;
  readonly told: Set<Operation['id']>;
}

interface Owned {
  readonly operation: Operation;
  readonly by: CountedService;
}

/** What is asked about a service. */
export interface Asked {
  /** As the backend has it. */
  readonly name: string;
  /** What the sample knows of services of this name. */
  readonly states: readonly ServiceState[];
  readonly window: number;
  /** By which traces are dated, and this machine's, which says when to ask. */
  readonly time: number;
  readonly now: number;
}

/**
 * Calls that the backend counts itself, by service: before the sample where a search shows that they are all that are stored, and unless the
 * setting wants the sample.
 */
export class CountedCalls {
  readonly #options: CountedCallsOptions;
  readonly #known = new Map<ServiceKey, Known>();
  readonly #owned = new Map<Operation['id'], Owned>();
  /** The backend has no counts, of no service: what it counted before isn't brought up to date any more. */
  #none: { readonly failure: Failure; readonly until: number } | undefined;

  constructor(options: CountedCallsOptions) {
    this.#options = options;
  }

  async refresh(asked: Asked, signal: AbortSignal): Promise<void> {
    const { name, states, window, now, time } = asked;
    if (this.#choiceOf(name) === choices.sample) return;
    for (const { service, problem } of states) {
      if (this.#none !== undefined && now < this.#none.until) return;
      const known = this.#known.get(service) ?? this.#meet(service, name);
      if (problem !== undefined) {
        known.why = problem;
        continue;
      }
      if (known.failures.at(now, window) !== undefined) continue;
      const result = await known.counted.refresh(window, time, signal);
      if (signal.aborted) return;
      known.why = result.ok ? undefined : sentence(result.failure);
      if (result.ok) {
        this.#none = undefined;
        this.#own(known.counted);
      } else this.#failed(known, result.failure, window, now);
    }
  }

  #failed(known: Known, failure: Failure, window: number, now: number): void {
    const wait = ['busy', 'unreachable'].includes(failure.reason) ? soonAfter : againAfter;
    // What was compared is this service's; an answer that there are none is the backend's.
    if (failure.reason === 'unsupported' && known.counted.why === undefined)
      this.#none = { failure, until: now + againAfter };
    else known.failures.note(failure, window, now + wait);
  }

  /**
   * Numbers of those groups of which all that they answer is counted; others are not in the answer.
   *
   * @param sampled what the sample knows of the groups' services
   */
  numbers(
    query: NumbersQuery,
    { states, sampled }: { states: readonly ServiceState[]; sampled: readonly Operation[] },
    time: number,
  ): ReadonlyMap<OperationGroup, FunctionNumbers> {
    const answers = new Map<OperationGroup, FunctionNumbers>();
    const from = time - query.window;
    for (const { service, alive } of states) {
      const counted = this.#used(service);
      if (counted?.covers(from, time) !== true) continue;
      const groups = query.groups.filter(
        (group) => group.service === service && this.#holdsAll(group, counted, sampled),
      );
      const found = counted.numbers({ ...query, groups }, time, { serviceAlive: alive });
      for (const [i, group] of groups.entries()) {
        const numbers = found[i];
        if (numbers !== undefined) answers.set(group, numbers);
      }
    }
    return answers;
  }

  /** A page with the queries of what is counted of a function, where the backend is asked through Grafana. */
  linkTo(group: OperationGroup, url: string, from: number, to: number): PageLink | undefined {
    const counted = this.#used(group.service);
    const source = dataSourceAt(url);
    if (source === undefined || counted?.covers(from, to) !== true) return undefined;
    const queries = counted.explored(new Set(group.operations));
    const link = queries && exploreLink(source, { queries, from, to });
    return link === undefined || link.url.length > longestUrl ? undefined : link;
  }

  /** What is counted shows more of a service than a few traces: which releases run, and that it is alive. */
  stateOf(state: ServiceState, time: number): ServiceState {
    if (state.problem !== undefined) return state;
    const counted = this.#used(state.service)?.state(time);
    if (counted === undefined) return state;
    return {
      ...state,
      alive: state.alive || counted.alive,
      lastSeen: unixMillis(Math.max(state.lastSeen, counted.lastSeen)),
      releases: counted.releases,
      source: counted.source,
    };
  }

  /** Operations that weren't told of. */
  fresh(): readonly Operation[] {
    return [...this.#known.values()].flatMap((known) => {
      // After a longer window they are found anew, in another order.
      const added = known.counted.operations().filter(({ id }) => !known.told.has(id));
      for (const { id } of added) known.told.add(id);
      return added;
    });
  }

  retry(): void {
    this.#none = undefined;
    for (const { failures } of this.#known.values()) failures.forget();
  }

  /** For the status bar and what is told after connecting. */
  summary(): string | undefined {
    const { counts } = this.#options;
    if (this.#none !== undefined) return `No ${counts.title}: ${sentence(this.#none.failure)}`;
    const known = [...this.#known.values()];
    if (known.length === 0) return undefined;
    const unused = known.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }]));
    const [first] = unused;
    const used = known.length - unused.length;
    return [
      ...(used > 0
        ? [
            `Requests of ${used} ${used === 1 ? 'service' : 'services'} are counted by ${counts.title}, of the traces that are kept.`,
          ]
        : []),
      ...(first === undefined
        ? []
        : [
            `${counts.title} are there but not used for ${first.name}${unused.length > 1 ? ` and ${unused.length - 1} more` : ''}: ${ended(first.why)}`,
          ]),
    ].join(' ');
  }

  /** By service, for `prodlens.diagnose`. */
  report(): Readonly<Record<string, unknown>> {
    const { title } = this.#options.counts;
    if (this.#none !== undefined) return { [title]: sentence(this.#none.failure) };
    return {
      [title]: [...this.#known].slice(0, 50).map(([service, { why, counted }]) => ({
        service,
        used: why === undefined,
        ...(why === undefined ? {} : { why: ended(why) }),
        operations: counted.operations().length,
      })),
    };
  }

  /** What of the setting can't be used. */
  problems(): readonly ConnectionProblem[] {
    const { sources } = this.#options;
    if (sources === undefined) return [];
    const read = v.safeParse(sourcesShape, sources);
    if (!read.success)
      return [{ path: ['sources'], message: 'is no object that gives services a source' }];
    const known: readonly string[] = Object.values(choices);
    return Object.entries(read.output)
      .filter(([, choice]) => !known.includes(choice))
      .map(([service, choice]) => ({
        path: ['sources', service],
        message: `no source is called ${choice.slice(0, 60)}`,
        remedy: `Use one of: ${known.join(', ')}.`,
      }));
  }

  #choiceOf(name: string): string | undefined {
    const read = v.safeParse(sourcesShape, this.#options.sources);
    return read.success ? (read.output[name] ?? read.output['*']) : undefined;
  }

  #own(by: CountedService): void {
    for (const operation of by.operations()) this.#owned.set(operation.id, { operation, by });
  }

  #used(service: ServiceKey): CountedService | undefined {
    const known = this.#none === undefined ? this.#known.get(service) : undefined;
    return known?.why === undefined ? known?.counted : undefined;
  }

  /** Whether every request and message that the sample knows of a function has its counterpart: the others' numbers aren't the function's. */
  #holdsAll(group: OperationGroup, by: CountedService, sampled: readonly Operation[]): boolean {
    const ids = new Set(group.operations);
    const counted = group.operations
      .flatMap((id) => this.#owned.get(id) ?? [])
      .filter((one) => one.by === by)
      .map(({ operation }) => operation);
    return (
      counted.length > 0 &&
      sampled
        .filter(({ id, kind }) => ids.has(id) && answered.has(kind))
        .every((one) => counted.some(({ kind, name }) => kind === one.kind && name === one.name))
    );
  }

  #meet(key: ServiceKey, name: string): Known {
    const namespace = key.endsWith(`/${name}`) ? key.slice(0, -name.length - 1) : '';
    const made: Known = {
      name,
      counted: new CountedService({ ...this.#options, service: name, namespace }),
      failures: new ServiceFailure(),
      why: undefined,
      told: new Set(),
    };
    this.#known.set(key, made);
    return made;
  }
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
