import type { Result } from '../../domain/result.ts';
import type { Trace } from '../../domain/trace.ts';
import type { SpanRecord } from '../local/model.ts';
import type { Question } from '../traces/wholeTraceSearch.ts';

/** What both of Jaeger's query interfaces give. */
export interface JaegerApi {
  /** Whether searches can be narrowed by tags. */
  readonly tags: boolean;
  spanNames(service: string, signal: AbortSignal): Promise<Result<readonly string[]>>;
  search(
    service: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<Result<readonly Trace[]>>;
  /** The spans of what a search finds. */
  spans(
    service: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<Result<readonly SpanRecord[]>>;
  /** None: there is no such trace. */
  trace(traceId: string, signal: AbortSignal): Promise<Result<readonly Trace[]>>;
}

export const backendName = 'Jaeger';
