import type { ExceptionStack, ServiceExceptions } from '../domain/exceptionStack.ts';
import type { OperationId } from '../domain/operation.ts';
import type { ServiceState } from '../domain/release.ts';
import type { Result } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { FunctionNumbers } from '../domain/stats.ts';
import type { Trace, TraceSummary } from '../domain/trace.ts';
import type { Milliseconds, UnixMillis } from '../domain/units.ts';
import type { CertificateFiles } from '../http/certificateFiles.ts';

/** A function as a metrics source sees it: the operations it owns. */
export interface OperationGroup {
  /** Chosen by the asker (the FunctionId); comes back in the answer. */
  readonly key: string;
  readonly service: ServiceKey;
  readonly operations: readonly OperationId[];
}

/** Resource attributes and their values, as the environment's `select` states them; every query carries it. */
export type Select = Readonly<Record<string, string>>;

export interface NumbersQuery {
  readonly groups: readonly OperationGroup[];
  readonly window: Milliseconds;
  readonly select?: Select;
  /** Only data after this moment (recovery after a rollback). */
  readonly since?: UnixMillis;
  /** Points of the sparkline; 0: none. */
  readonly seriesPoints: number;
}

export interface ExceptionsQuery {
  readonly window: Milliseconds;
  readonly select?: Select;
  /** Ids of stacks whose frames the asker has. */
  readonly known: readonly string[];
}

export interface ExceptionsAnswer {
  /** Services that recorded exceptions with a stack. */
  readonly services: readonly ServiceExceptions[];
  /** Those that the asker doesn't have. */
  readonly stacks: readonly ExceptionStack[];
}

export interface TraceQuery {
  readonly service: ServiceKey;
  /** Empty: any operation of the service. */
  readonly operations: readonly OperationId[];
  readonly kind: 'recent' | 'slow' | 'failed';
  readonly select?: Select;
  readonly release?: string;
  /** Only traces in which, for each of these, a span or its resource says so. Values are compared as text. */
  readonly attributes?: readonly AttributeFilter[];
  /** Traces that numbers point at: looked at beside those that a search finds. */
  readonly pointedAt?: readonly string[];
  readonly limit: number;
}

export interface AttributeFilter {
  readonly key: string;
  readonly value: string;
}

/** What calls are wanted that a metric keeps the trace of. */
export type ExemplarsQuery = Pick<TraceQuery, 'service' | 'operations' | 'kind' | 'limit'>;

/** Numbers of functions. Implementations never splice two sources and never answer with a partial sum. */
export interface MetricsSource {
  services(signal: AbortSignal): Promise<Result<readonly ServiceState[]>>;
  /** One answer per group, same order. */
  numbers(query: NumbersQuery, signal: AbortSignal): Promise<Result<readonly FunctionNumbers[]>>;
  /** Exceptions by their stacks, of all services. Absent: the source knows of none. */
  exceptions?(query: ExceptionsQuery, signal: AbortSignal): Promise<Result<ExceptionsAnswer>>;
  /** Ids of traces that its metrics keep as examples of calls, the best of the kind first. Absent: it has none. */
  exemplars?(query: ExemplarsQuery, signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** Whether an operation is one of this source's; absent: all are. Those of others say nothing of its numbers. */
  knows?(operation: OperationId): boolean;
  /**
   * A file in sight has functions and none of its operations; `services`: whose it is, of those seen. Said with each refresh: what has just
   * begun is found sooner. Absent: nothing can be hurried.
   */
  expects?(file: string, services: readonly ServiceKey[]): void;
  /** A page with the queries of a function's numbers. Absent, or undefined: the source has none. */
  linkTo?(group: OperationGroup, window: Milliseconds): PageLink | undefined;
  /** New data may be there. At most once per second. */
  onDidChange(listener: () => void): { dispose(): void };
}

/** Whole traces. */
export interface TraceSource {
  search(query: TraceQuery, signal: AbortSignal): Promise<Result<readonly TraceSummary[]>>;
  /** Its slowest and failed traces are those of the newest that each question brings, not of all. */
  readonly searchesNewest?: true;
  /** `notFound` when the source doesn't have it. */
  trace(traceId: string, signal: AbortSignal): Promise<Result<Trace>>;
  /** The trace on a page of the source's own. Absent, or undefined: it has none. */
  linkTo?(trace: LinkedTrace, spanId?: string): PageLink | undefined;
}

export type LinkedTrace = Pick<Trace, 'traceId' | 'startedAt'>;

/** A page for a person's browser. It is of the origin of the configured address and holds no secret. */
export interface PageLink {
  /** Whose page: `Jaeger`, `Grafana`. */
  readonly title: string;
  readonly url: string;
}

/** A backend that answers at an address. */
export interface FoundBackend {
  /** As the setting has it. */
  readonly kind: string;
  readonly signal: 'metrics' | 'traces';
  readonly title: string;
  readonly version?: string;
  /** Names of services, where its answer lists them. */
  readonly services?: readonly string[];
  /** Absolute, with the base path, without a slash at its end. */
  readonly url: string;
  /** It was found in another program's list, and not asked yet. */
  readonly behind?: Behind;
}

/** How a backend is known to the program that it is asked through (a data source of Grafana). */
export interface Behind {
  readonly program: string;
  /** As people call it there; not ours. */
  readonly name: string;
  /** The one that is shown there first. */
  readonly isDefault: boolean;
  /** Addresses (`url`) of those that it is linked with there: traces of these numbers, numbers of these traces. */
  readonly linkedWith: readonly string[];
}

/** How to sign in at an origin. */
export interface SignIn {
  /** Headers that sign in; `refused` when a secret is needed and none is kept. They go to that origin only. */
  headers(): Promise<Result<Readonly<Record<string, string>>>>;
  /** These headers were refused. True: others may come of asking again. Absent: they never change by themselves. */
  readonly renew?: (refused: Readonly<Record<string, string>>) => boolean;
  /** Those of `headers` that a setting has in plain text: names of tenants and the like, no secrets. */
  readonly plainHeaders?: Readonly<Record<string, string>>;
  /** What is trusted and shown there instead of what the system has. */
  readonly certificates?: ConnectionCertificates;
}

export interface ConnectionCertificates {
  readonly files: CertificateFiles;
  /** Of the key or the PFX file; undefined: it has none. */
  passphrase(): Promise<Result<string | undefined>>;
}

/** What answers at an address, which must be absolute and without a slash at its end. `refused`: it wants (other) credentials. */
export type ProbeAddress = (
  address: string,
  how: SignIn,
  signal: AbortSignal,
) => Promise<Result<readonly FoundBackend[]>>;
