import { createHash } from 'node:crypto';
import type { AnswerStore } from '../../sharing/answerStore.ts';
import { askedEvery, usedFor, type LookSubject } from './lookQuestions.ts';

/** A question about what a backend has. */
export interface LookQuestion {
  readonly subject: LookSubject;
  /** Everything that tells it from others, but its time. */
  readonly text: string;
}

export interface KnownAnswer {
  readonly body: Uint8Array;
  /** How many milliseconds the server's clock was ahead. */
  readonly clockOffset: number;
  /** When it was asked for, Unix milliseconds of this machine. */
  readonly at: number;
}

/** Questions of a look, by what tells them apart. */
export type AskedQuestions = ReadonlyMap<string, LookSubject>;

/** How old an answer may be that is used in place of a new one, milliseconds. */
export type OldestUsed = (kind: string, subject: LookSubject) => number;

/** A look at a backend: answers that are new enough, of this window or another one, are as good as new ones. */
export class KeptLook {
  readonly #store: AnswerStore;
  readonly #oldestUsed: OldestUsed;
  readonly #asked = new Map<string, LookSubject>();
  readonly #added = new Set<string>();
  /** When the oldest of the answers that tell services and their calls was asked for, Unix milliseconds of this machine. */
  callsAt: number;

  constructor(store: AnswerStore, oldestUsed: OldestUsed) {
    this.#store = store;
    this.#oldestUsed = oldestUsed;
    this.callsAt = store.now();
  }

  /** What was asked of the backend or would have been. */
  get asked(): AskedQuestions {
    return this.#asked;
  }

  async find(question: LookQuestion): Promise<KnownAnswer | undefined> {
    const kind = kindOf(question);
    const { subject } = question;
    this.#asked.set(kind, subject);
    const entry = this.#store.entries.findLast((one) => one.kind === kind);
    const age = this.#store.now() - (entry?.at ?? 0);
    if (entry === undefined) return undefined;
    if (!this.#added.has(kind) && age >= this.#oldestUsed(kind, subject)) return undefined;
    const body = await this.#store.body(entry);
    if (body === undefined) return undefined;
    if (subject === 'calls') this.callsAt = Math.min(this.callsAt, entry.at);
    return { body, clockOffset: entry.to - entry.at, at: entry.at };
  }

  async add(question: LookQuestion, body: Uint8Array, clockOffset: number): Promise<void> {
    const at = this.#store.now();
    const kind = kindOf(question);
    this.#added.add(kind);
    await this.#store.add({ kind, from: at, to: at + clockOffset, step: 0, at }, body);
  }

  renew(): Promise<void> {
    return this.#store.renew();
  }
}

/** A first look: what another window asked for lately is as good. */
export const asUsual: OldestUsed = (_, subject) => askedEvery[subject];

/** Whatever is known. */
export const anew: OldestUsed = () => 0;

/**
 * A later look asks for the answers that are most overdue, and for no more of them than may be asked; for all others what is known does.
 *
 * @param most questions that may be asked
 * @param pace milliseconds for each of them: what is asked for as often as that leaves no room for others
 * @param sooner how often what it names is asked for, where it can't wait, milliseconds
 */
export function mostOverdue(
  store: AnswerStore,
  asked: AskedQuestions,
  most: number,
  pace: number,
  sooner: Readonly<Partial<Record<LookSubject, number>>> = {},
): OldestUsed {
  const askedAt = new Map(store.entries.map(({ kind, at }) => [kind, at]));
  const now = store.now();
  const overdue = [...asked]
    .map(([kind, subject]) => {
      const every = sooner[subject] ?? Math.max(askedEvery[subject], pace);
      const by = (now - (askedAt.get(kind) ?? now)) / every;
      // Numbers are wrong until another distance of samples is noticed: nothing else is as urgent.
      const rank = subject in sooner ? 2 : subject === 'interval' ? 1 : 0;
      return { kind, by, rank };
    })
    .filter(({ by }) => by >= 1)
    .toSorted((a, b) => b.rank - a.rank || b.by - a.by);
  const hurried = overdue.filter(({ rank }) => rank === 2).length;
  const chosen = new Set(overdue.slice(0, Math.max(most, hurried)).map(({ kind }) => kind));
  return (kind, subject) => (chosen.has(kind) ? 0 : usedFor(subject));
}

/** When one of these questions was last asked that wasn't in a hurry, Unix milliseconds of this machine: others don't wait for those that are. */
export const newestOf = (
  store: AnswerStore,
  asked: AskedQuestions,
  hurried: Readonly<Partial<Record<LookSubject, number>>>,
): number =>
  store.entries.reduce((newest, { kind, at }) => {
    const subject = asked.get(kind);
    return subject === undefined || subject in hurried ? newest : Math.max(newest, at);
  }, 0);

const kindOf = ({ text }: LookQuestion): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 24);
