import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SpanKind } from '../../../../src/domain/operation.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { AttributeValue } from '../../../../src/domain/trace.ts';
import type {
  Attributes,
  MetricRecord,
  ResourceRecord,
  SpanRecord,
  Timestamp,
} from '../../../../src/telemetry/local/model.ts';

// OTLP/JSON of a recording, read without any code of the receiver: an independent view of the same bytes.
interface JsonValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly JsonValue[] };
}
interface JsonAttribute {
  readonly key: string;
  readonly value: JsonValue;
}
interface JsonResource {
  readonly attributes?: readonly JsonAttribute[];
}
interface JsonScope {
  readonly name?: string;
}
interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes?: readonly JsonAttribute[];
  readonly events?: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes?: readonly JsonAttribute[];
  }[];
}
interface JsonPoint {
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly count: string | number;
  readonly explicitBounds?: readonly number[];
  readonly bucketCounts?: readonly (string | number)[];
  readonly attributes?: readonly JsonAttribute[];
}
interface JsonMetric {
  readonly name: string;
  readonly unit?: string;
  readonly histogram?: {
    readonly aggregationTemporality?: number;
    readonly dataPoints: readonly JsonPoint[];
  };
}
interface JsonRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: JsonResource;
    readonly scopeSpans: readonly { readonly scope?: JsonScope; readonly spans: JsonSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource?: JsonResource;
    readonly scopeMetrics: readonly {
      readonly scope?: JsonScope;
      readonly metrics: JsonMetric[];
    }[];
  }[];
}

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const shared = path.join(root, '..', 'shared', 'recordings');

/** Recorded from a program of our own; always there. */
export const ownRecording = path.join(root, 'test/fixtures/recordings/shop');

/** Folder of a shared recording, or undefined where it isn't there. */
export function recordingFolder(app: string): string | undefined {
  const folder = path.join(shared, app);
  return existsSync(path.join(folder, 'traces.ndjson.gz')) ? folder : undefined;
}

const lines = (file: string): JsonRequest[] =>
  (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonRequest);

export const spanBatches = (file: string): SpanRecord[][] =>
  lines(file).map((request) =>
    (request.resourceSpans ?? []).flatMap((rs) => {
      const resource = resourceRecord(rs.resource);
      return rs.scopeSpans.flatMap((ss) =>
        ss.spans.map((s) => spanRecord(s, resource, ss.scope?.name ?? '')),
      );
    }),
  );

const kinds: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];
const statuses = ['unset', 'ok', 'error'] as const;

function spanRecord(s: JsonSpan, resource: ResourceRecord, scope: string): SpanRecord {
  return {
    resource,
    scope,
    traceId: s.traceId,
    spanId: s.spanId,
    parentSpanId: s.parentSpanId ?? '',
    traceState: s.traceState ?? '',
    name: s.name,
    kind: kinds[s.kind] ?? 'unspecified',
    start: timestampOf(s.startTimeUnixNano),
    durationNanos: Number(BigInt(s.endTimeUnixNano) - BigInt(s.startTimeUnixNano)),
    status: statuses[s.status?.code ?? 0] ?? 'unset',
    statusMessage: s.status?.message ?? '',
    attributes: attributes(s.attributes),
    events: (s.events ?? []).map((e) => ({
      name: e.name,
      time: timestampOf(e.timeUnixNano),
      attributes: attributes(e.attributes),
    })),
    links: [],
  };
}

export const metricBatches = (file: string): MetricRecord[][] =>
  lines(file).map((request) =>
    (request.resourceMetrics ?? []).flatMap((rm) => {
      const resource = resourceRecord(rm.resource);
      return rm.scopeMetrics.flatMap((sm) =>
        sm.metrics.flatMap((m) =>
          (m.histogram?.dataPoints ?? []).map((p): MetricRecord => ({
            resource,
            scope: sm.scope?.name ?? '',
            name: m.name,
            unit: m.unit ?? '',
            temporality: m.histogram?.aggregationTemporality === 2 ? 'cumulative' : 'delta',
            attributes: attributes(p.attributes),
            start: timestampOf(p.startTimeUnixNano),
            time: timestampOf(p.timeUnixNano),
            value: {
              type: 'histogram',
              histogram: {
                count: Number(p.count),
                data: {
                  layout: 'explicit',
                  bounds: p.explicitBounds ?? [],
                  counts: (p.bucketCounts ?? []).map(Number),
                },
              },
            },
          })),
        ),
      );
    }),
  );

function timestampOf(nanos: string | undefined): Timestamp {
  const value = BigInt(nanos ?? 0);
  return { seconds: Number(value / 1_000_000_000n), nanos: Number(value % 1_000_000_000n) };
}

function resourceRecord(resource: JsonResource | undefined): ResourceRecord {
  const all = attributes(resource?.attributes);
  const text = (name: string): string => {
    const found = all[name];
    return typeof found === 'string' ? found : '';
  };
  return {
    service: serviceKey(text('service.name'), text('service.namespace')),
    release: text('service.version'),
    instance: text('service.instance.id'),
    environment: text('deployment.environment.name'),
    attributes: all,
  };
}

const attributes = (list: readonly JsonAttribute[] | undefined): Attributes =>
  Object.fromEntries((list ?? []).map((a) => [a.key, value(a.value)]));

function value(v: JsonValue): AttributeValue {
  if (v.intValue !== undefined) return Number(v.intValue);
  if (v.arrayValue !== undefined) return (v.arrayValue.values ?? []).map(value);
  return v.stringValue ?? v.boolValue ?? v.doubleValue ?? '';
}
