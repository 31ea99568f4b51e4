import type { Tally } from './tally.ts';

/** A request decoded: what is usable, and what had to be refused with why. */
export interface DecodedBatch<T> {
  readonly records: T[];
  readonly rejected: number;
  /** The first reasons with their counts; "" when nothing was rejected. */
  readonly message: string;
}

/** The bytes are no such message: the whole request is refused. */
export class MalformedBody extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedBody';
  }
}

/** What every decoder carries along: records so far, rejections by reason, counters. */
export class BatchBuilder<T> {
  readonly records: T[] = [];
  readonly tally: Tally;
  private readonly reasons = new Map<string, number>();
  private rejectedCount = 0;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  reject(reason: string, count = 1): void {
    this.rejectedCount += count;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + count);
  }

  finish(): DecodedBatch<T> {
    const message = [...this.reasons].map(([reason, n]) => `${n} × ${reason}`).join('; ');
    return { records: this.records, rejected: this.rejectedCount, message };
  }
}
