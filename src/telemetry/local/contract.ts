import type { Operation } from '../../domain/operation.ts';
import type { ServiceState } from '../../domain/release.ts';
import type { Result } from '../../domain/result.ts';
import type { RouteTable } from '../../domain/route.ts';
import type { FunctionNumbers } from '../../domain/stats.ts';
import type { Trace, TraceSummary } from '../../domain/trace.ts';
import type {
  ExceptionsAnswer,
  ExceptionsQuery,
  NumbersQuery,
  Select,
  TraceQuery,
} from '../ports.ts';

export interface ReceiverSettings {
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Global storage of the extension: snapshots, socket, token, lock. */
  readonly storageFolder: string;
  /** Name for `GET /`, so that another editor can say who holds the port. */
  readonly holder: string;
}

/** `leading`: this window's worker listens; `following`: another window's does and this one reads from it. */
export type ReceiverStatus =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting' }
  | {
      readonly state: 'leading' | 'following';
      readonly httpPort: number;
      readonly grpcPort: number;
      readonly since: number;
    }
  | { readonly state: 'failed'; readonly message: string; readonly remedy?: string };

/** Counters for `prodlens.diagnose`: everything taken, refused or dropped, by reason, plus bytes held by our own count. */
export interface ReceiverReport {
  readonly status: ReceiverStatus;
  readonly counters: Readonly<Record<string, number>>;
  readonly memoryBytes: Readonly<Record<string, number>>;
  readonly messages: readonly string[];
}

/** What the receiver worker answers to the extension host (and, through the local socket, to other windows). */
export interface ReceiverContract {
  readonly calls: {
    readonly start: { params: ReceiverSettings; result: Result<ReceiverStatus> };
    /** Stops leading or following; data stays on disk. */
    readonly stop: { params: undefined; result: undefined };
    readonly status: { params: undefined; result: ReceiverStatus };
    readonly report: { params: undefined; result: ReceiverReport };
    readonly services: {
      params: { readonly select?: Select } | undefined;
      result: readonly ServiceState[];
    };
    readonly numbers: { params: NumbersQuery; result: readonly FunctionNumbers[] };
    readonly exceptions: { params: ExceptionsQuery; result: ExceptionsAnswer };
    readonly searchTraces: { params: TraceQuery; result: readonly TraceSummary[] };
    readonly trace: { params: { readonly traceId: string }; result: Trace | null };
    /** Writes a snapshot now. */
    readonly flush: { params: undefined; result: undefined };
    /** Forgets everything, on disk too, also where another window leads and this one takes no part. */
    readonly clear: { params: { readonly storageFolder: string }; result: undefined };
  };
  readonly events: {
    readonly status: ReceiverStatus;
    /** New data; at most once per second. */
    readonly changed: { readonly revision: number };
    /** Something a person should know (a corrupt snapshot set aside…). */
    readonly message: { readonly level: 'info' | 'warning' | 'error'; readonly text: string };
  };
}

/** What the receiver serves to the index worker over their MessagePort. */
export interface OperationFeedContract {
  readonly calls: {
    /** All operations known, in order of first sight, from `after` on (a count already received). */
    readonly operations: {
      params: { readonly after: number };
      result: { readonly epoch: string; readonly operations: readonly Operation[] };
    };
    /** The workspace's routes, for refining entry spans without a route. */
    readonly setRoutes: { params: RouteTable; result: undefined };
  };
  readonly events: {
    /** `epoch` changes when the list starts anew (cleared, other leader). */
    readonly operationsChanged: { readonly epoch: string; readonly count: number };
  };
}
