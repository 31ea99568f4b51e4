import type { HttpAnswer } from '../http/exchange.ts';

/** `Date` has whole seconds: what is under two is its coarseness and the way. */
const coarseness = 2_000;

/** A backend's clock, as its answers tell it: what it holds is dated by it. */
export class ServerClock {
  readonly #now: () => number;
  #last = 0;
  /** When the answer that told the offset was asked for, of this machine. */
  #toldAt = 0;
  /** Milliseconds that it is ahead of ours. */
  offset = 0;

  /** @param now of this machine, Unix milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  note({ date }: HttpAnswer): void {
    this.#last = this.#now();
    this.#toldAt = this.#last;
    const offset = date === undefined ? 0 : date + 500 - this.#last;
    this.offset = Math.abs(offset) > coarseness ? offset : 0;
  }

  /** From an answer that was asked for before, by whomever. @param askedAt Unix milliseconds of this machine */
  learn(offset: number, askedAt: number): void {
    if (askedAt < this.#toldAt) return;
    this.#toldAt = askedAt;
    this.#last = this.#now();
    this.offset = offset;
  }

  /** Unix milliseconds. Goes on where this machine's clock is set back: the backend's isn't. */
  now(): number {
    const now = this.#now();
    if (now < this.#last) this.offset += this.#last - now;
    this.#last = now;
    return now + this.offset;
  }
}
