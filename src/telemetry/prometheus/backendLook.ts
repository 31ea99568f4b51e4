import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Select } from '../ports.ts';
import { AnswersInMemory, type AnswerStore } from '../sharing/answerStore.ts';
import type { PrometheusApi } from './api.ts';
import { readCatalogue, type Catalogue } from './catalogue.ts';
import type { Problem } from './discovery.ts';
import type { FoundOperations } from './foundOperations.ts';
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
import type { PrometheusOptions } from './options.ts';

/** The budget: so many questions per service in that time, whatever there is to find out. docs/architecture.md, "Asking backends" */
const budget = { questions: 2, time: 15 * 60_000 };
/** Questions about services that are asked about and aren't there, and about series that are too young to show how often they are sampled. */
const missingEvery = 2 * 60_000;
const youngEvery = 30_000;
/** What still isn't there after a while is asked for in times that grow with it. */
const patience = 4;

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
  readonly #own: AnswerStore;
  catalogue: Catalogue | undefined;
  /** Of the person's own conventions, as far as they were tried. */
  problems: readonly Problem[] = [];
  #asked: AskedQuestions = new Map();
  #lookedAt = 0;
  /** Since when a service is missing, and when it was last said to be. */
  #missingSince = 0;
  #missingAt = 0;
  #youngSince = 0;
  #failed = false;
  /** Whatever is known, it is asked for anew. */
  #forced = false;

  constructor(options: BackendLookOptions) {
    this.#options = options;
    this.#own = new AnswersInMemory(options.now);
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
    const sooner = this.#sooner(known, missing, now);
    const pace = budget.time / (budget.questions * Math.max(1, known.services.size));
    if (now - this.#lookedAt < Math.min(pace, ...Object.values(sooner))) return ok(known);
    const looked = await this.#look((store) => {
      // Another window may have asked meanwhile.
      const most = Math.floor((now - newestOf(store, this.#asked)) / pace);
      return mostOverdue(store, this.#asked, most, sooner);
    });
    // Whoever asks for numbers is told of failures; what was there is known all the same, for a while.
    return looked.ok || this.#options.api.now() - known.at > usedFor('calls') ? looked : ok(known);
  }

  /** What can't wait, and how long it can. */
  #sooner(
    { young }: Catalogue,
    missing: boolean,
    now: number,
  ): Readonly<Partial<Record<LookSubject, number>>> {
    if (missing) {
      if (now - this.#missingAt > askedEvery.calls) this.#missingSince = now;
      this.#missingAt = now;
    }
    if (young) {
      const every = Math.max(youngEvery, (now - this.#youngSince) / patience);
      return { calls: every, series: every, interval: every };
    }
    return missing ? { calls: Math.max(missingEvery, (now - this.#missingSince) / patience) } : {};
  }

  async #look(oldestUsed: (store: AnswerStore) => OldestUsed): Promise<Result<Catalogue>> {
    const { api, select, options, found, now, signal } = this.#options;
    this.#lookedAt = now();
    const store = (await this.#options.shared()) ?? this.#own;
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

/** What was missing may be there now. */
const afterFailure: OldestUsed = (_, subject) =>
  subject === 'version' ? askedEvery.version : youngEvery;
