import type { FunctionNumbers } from '../domain/stats.ts';
import { VerdictHold } from '../releases/verdictHold.ts';
import { hasCalls, type KnownNumbers } from './combine.ts';

const maxNumbers = 5_000;

/** The newest numbers of each group of operations, and with them the last ones that had calls. */
export class LastNumbers {
  readonly #numbers = new Map<string, KnownNumbers>();
  readonly #hold = new VerdictHold();

  get(key: string): KnownNumbers | undefined {
    return this.#numbers.get(key);
  }

  has(key: string): boolean {
    return this.#numbers.has(key);
  }

  /** Those that are too many are forgotten, the longest unasked first. */
  take(answers: readonly FunctionNumbers[]): void {
    for (const fresh of answers) {
      const before = this.#numbers.get(fresh.key);
      const hadCalls =
        before !== undefined && hasCalls(before.numbers) ? before.numbers : before?.lastGood;
      const lastGood = hasCalls(fresh) ? fresh : hadCalls;
      this.#numbers.delete(fresh.key);
      this.#numbers.set(fresh.key, {
        numbers: { ...fresh, comparisons: this.#hold.settle(fresh.key, fresh.comparisons) },
        ...(lastGood === undefined ? {} : { lastGood }),
      });
    }
    for (const key of this.#numbers.keys()) {
      if (this.#numbers.size <= maxNumbers) break;
      this.#numbers.delete(key);
    }
  }

  clear(): void {
    this.#numbers.clear();
    this.#hold.clear();
  }
}
