import type { SpanKind } from '../../domain/operation.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { AttributeValue } from '../../domain/trace.ts';
import type { UnixMillis } from '../../domain/units.ts';

/** Attributes after decoding: credentials dropped, lengths and counts bounded. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A moment, exact: whole seconds and nanoseconds since 1970 (a double alone would lose nanoseconds). */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** Resource of a batch, shared by all its records. */
export interface ResourceRecord {
  readonly service: ServiceKey;
  /** `service.version`, "" when absent. */
  readonly release: string;
  /** `service.instance.id`, else "" . */
  readonly instance: string;
  /** `deployment.environment.name` (or the old name), else "". */
  readonly environment: string;
  readonly attributes: Attributes;
}

export interface SpanRecord {
  readonly resource: ResourceRecord;
  readonly scope: string;
  /** 32 and 16 lower-case hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: Timestamp;
  /** End minus start; negative when the clocks say so. */
  readonly durationNanos: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly attributes: Attributes;
  readonly events: readonly EventRecord[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

export interface EventRecord {
  readonly name: string;
  readonly time: Timestamp;
  readonly attributes: Attributes;
}

export interface HistogramPoint {
  readonly count: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly data:
    | {
        readonly layout: 'explicit';
        readonly bounds: readonly number[];
        /** bounds.length + 1 counts. */
        readonly counts: readonly number[];
      }
    | {
        readonly layout: 'exponential';
        readonly scale: number;
        readonly zeroCount: number;
        readonly zeroThreshold: number;
        readonly positive: { readonly offset: number; readonly counts: readonly number[] };
        readonly negative: { readonly offset: number; readonly counts: readonly number[] };
      };
}

export interface MetricRecord {
  readonly resource: ResourceRecord;
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly temporality: 'cumulative' | 'delta' | 'unspecified';
  readonly attributes: Attributes;
  readonly start: Timestamp;
  readonly time: Timestamp;
  readonly value:
    | { readonly type: 'histogram'; readonly histogram: HistogramPoint }
    | { readonly type: 'sum'; readonly value: number; readonly monotonic: boolean }
    | { readonly type: 'gauge'; readonly value: number };
}

/** What was not taken of a batch: the number and a reason for `partial_success`. */
export interface IngestOutcome {
  readonly rejected: number;
  readonly message: string;
}

/** Where the OTLP front end puts what it decoded. Never throws; never keeps more than its bound. */
export interface TelemetrySink {
  spans(records: readonly SpanRecord[], arrival: UnixMillis): IngestOutcome;
  metrics(records: readonly MetricRecord[], arrival: UnixMillis): IngestOutcome;
  /** True while the sink asks senders to wait (429/503 + Retry-After, gRPC RESOURCE_EXHAUSTED/UNAVAILABLE). */
  saturated(): boolean;
}
