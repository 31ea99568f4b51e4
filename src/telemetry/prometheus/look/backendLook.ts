import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { Select } from '../../ports.ts';
import { AnswersInMemory, type AnswerStore } from '../../sharing/answerStore.ts';
import type { PrometheusApi } from '../api.ts';
import { allCalls, readCatalogue, type Catalogue, type KnownService } from './catalogue.ts';
import type { Problem } from './discovery.ts';
import type { FoundOperations } from './foundOperations.ts';
import { HurriedQuestions, patience } from './hurriedQuestions.ts';
import {
  anew,
  asUsual,
  KeptLook,
  mostOverdue,
  newestOf,
  type AskedQuestions,
  type OldestUsed,
} from './keptLook.ts';
import { askedEvery, usedFor, type LookSubject } from './lookQuestions.ts';
import type { PrometheusOptions } from '../options.ts';

/** The budget: so many questions per service in that time, whatever there is to find out. docs/architecture.md, "Asking backends" */
const budget = { questions: 2, time: 15 * 60_000 };
/** Questions about series that are too young to show how often they are sampled. */
const youngEvery = 30_000;

export interface BackendLookOptions {
  readonly api: PrometheusApi;
  readonly select: Select;
  readonly options: PrometheusOptions;
  /** Told what there is. */
  readonly found: FoundOperations;
  /** Unix milliseconds of this machine. */
  readonly now: () => number;
  readonly focused: () => boolean;
  /** Where answers are kept for all windows of this machine; undefined: each keeps its own. */
  readonly shared: () => Promise<AnswerStore | undefined>;
  readonly signal: AbortSignal;
}

/**
 * What a backend has. The first look asks for all of it, unless answers are kept; then one answer after the other is asked for anew, that
 * which is most overdue first, within the budget.
 */
export class BackendLook {
  readonly #options: BackendLookOptions;
  #store: Promise<AnswerStore> | undefined;
  catalogue: Catalogue | undefined;
  /** Of the person's own conventions, as far as they were tried. */
  problems: readonly Problem[] = [];
  #asked: AskedQuestions = new Map();
  #lookedAt = 0;
  readonly #hurried = new HurriedQuestions();
  #youngSince = 0;
  #failed = false;
  /** Whatever is known, it is asked for anew. */
  #forced = false;

  constructor(options: BackendLookOptions) {
    this.#options = options;
  }

  /** The next look asks, whatever is known. */
  again(): void {
    this.#forced = true;
  }

  /** What the backend has, as known or asked for anew. @param missing a service that is asked for isn't among it */
  async at(missing = false): Promise<Result<Catalogue>> {
    const now = this.#options.now();
    const known = this.catalogue;
    if (known === undefined || this.#forced) {
      const oldestUsed = this.#forced ? anew : this.#failed ? afterFailure : asUsual;
      this.#forced = false;
      return this.#look(() => oldestUsed);
    }
    if (!this.#options.focused()) return ok(known);
    if (missing) this.#hurried.wait('', 'service', now);
    const sooner = this.#sooner(known, now);
    const pace = budget.time / (budget.questions * Math.max(1, known.services.size));
    if (now - this.#lookedAt < Math.min(pace, ...Object.values(sooner))) return ok(known);
    const looked = await this.#look((store) => {
      // Another window may have asked meanwhile.
      const most = Math.floor((now - newestOf(store, this.#asked, sooner)) / pace);
      return mostOverdue(store, this.#asked, most, pace, sooner);
    });
    // Whoever asks for numbers is told of failures; what was there is known all the same, for a while.
    return looked.ok || this.#options.api.now() - known.at > usedFor('calls') ? looked : ok(known);
  }

  /** A file in sight that no operation belongs to is of these services, as far as they were seen: what it lacks is looked for sooner. */
  expects(file: string, services: readonly ServiceKey[]): void {
    if (this.catalogue === undefined || !this.#options.focused()) return;
    const known = services.flatMap((service) => this.catalogue?.services.get(service) ?? []);
    if (known.length === 0) this.#hurried.wait(file, 'service', this.#options.now());
    else if (known.some(lacksRoutes)) this.#hurried.wait(file, 'route', this.#options.now());
  }

  /** What can't wait, and how long it can. */
  #sooner({ young }: Catalogue, now: number): Readonly<Partial<Record<LookSubject, number>>> {
    const awaited = this.#hurried.every(now);
    if (!young) return awaited;
    const every = Math.max(youngEvery, (now - this.#youngSince) / patience);
    const calls = Math.min(every, awaited.calls ?? every);
    return { ...awaited, calls, series: every, interval: every };
  }

  async #look(oldestUsed: (store: AnswerStore) => OldestUsed): Promise<Result<Catalogue>> {
    const { api, select, options, found, now, signal } = this.#options;
    this.#lookedAt = now();
    this.#store ??= this.#options.shared().then((shared) => new AnswersInMemory(now, shared));
    const store = await this.#store;
    return store.alone(async () => {
      const look = new KeptLook(store, oldestUsed(store));
      const read = await api.withLook(look, () =>
        readCatalogue(
          api,
          select,
          options,
          signal,
          (problems) => {
            this.problems = problems;
          },
          this.catalogue,
        ),
      );
      this.#failed = !read.ok;
      if (!read.ok) return read;
      if (this.catalogue?.young !== true) this.#youngSince = now();
      this.#asked = look.asked;
      const at = Math.min(api.now(), look.callsAt + api.clockOffset);
      this.catalogue = { ...read.value, at };
      found.add(this.catalogue);
      return ok(this.catalogue);
    }, signal);
  }
}

/** With the first request its route becomes a label. */
const lacksRoutes = (known: KnownService): boolean =>
  allCalls(known).some(({ found }) => !found.attributes.has(found.convention.key));

/** What was missing may be there now. */
const afterFailure: OldestUsed = (_, subject) =>
  subject === 'version' ? askedEvery.version : youngEvery;
