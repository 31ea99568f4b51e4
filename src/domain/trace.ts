import type { Operation, SpanKind } from './operation.ts';
import type { ServiceKey } from './service.ts';
import type { Milliseconds, UnixMillis } from './units.ts';

export type AttributeValue = string | number | boolean | readonly AttributeValue[];

export interface SpanEvent {
  readonly name: string;
  /** From the start of the trace. */
  readonly offsetNanos: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A span as shown: times relative to the trace, so that nanoseconds stay exact in a number (104 days). */
export interface TraceSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service: ServiceKey;
  readonly release: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: string;
  readonly offsetNanos: number;
  readonly durationNanos: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage?: string;
  /** By the rules of semantics ("An error"), not by status alone. */
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly resource?: Readonly<Record<string, AttributeValue>>;
  readonly events: readonly SpanEvent[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  /** What attribution maps; absent where the source can't say. */
  readonly operation?: Operation;
}

export interface Trace {
  readonly traceId: string;
  readonly startedAt: UnixMillis;
  /** Exact start, nanoseconds since 1970 in decimal digits. */
  readonly startUnixNanos: string;
  readonly durationNanos: number;
  readonly spans: readonly TraceSpan[];
  /** Spans that the bounded store had to leave out. */
  readonly droppedSpans?: number;
  /** Spans that the backend gave and that can't be read. */
  readonly unreadableSpans?: number;
  /** Spans are missing, nobody knows how many: the backend gives no more of a trace that large. */
  readonly partial?: boolean;
}

/** A row of the trace picker. */
export interface TraceSummary {
  readonly traceId: string;
  /** The span of the function asked for; focus of the waterfall. */
  readonly spanId?: string;
  readonly startedAt: UnixMillis;
  /** Of that span (of the whole trace when no function was asked for). */
  readonly duration: Milliseconds;
  readonly failed: boolean;
  readonly release: string;
  readonly service: ServiceKey;
  readonly name: string;
  readonly spanCount: number;
  readonly exceptionType?: string;
}
