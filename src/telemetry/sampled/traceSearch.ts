import type { Result } from '../../domain/result.ts';
import type { UnixMillis } from '../../domain/units.ts';
import type { SpanRecord } from '../local/model.ts';
import type { Select } from '../ports.ts';
import type { Naming } from '../traces/naming.ts';
import type { StoredCounts } from './storedCounts.ts';

/**
 * What a backend of traces gives samples from. Nothing in a question depends on how a call went: what is searched by duration or by
 * errors is no sample.
 */
export interface TraceSearch {
  /** The product's name. */
  readonly name: string;
  readonly naming: Naming;
  /** Names of services as the backend has them. */
  services(signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** Names of a service's spans. */
  spanNames(service: string, signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** The backend's time, as its answers tell it, Unix milliseconds. Absent: this machine's is taken for it. */
  time?(): number;
  newest(question: SampleQuestion, signal: AbortSignal): Promise<Result<SampleAnswer>>;
  /** Counts of all that is stored, which the backend makes itself. Absent: it makes none. */
  readonly counts?: StoredCounts;
}

export interface SampleAnswer {
  /** All spans of the newest traces that fit, at most `depth` traces. */
  readonly spans: readonly SpanRecord[];
  /**
   * Every fitting trace that began since is among them, Unix milliseconds. Absent: where there are `depth` traces, since the oldest of them, else
   * since the beginning of the stretch.
   */
  readonly completeFrom?: number;
  /** Some of these traces are too large to be had, whole or at all. */
  readonly lacking?: true;
}

export interface SampleQuestion {
  /** As the backend has it. */
  readonly service: string;
  /** Only traces in which a span of the service has this name, as the backend has it. */
  readonly spanName?: string;
  /** What spans of the environment carry: a backend that can narrow by it does. */
  readonly select: Select;
  /** When the traces began: [from, to). */
  readonly from: UnixMillis;
  readonly to: UnixMillis;
  readonly depth: number;
}
