/** What one connection was asked within a stretch of time. */
interface Amount {
  requests: number;
  /** Of answers, after decompression. */
  bytes: number;
  /** What the backend says that the answers cost it: samples read. Absent where it doesn't say. */
  samples?: number;
}

const minute = 60_000;
const keptMinutes = 10;

/** Counts what a connection is asked, by the minute. */
export class Meter {
  readonly total: Amount = { requests: 0, bytes: 0 };
  readonly #now: () => number;
  readonly #began: number;
  readonly #minutes = new Map<number, Amount>();

  /** @param now Unix milliseconds */
  constructor(now: () => number) {
    this.#now = now;
    this.#began = now();
  }

  request(): void {
    for (const amount of this.#current()) amount.requests += 1;
  }

  received(bytes: number): void {
    for (const amount of this.#current()) amount.bytes += bytes;
  }

  cost(samples: number): void {
    for (const amount of this.#current()) amount.samples = (amount.samples ?? 0) + samples;
  }

  /** Totals, and the mean of the last ten minutes, or of the time since it began where that is shorter. */
  report(): Readonly<Record<string, unknown>> {
    const now = this.#now();
    const recent: Amount = { requests: 0, bytes: 0 };
    for (const [at, amount] of this.#minutes)
      if (at >= now / minute - keptMinutes) add(recent, amount);
    const minutes = Math.min(keptMinutes, Math.max(1, (now - this.#began) / minute));
    return {
      ...this.total,
      perMinute: Object.fromEntries(
        Object.entries(recent).map(([what, n]: [string, number]) => [
          what,
          Number((n / minutes).toPrecision(3)),
        ]),
      ),
    };
  }

  #current(): readonly Amount[] {
    const at = Math.floor(this.#now() / minute);
    let amount = this.#minutes.get(at);
    if (amount === undefined) {
      amount = { requests: 0, bytes: 0 };
      this.#minutes.set(at, amount);
      for (const old of this.#minutes.keys())
        if (old <= at - keptMinutes - 1) this.#minutes.delete(old);
    }
    return [this.total, amount];
  }
}

function add(to: Amount, from: Amount): void {
  to.requests += from.requests;
  to.bytes += from.bytes;
  if (from.samples !== undefined) to.samples = (to.samples ?? 0) + from.samples;
}
