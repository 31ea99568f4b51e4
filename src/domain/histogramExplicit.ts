import type { HistogramBucket } from './histogram.ts';

/** Histogram with explicit boundaries (upper bounds, inclusive, milliseconds); `counts` has one more: the open last bucket. */
export class ExplicitHistogram {
  readonly kind = 'explicit';

  private boundaries: readonly number[];
  private counts: number[];

  constructor(boundaries: readonly number[], counts: number[]) {
    this.boundaries = boundaries;
    this.counts = counts;
  }

  get bounds(): readonly number[] {
    return this.boundaries;
  }

  get count(): number {
    return this.counts.reduce((sum, n) => sum + n, 0);
  }

  get byteLength(): number {
    return 64 + this.counts.length * 16;
  }

  /** Both sides are brought to the boundaries that are known of both: nothing finer is known of the sum. */
  merge(other: ExplicitHistogram): boolean {
    const { bounds, mine, theirs } = this.alignedWith(other);
    this.boundaries = bounds;
    this.counts = mine.map((n, i) => n + (theirs[i] ?? 0));
    return true;
  }

  /** Without what another counted; undefined where that is more, in any bucket. */
  minus(other: ExplicitHistogram): ExplicitHistogram | undefined {
    const { bounds, mine, theirs } = this.alignedWith(other);
    const counts = mine.map((n, i) => n - (theirs[i] ?? 0));
    return counts.some((n) => n < 0) ? undefined : new ExplicitHistogram(bounds, counts);
  }

  /**
   * Counts of both by the boundaries that they share, and by those that lie in an empty bucket of the one that lacks them: that is empty on
   * both sides of any boundary. So are native histograms with boundaries of their own, whose empty buckets nobody names.
   */
  private alignedWith(other: ExplicitHistogram): {
    readonly bounds: readonly number[];
    readonly mine: readonly number[];
    readonly theirs: readonly number[];
  } {
    const all = [...new Set([...this.boundaries, ...other.boundaries])].sort((a, b) => a - b);
    const bounds = all.filter((bound) => this.knows(bound) && other.knows(bound));
    return {
      bounds,
      mine: collapse(this.boundaries, this.counts, bounds),
      theirs: collapse(other.boundaries, other.counts, bounds),
    };
  }

  private knows(bound: number): boolean {
    const at = this.boundaries.findIndex((own) => own >= bound);
    const index = at < 0 ? this.boundaries.length : at;
    return this.boundaries[index] === bound || this.counts[index] === 0;
  }

  clone(): ExplicitHistogram {
    return new ExplicitHistogram(this.boundaries, this.counts.slice());
  }

  /** Buckets in milliseconds, ascending, empty ones left out; the last one's `high` is Infinity. */
  buckets(): HistogramBucket[] {
    const all: HistogramBucket[] = [];
    for (const [i, count] of this.counts.entries()) {
      if (count <= 0) continue;
      const high = this.boundaries[i] ?? Infinity;
      // Durations don't go below zero; a first boundary at or below zero is its own bucket.
      const low = i === 0 ? Math.min(0, high) : (this.boundaries[i - 1] ?? 0);
      all.push({ low, high, count });
    }
    return all;
  }

  toNumbers(): number[] {
    return [this.boundaries.length, ...this.boundaries, ...this.counts];
  }

  static fromNumbers(data: readonly number[]): ExplicitHistogram {
    const n = data[0] ?? 0;
    return new ExplicitHistogram(data.slice(1, 1 + n), data.slice(1 + n));
  }
}

function collapse(
  bounds: readonly number[],
  counts: readonly number[],
  shared: readonly number[],
): number[] {
  const result = new Array<number>(shared.length + 1).fill(0);
  let at = 0;
  for (const [i, count] of counts.entries()) {
    const upper = bounds[i] ?? Infinity;
    while (at < shared.length && upper > (shared[at] ?? Infinity)) at += 1;
    result[at] = (result[at] ?? 0) + count;
  }
  return result;
}

/**
 * Counts per bucket from cumulative ones (`le`). A decrease of over 0.1 % of the total means that different layouts
 * were summed: no histogram, never repaired. A smaller one is a scrape that caught the counters in motion.
 */
export function explicitFromCumulative(
  bounds: readonly number[],
  cumulative: readonly number[],
): ExplicitHistogram | undefined {
  const total = cumulative.at(-1) ?? 0;
  const counts: number[] = [];
  let before = 0;
  for (const value of cumulative) {
    if (before - value > total * 0.001) return undefined;
    counts.push(Math.max(0, value - before));
    before = Math.max(before, value);
  }
  return new ExplicitHistogram(bounds, counts);
}
