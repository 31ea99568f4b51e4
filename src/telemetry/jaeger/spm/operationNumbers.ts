import type { FunctionNumbers, FunctionStats, Quantile } from '../../../domain/stats.ts';
import { milliseconds, perSecond, ratio, unixMillis } from '../../../domain/units.ts';
import type { SpmRow } from './wire.ts';

/** Calls per second are those of so long; a backend's live interval (docs/semantics.md, "Time"). */
export const liveInterval = 5 * 60_000;

/** As Jaeger is asked for them; 1 is the end of the highest bucket that holds a call. */
export const quantiles = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99, top: 1 } as const;

/** What Jaeger said of one service and window. Rows are those of the service alone. */
export interface SpmAnswers {
  /** Of the newest calls, and of what is of the whole window; Unix milliseconds. */
  readonly end: number;
  readonly wholeEnd: number;
  /** Milliseconds. */
  readonly window: number;
  /** Means of the live interval, over the window. */
  readonly calls: readonly SpmRow[];
  /** From one point of them to the next, milliseconds. */
  readonly step: number;
  /** Of the whole window: one point each, at its end. */
  readonly errors: readonly SpmRow[];
  readonly latencies: Readonly<Record<keyof typeof quantiles, readonly SpmRow[]>>;
}

/** Milliseconds of one unit of its durations; undefined: it can't be told. */
export type SpmUnit = 1 | 1000 | undefined;

const source = 'Jaeger’s span metrics (rates; percentiles inside unknown buckets)';

/** When anything is known of the service: first and last moment, Unix milliseconds. Undefined: at no time in the window. */
export function observedPart({
  end,
  window,
  calls,
}: SpmAnswers): { readonly from: number; readonly to: number } | undefined {
  const times = calls.flatMap(({ points }) => points.map(([at]) => at));
  if (times.length === 0) return undefined;
  const first = times.reduce((a, b) => Math.min(a, b));
  // A point stands for the interval before it.
  const from = first <= end - window + 1_000 ? end - window : first - liveInterval;
  return { from: Math.max(end - window, from), to: times.reduce((a, b) => Math.max(a, b)) };
}

/** Numbers of one operation. Undefined: Jaeger saw no call of it in the window, which isn't to say that there was none. */
export function numbersOfOperation(
  answers: SpmAnswers,
  operation: string,
  unit: SpmUnit,
): Omit<FunctionNumbers, 'key'> | undefined {
  const part = observedPart(answers);
  const { end, wholeEnd, latencies } = answers;
  const points = rowOf(answers.calls, operation)?.points ?? [];
  const busy = points.filter(([, value]) => value > 0);
  const median = at(latencies.p50Ms, operation, wholeEnd);
  if (part === undefined || (busy.length === 0 && median === undefined)) return undefined;
  // Of an operation that began inside the interval rate() makes up what was before: it tells nothing yet.
  const rate = points.length > 1 ? at(answers.calls, operation, end) : undefined;
  const failed = at(answers.errors, operation, wholeEnd);
  const top = at(latencies.top, operation, wholeEnd);
  const quantile = (of: readonly SpmRow[]): Quantile | undefined =>
    quantileIn(at(of, operation, wholeEnd), top, unit);
  const [p50Ms, p95Ms, p99Ms] = [latencies.p50Ms, latencies.p95Ms, latencies.p99Ms].map(quantile);
  const total: FunctionStats = {
    basis: 'all',
    source,
    // A series' first value is missed by rate(): that there are no calls, or no errors, is never known.
    ...(rate === undefined || rate === 0 ? {} : { perSecond: perSecond(rate) }),
    ...(failed === undefined || failed === 0 ? {} : { errorRatio: ratio(Math.min(1, failed)) }),
    ...(p50Ms === undefined ? {} : { p50Ms }),
    ...(p95Ms === undefined ? {} : { p95Ms }),
    ...(p99Ms === undefined ? {} : { p99Ms }),
  };
  const alive = part.to >= end - 1_000;
  // Between points that are further apart than what each stands for lies time of which nothing is known.
  const gapless = answers.step <= liveInterval;
  const last = busy.at(-1)?.[0];
  const observedAt = last !== undefined && (gapless || last >= end - 1_000) ? last : undefined;
  return {
    window: { from: unixMillis(Math.floor(part.from)), to: unixMillis(Math.floor(end)) },
    ...(observedAt === undefined ? {} : { observedAt: unixMillis(Math.floor(observedAt)) }),
    serviceAlive: alive,
    ...(alive || !gapless ? {} : { silentSince: unixMillis(Math.floor(part.to)) }),
    total,
    releases: [],
    exceptions: [],
    series: [],
    comparisons: [],
  };
}

/**
 * A value that Prometheus interpolated inside a bucket that Jaeger doesn't tell: somewhere up to the end of the highest bucket with a call. One
 * at that end lies in the last bucket, which has none: of it only the beginning is known.
 */
function quantileIn(
  value: number | undefined,
  top: number | undefined,
  unit: SpmUnit,
): Quantile | undefined {
  if (value === undefined || top === undefined || unit === undefined) return undefined;
  const end = milliseconds(top * unit);
  return value >= top
    ? { value: end, low: end, high: end, beyond: true }
    : { value: milliseconds(value * unit), low: milliseconds(0), high: end };
}

const rowOf = (rows: readonly SpmRow[], operation: string): SpmRow | undefined =>
  rows.find((row) => row.operation === operation);

/** What was measured at a moment; a second around it is the same. */
export const at = (rows: readonly SpmRow[], operation: string, time: number): number | undefined =>
  rowOf(rows, operation)?.points.find(([when]) => Math.abs(when - time) < 1_000)?.[1];
