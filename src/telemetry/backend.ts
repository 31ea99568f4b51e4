import type { CompareReleases } from '../domain/comparison.ts';
import type { Operation, OperationId } from '../domain/operation.ts';
import type { Result } from '../domain/result.ts';
import type { Milliseconds } from '../domain/units.ts';
import type { DecodeAway } from './decodeContract.ts';
import type { MetricsSource, Select, SignIn, TraceSource } from './ports.ts';

interface Disposable {
  dispose(): void;
}

/** A backend of an environment, and how to sign in to it. */
export interface Connection extends SignIn {
  readonly kind: string;
  /** Absolute, with the base path, without a slash at its end. */
  readonly url: string;
  /** Label or attribute values that every query carries. */
  readonly select: Select;
  /** Name of the environment, for remedies. */
  readonly environment: string;
  /** What the setting says that the backend's adapter alone understands, unchecked. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Tells it from connections to the same address that sign in otherwise; holds no secret. */
  readonly scope?: string;
  /** Another one after the credentials were changed; says nothing of them. Absent: they never are. */
  readonly generation?: () => Promise<string>;
}

/** What adapters need of the window they run in. */
export interface BackendPorts {
  /** Unix milliseconds. */
  now(): number;
  after(milliseconds: number, run: () => void): Disposable;
  /** How often new data is asked for (`prodlens.refreshSeconds`). */
  refreshEvery(): Milliseconds;
  /** False while nobody looks: then nothing is asked for. */
  focused(): boolean;
  /** What backends of metrics brought under an id; undefined for another source's. */
  operation(id: OperationId): Operation | undefined;
  /** Names that services of the workspace may have, the likeliest first. Absent: nothing is known of it. */
  readonly likelyServices?: () => readonly string[];
  readonly compare: CompareReleases;
  /** Decodes large answers away from this thread; absent: all are decoded here. */
  readonly decodeAway?: DecodeAway;
  /** Where the windows of this machine share what they asked; absent: each asks for itself. Private to this person. */
  readonly sharedFolder?: string;
}

/** What is wrong with a connection's own options, or with them and what its backend has. */
export interface ConnectionProblem {
  /** From the connection's entry in the setting. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy?: string;
}

/** Numbers of a backend. Their operations are mapped to functions like those of the receiver. */
export interface BackendMetrics extends MetricsSource, Disposable {
  /** Every operation found so far. */
  operations(): readonly Operation[];
  onDidFindOperations(listener: (found: readonly Operation[]) => void): Disposable;
  /** Something changed that failures were due to: ask at once, whatever the pause after them. */
  retry(): void;
  /** One sentence for the status bar: what was found; undefined until it answered. */
  summary(): string | undefined;
  /** What of its options can't be used, as far as it is known. */
  problems?(): readonly ConnectionProblem[];
  /** For `prodlens.diagnose`: requests, bytes and the backend's cost, what was found and what is missing, without secrets. */
  report(): Readonly<Record<string, unknown>>;
  /** A file of rules that precompute what is asked for, where the backend can evaluate such. */
  recordingRules?(signal: AbortSignal): Promise<Result<string>>;
}

export interface BackendTraces extends TraceSource, Partial<Disposable> {
  /** As of `BackendMetrics`. */
  report?(): Readonly<Record<string, unknown>>;
  /** Numbers from a sample of its traces: for an environment that has no metrics. Absent: none can be had. */
  numbers?(): BackendMetrics;
}

export type CreateMetrics = (connection: Connection, ports: BackendPorts) => BackendMetrics;
export type CreateTraces = (connection: Connection, ports: BackendPorts) => BackendTraces;
