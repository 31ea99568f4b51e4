import type { Comparison } from './stats.ts';
import type { Milliseconds, UnixMillis } from './units.ts';

/** Calls of one release of one function: all of them, or those of one block of time or of one instance. */
export interface ComparisonSample {
  readonly calls: number;
  readonly errors: number;
  /** Latency of successful calls only, ascending, bounds in milliseconds; the last `high` may be Infinity. */
  readonly buckets: readonly {
    readonly low: number;
    readonly high: number;
    readonly count: number;
  }[];
}

export interface ComparisonBlock extends ComparisonSample {
  /** Start of the block; the same grid on both sides. */
  readonly at: UnixMillis;
}

export interface ComparisonSide {
  readonly version: string;
  readonly firstSeen: UnixMillis;
  /** Over the time that both sides share. */
  readonly blocks: readonly ComparisonBlock[];
  /** The same calls by `service.instance.id`, where instances are known (at least two of them). */
  readonly instances?: readonly ComparisonSample[];
}

export interface ComparisonContext {
  /** Length of a block. */
  readonly block: Milliseconds;
  /** Functions judged together: the error budget is shared over functions × metrics. */
  readonly functions: number;
  readonly basis: 'concurrent' | 'beforeAfter';
}

/** Judges `candidate` against `baseline`: pure, same input same answer. Decided in docs/semantics.md. */
export type CompareReleases = (
  candidate: ComparisonSide,
  baseline: ComparisonSide,
  context: ComparisonContext,
) => Comparison;
