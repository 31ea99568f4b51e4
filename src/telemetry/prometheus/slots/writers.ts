import type { Failure } from '../../../domain/result.ts';
import type { Found } from '../look/discovery.ts';
import { seconds, selector } from '../selector.ts';
import type { Chunk } from './slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

/** Marks rows that count series which several processes write. */
const writersLabel = 'prodlens_writers';

/**
 * Looked at together: processes that export each minute, as SDKs do by default, make a counter fall once a minute, however often it is
 * sampled.
 */
const shortestLook = 6 * 60_000;
const samplesSeen = 20;
/** A counter that falls so often restarts all the time, or has several writers: once in that time, or in so many samples. */
const longestPause = 90_000;
const samplesPerFall = 5;
/** And at one in so many of its changes: two writers' falls at every other one, one that restarts changes often in between. */
const changesPerFall = 5;

/**
 * How many counters several processes write, each its own count: they fall again and again, while the highest of them goes on rising. One
 * that restarts all the time looks alike where it lives for a few changes only; what it counts can't be known either.
 *
 * @param interval distance of samples, milliseconds
 */
export function severalWriters(
  { calls, callsAre }: Found,
  matchers: readonly string[],
  step: number,
  interval: number,
): string {
  const of = selector(calls, matchers);
  // Windows that measured the interval a little otherwise ask the same.
  const steps = Math.max(
    Math.ceil(shortestLook / step),
    Math.round((samplesSeen * interval) / step),
  );
  const look = steps * step;
  const half = look / 2;
  const over = (range: number): string =>
    callsAre === 'count'
      ? `histogram_count(${of})[${seconds(range)}:${seconds(Math.max(interval, 1_000))}]`
      : `${of}[${seconds(range)}]`;
  const fewest = Math.round(look / Math.max(longestPause, samplesPerFall * interval));
  const falls = `(resets(${over(look)}) >= ${fewest}) * ${changesPerFall}`;
  const highest = `max_over_time(${over(half)})`;
  const before = `max_over_time(${over(half)} offset ${seconds(half)})`;
  const written = `${falls} >= changes(${over(look)}) and ${highest} >= ${before}`;
  return `label_replace(count(${written}), "${writersLabel}", "1", "", "")`;
}

/** When a service's counters had several writers. */
export class WritersSeen {
  /** Ends of slots in which they had, Unix milliseconds, and the length of each. */
  readonly #slots = new Map<number, number>();

  /** Takes the rows that tell it; gives back the others. */
  take(rows: readonly MatrixRow[], { from, to, step }: Chunk): readonly MatrixRow[] {
    for (const end of [...this.#slots.keys()]) if (end > from && end <= to) this.#slots.delete(end);
    return rows.filter(({ labels, samples }) => {
      if (labels[writersLabel] === undefined) return true;
      for (const [at] of samples) this.#slots.set(Math.round(at * 1000), step);
      return false;
    });
  }

  /** The end of the newest slot after a moment in which they had, and in the one before it: a single one may be a row of restarts. */
  newest(from: number): number | undefined {
    const ends = [...this.#slots]
      .filter(([end, step]) => end > from && this.#slots.has(end - step))
      .map(([end]) => end);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  clear(): void {
    this.#slots.clear();
  }
}

/** Why there are no numbers of a time. @param until the last moment at which they were written so, Unix milliseconds */
export const writtenBySeveral = ({ calls }: Found, until: number, now: number): Failure => ({
  reason: 'invalid',
  message: `Several processes write one series of ${calls}, each its own count, so that calls can’t be counted.`,
  remedy:
    now - until < 15 * 60_000
      ? 'Give each process a service.instance.id of its own that stays a label (instance); if there is only one, look why it restarts all the time.'
      : `It ended at ${new Date(until).toISOString().slice(11, 16)} UTC: choose a window that begins later.`,
});
