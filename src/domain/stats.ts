import type { Milliseconds, PerSecond, Ratio, TimeRange, UnixMillis } from './units.ts';

/** A quantile with the bounds of the bucket (or order statistics) it was read from. `beyond`: it lies in the last, open bucket. */
export interface Quantile {
  readonly value: Milliseconds;
  readonly low: Milliseconds;
  readonly high: Milliseconds;
  readonly beyond?: true;
}

/** `all`: every call counted; `weighted`: by sampling probability; `sample`: a sample of unknown probability. */
export type Basis = 'all' | 'weighted' | 'sample';

/** Numbers of a function. An absent field is not known; it is never 0 or NaN in disguise. */
export interface FunctionStats {
  readonly count?: number;
  readonly perSecond?: PerSecond;
  readonly errorRatio?: Ratio;
  readonly errors?: number;
  /** HTTP 4xx of entry spans: shown apart, never part of `errors`. */
  readonly clientErrors?: number;
  readonly p50Ms?: Quantile;
  readonly p95Ms?: Quantile;
  readonly p99Ms?: Quantile;
  readonly basis: Basis;
  readonly lowerBound?: true;
  /** Which telemetry the numbers come from, in words, for example `spans of the local receiver`. */
  readonly source: string;
}

/** What a comparison of two releases says. */
export type Verdict = 'better' | 'same' | 'worse' | 'tooFew';

/** One release against the running release with the largest share, over the same slots. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly release: string;
  readonly baseline: string;
  /** `concurrent`: both ran over the same slots; `beforeAfter`: a full rollout, never coloured alone. */
  readonly basis: 'concurrent' | 'beforeAfter';
  /** What is worse or better, in order of weight. */
  readonly findings: readonly ComparisonFinding[];
  /** Why `tooFew` or no verdict, in words. */
  readonly reason?: string;
}

export interface ComparisonFinding {
  readonly metric: 'errors' | 'p95';
  readonly verdict: Verdict;
  /** Ratio for errors, milliseconds for p95. */
  readonly from: number;
  readonly to: number;
  readonly calls: number;
  readonly baselineCalls: number;
}

/** Numbers of one release of a function's service. `version` "" means unknown. */
export interface ReleaseNumbers {
  readonly version: string;
  /** Statistics are per run: a version that comes back after a gap is a new run (0, 1, …). */
  readonly run: number;
  readonly running: boolean;
  /** Share of the service's entry calls in the live interval; running releases only. */
  readonly share?: Ratio;
  readonly firstSeen?: UnixMillis;
  readonly lastSeen?: UnixMillis;
  readonly commit?: string;
  readonly stats: FunctionStats;
}

/** Group of exceptions of one type and message shape. */
export interface ExceptionGroup {
  readonly type: string;
  /** Message with numbers, ids and quoted values replaced; hostile text. */
  readonly messageShape: string;
  readonly count: number;
  readonly lastSeen: UnixMillis;
  readonly releases: readonly string[];
  /** Outermost application frame first where known; runtime paths, unchecked. */
  readonly frames: readonly StackFrame[];
  /** Release whose code the frames are of. */
  readonly framesOf?: string;
  readonly traceId?: string;
}

export interface StackFrame {
  readonly functionName?: string;
  readonly filePath: string;
  readonly line?: number;
  readonly column?: number;
}

/** One point of a sparkline: a slot of the window. */
export interface SeriesPoint {
  readonly at: UnixMillis;
  readonly count: number;
  readonly errors: number;
  readonly p95Ms?: Milliseconds;
}

/** What numbers of basis `sample` were read from. */
export interface TraceSample {
  /** Traces of the service that were looked at and began in the window; where it counts itself, requests of the service. */
  readonly traces: number;
  /** How much of the window the answers hold every stored trace of: the rest was only passed by. */
  readonly covered: Milliseconds;
  /** Some of the traces were too large to be had, whole or at all. */
  readonly lacking?: true;
  /** The backend, by its product's name. */
  readonly backend: string;
  /** By what the backend itself counted the requests of all traces that it keeps; absent: traces were looked at one by one. */
  readonly counted?: string;
}

/** Everything a metrics source knows of one function (a set of operations) over a window. */
export interface FunctionNumbers {
  /** The key that the query gave. */
  readonly key: string;
  /** The observed part of the window: `from` is its true start. */
  readonly window: TimeRange;
  /** Newest sample or span end behind the numbers; absent when nothing was seen in the window, or the source can't tell when it was. */
  readonly observedAt?: UnixMillis;
  /** Why there are no numbers although there is telemetry, and what to do: a configuration problem, never a sum. */
  readonly problem?: string;
  /** The problem is that the service's questions fail: what was known before stays, with its age. */
  readonly failed?: true;
  /** True when the service's telemetry is alive (any span or process telemetry, within 3 × its usual interval). */
  readonly serviceAlive: boolean;
  /** Since when the service has been silent, when it isn't alive. */
  readonly silentSince?: UnixMillis;
  readonly total?: FunctionStats;
  /** The numbers are those of a sample of traces, also where none of them has a call of the function. */
  readonly sample?: TraceSample;
  readonly releases: readonly ReleaseNumbers[];
  /** Releases beyond the bound of ten, as a number. */
  readonly olderReleases?: number;
  /** Calls refused before the body ran, proven by missing inner handler spans. */
  readonly refused?: number;
  /** CLIENT and PRODUCER spans below this function: shown apart, never added. */
  readonly callsOut?: FunctionStats;
  readonly exceptions: readonly ExceptionGroup[];
  readonly series: readonly SeriesPoint[];
  readonly comparisons: readonly Comparison[];
}
