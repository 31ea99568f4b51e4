import type { CompareReleases } from '../../domain/comparison.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import type { RouteTable } from '../../domain/route.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import type { Trace, TraceSummary } from '../../domain/trace.ts';
import type { UnixMillis } from '../../domain/units.ts';
import type { Result } from '../../domain/result.ts';
import type {
  ExceptionsAnswer,
  ExceptionsQuery,
  NumbersQuery,
  Select,
  TraceQuery,
} from '../ports.ts';
import type { SourceTraits } from './core/queryData.ts';
import type { IngestOutcome, SpanRecord, TelemetrySink } from './model.ts';

/** The part of the receiver that knows what the telemetry means: assembly, operations, slots, traces. No I/O, no timers. */
export interface TelemetryCore extends TelemetrySink {
  /**
   * @param standsFor how many spans like it each counts for; 0: it isn't counted, and only says what those below it are. Absent: 1
   */
  spans(
    records: readonly SpanRecord[],
    arrival: UnixMillis,
    standsFor?: (span: SpanRecord) => number,
  ): IngestOutcome;
  /** Closes assemblies whose time is over; call about once per second. */
  tick(now: UnixMillis): void;
  /** Closes every open assembly now (before a snapshot at shutdown, and in tests). */
  settle(now: UnixMillis): void;
  /** Grows by one with every change that a reader could see. */
  readonly revision: number;
  services(now: UnixMillis, select?: Select): readonly ServiceState[];
  numbers(query: NumbersQuery, now: UnixMillis): readonly FunctionNumbers[];
  exceptions(query: ExceptionsQuery, now: UnixMillis): ExceptionsAnswer;
  searchTraces(query: TraceQuery, now: UnixMillis): readonly TraceSummary[];
  trace(traceId: string): Trace | undefined;
  /** In order of first sight; the list only grows until `clear` or `restore` change the epoch. */
  operations(): { readonly epoch: string; readonly operations: readonly Operation[] };
  setRoutes(routes: RouteTable): void;
  counters(): Readonly<Record<string, number>>;
  memoryBytes(): Readonly<Record<string, number>>;
  /** Versioned, compact; everything that must survive. */
  snapshot(now: UnixMillis): Uint8Array;
  /** `invalid` for a corrupt or foreign snapshot, which leaves the core empty. */
  restore(bytes: Uint8Array, now: UnixMillis): Result<undefined>;
  clear(): void;
}

export interface CoreOptions {
  readonly now: UnixMillis;
  readonly compare: CompareReleases;
  /** Tells its operations from alike ones of another source; absent: those of this machine. */
  readonly origin?: string;
  /** Of numbers that aren't those of every call received here. */
  readonly traits?: SourceTraits;
  /** Total of our own byte count; the shares of its parts are decided inside. */
  readonly memoryLimitBytes?: number;
}
