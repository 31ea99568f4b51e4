import type { Comparison } from './stats.ts';
import type { Milliseconds, UnixMillis } from './units.ts';

/** Calls of one release of one function during one block of time. */
export interface ComparisonBlock {
  readonly at: UnixMillis;
  readonly calls: number;
  readonly errors: number;
  /** Latency of successful calls only, ascending, bounds in milliseconds; the last `high` may be Infinity. */
  readonly buckets: readonly {
    readonly low: number;
    readonly high: number;
    readonly count: number;
  }[];
  /** Calls and errors per instance, where instances are known. */
  readonly instances?: readonly {
    readonly instance: string;
    readonly calls: number;
    readonly errors: number;
  }[];
}

export interface ComparisonSide {
  readonly version: string;
  readonly firstSeen: UnixMillis;
  /** Only blocks that both sides share; empty blocks included. */
  readonly blocks: readonly ComparisonBlock[];
}

export interface ComparisonContext {
  /** Length of a block. */
  readonly block: Milliseconds;
  /** Functions judged together (Holm / Bonferroni over functions × metrics). */
  readonly functions: number;
  /** Time since the two releases first ran together: repeated looks are paid for from it. */
  readonly elapsed: Milliseconds;
  readonly basis: 'concurrent' | 'beforeAfter';
}

/** Judges `candidate` against `baseline`: pure, same input same answer. Decided in docs/semantics.md. */
export type CompareReleases = (
  candidate: ComparisonSide,
  baseline: ComparisonSide,
  context: ComparisonContext,
) => Comparison;
