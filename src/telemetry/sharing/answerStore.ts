import { bodyOf, mostAnswerBytes, noAnswers, withAnswer, type KeptEntry } from './answers.ts';

/** Where answers are kept. */
export interface AnswerStore {
  /** Unix milliseconds of this machine. */
  readonly now: () => number;
  readonly entries: readonly KeptEntry[];
  /** Undefined when it is unreadable. */
  body(entry: KeptEntry): Promise<Uint8Array | undefined>;
  add(entry: KeptEntry, body: Uint8Array): Promise<void>;
  /** Before a request. */
  renew(): Promise<void>;
  /** Runs work that nobody else does at the same time, with what others found out until now. */
  alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Of one window alone, as long as it is open: where nothing can be shared. */
export class AnswersInMemory implements AnswerStore {
  readonly now: () => number;
  #answers = noAnswers;

  constructor(now: () => number) {
    this.now = now;
  }

  get entries(): readonly KeptEntry[] {
    return this.#answers.entries;
  }

  body(entry: KeptEntry): Promise<Uint8Array | undefined> {
    return bodyOf(this.#answers, entry);
  }

  async add(entry: KeptEntry, body: Uint8Array): Promise<void> {
    if (body.byteLength <= mostAnswerBytes)
      this.#answers = await withAnswer(this.#answers, entry, body, this.now());
  }

  renew(): Promise<void> {
    return Promise.resolve();
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}
