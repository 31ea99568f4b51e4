import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';

/** How long what a backend listed is taken for what it has. */
const keptFor = 60_000;
const mostKept = 100;

/** What questions need to know of a backend before they can be put: its lists of names. The next question soon after asks for none again. */
export class Kept<T> {
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly value: T; readonly at: number }>();

  /** @param now Unix milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param fits one that doesn't hold what is looked for is asked for anew: it may have come since */
  async get(
    key: string,
    fits: (value: T) => boolean,
    ask: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const known = this.#kept.get(key);
    const age = known === undefined ? Infinity : this.#now() - known.at;
    // A clock that was set back makes nothing young.
    if (known !== undefined && age >= 0 && age < keptFor && fits(known.value))
      return ok(known.value);
    const answer = await ask();
    this.#kept.delete(key);
    if (!answer.ok) return answer;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= mostKept && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, { value: answer.value, at: this.#now() });
    return answer;
  }

  /** Whether the next answer may be one of before. */
  has(key: string): boolean {
    return this.#kept.has(key);
  }

  /** A question that relied on it failed: another program may answer there now. */
  forget(): void {
    this.#kept.clear();
  }
}
