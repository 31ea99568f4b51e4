import { slotLength, tiers } from '../../local/core/slots.ts';

/** More than there are slots of all lengths that are kept. */
const mostEnds = 600;
const keptFor = tiers.at(-1)?.keep ?? 0;

/** Calls by the end of their slot, in order of time: a few of many are looked up again and again. */
export class CallsByEnd {
  #ends: number[] = [];
  #calls: number[] = [];

  get size(): number {
    return this.#ends.length;
  }

  /** 0: none. */
  get newest(): number {
    return this.#ends.at(-1) ?? 0;
  }

  at(end: number): number {
    const i = this.#firstFrom(end);
    return this.#ends[i] === end ? (this.#calls[i] ?? 0) : 0;
  }

  /** @param now what grew old by then is joined once there is too much of it */
  set(end: number, calls: number, now: number): void {
    const i = this.#firstFrom(end);
    if (this.#ends[i] === end) this.#calls[i] = calls;
    else {
      this.#ends.splice(i, 0, end);
      this.#calls.splice(i, 0, calls);
      if (this.#ends.length > mostEnds) this.#coarsen(now);
    }
  }

  /** Of the slots that end after `from`, `to` included. */
  between(from: number, to: number): number {
    let sum = 0;
    for (let i = this.#firstAfter(from); i < this.#ends.length; i += 1) {
      if ((this.#ends[i] ?? 0) > to) break;
      sum += this.#calls[i] ?? 0;
    }
    return sum;
  }

  /** Joins what grew old, as slots do: durations that are fetched later are compared with it in the same lengths. */
  #coarsen(now: number): void {
    const [ends, calls] = [this.#ends, this.#calls];
    [this.#ends, this.#calls] = [[], []];
    for (const [i, end] of ends.entries()) {
      if (end < now - keptFor) continue;
      const length = slotLength(end - 1, now);
      const coarse = Math.ceil(end / length) * length;
      if (this.#ends.at(-1) !== coarse) {
        this.#ends.push(coarse);
        this.#calls.push(0);
      }
      this.#calls[this.#calls.length - 1] = (this.#calls.at(-1) ?? 0) + (calls[i] ?? 0);
    }
  }

  #firstAfter(end: number): number {
    const i = this.#firstFrom(end);
    return this.#ends[i] === end ? i + 1 : i;
  }

  /** The place of the first that doesn't end before. */
  #firstFrom(end: number): number {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) < end) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
