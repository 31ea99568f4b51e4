import * as v from 'valibot';
import type { Operation } from '../../domain/operation.ts';
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
  told: number;
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
  readonly #owners = new Map<Operation['id'], CountedService>();
  /** The backend has no counts. */
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

  /** Numbers of those groups whose requests are counted; others are not in the answer. */
  numbers(
    query: NumbersQuery,
    states: readonly ServiceState[],
    time: number,
  ): ReadonlyMap<OperationGroup, FunctionNumbers> {
    const answers = new Map<OperationGroup, FunctionNumbers>();
    const from = time - query.window;
    for (const { service, alive } of states) {
      const known = this.#known.get(service);
      if (known === undefined || known.why !== undefined || !known.counted.covers(from, time))
        continue;
      const groups = query.groups.filter(
        (group) =>
          group.service === service &&
          group.operations.some((id) => this.#owners.get(id) === known.counted),
      );
      const found = known.counted.numbers({ ...query, groups }, time, { serviceAlive: alive });
      for (const [i, group] of groups.entries()) {
        const numbers = found[i];
        if (numbers !== undefined) answers.set(group, numbers);
      }
    }
    return answers;
  }

  /** A page with the queries of what is counted of a function, where the backend is asked through Grafana. */
  linkTo(group: OperationGroup, url: string, from: number, to: number): PageLink | undefined {
    const known = this.#known.get(group.service);
    const source = dataSourceAt(url);
    if (source === undefined || known === undefined || known.why !== undefined) return undefined;
    const queries = known.counted.covers(from, to)
      ? known.counted.explored(new Set(group.operations))
      : undefined;
    const link = queries && exploreLink(source, { queries, from, to });
    return link === undefined || link.url.length > longestUrl ? undefined : link;
  }

  /** What is counted shows more of a service than a few traces: which releases run, and that it is alive. */
  stateOf(state: ServiceState, time: number): ServiceState {
    const known = this.#known.get(state.service);
    if (known === undefined || known.why !== undefined || state.problem !== undefined) return state;
    const counted = known.counted.state(time);
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
      const all = known.counted.operations();
      const added = all.slice(known.told);
      known.told = all.length;
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

  #own(counted: CountedService): void {
    for (const { id } of counted.operations()) this.#owners.set(id, counted);
  }

  #meet(key: ServiceKey, name: string): Known {
    const namespace = key.endsWith(`/${name}`) ? key.slice(0, -name.length - 1) : '';
    const made: Known = {
      name,
      counted: new CountedService({ ...this.#options, service: name, namespace }),
      failures: new ServiceFailure(),
      why: undefined,
      told: 0,
    };
    this.#known.set(key, made);
    return made;
  }
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
