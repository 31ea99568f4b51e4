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

/** OTLP/JSON of a recording, read without any code of the receiver: an independent view of the same bytes. */
type Json = Record<string, any>;

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const shared = path.join(root, '..', 'shared', 'recordings');

/** Folder of a shared recording, or undefined where it isn't there. */
export function recordingFolder(app: string): string | undefined {
  const folder = path.join(shared, app);
  return existsSync(path.join(folder, 'traces.ndjson.gz')) ? folder : undefined;
}

const lines = (file: string): Json[] =>
  (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

export const spanBatches = (file: string): SpanRecord[][] =>
  lines(file).map((request) =>
    (request['resourceSpans'] as Json[]).flatMap((rs) => {
      const resource = resourceRecord(rs['resource']);
      return (rs['scopeSpans'] as Json[]).flatMap((ss) =>
        (ss['spans'] as Json[]).map((s) => spanRecord(s, resource, ss['scope']?.name ?? '')),
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

function spanRecord(s: Json, resource: ResourceRecord, scope: string): SpanRecord {
  return {
    resource,
    scope,
    traceId: s['traceId'],
    spanId: s['spanId'],
    parentSpanId: s['parentSpanId'] ?? '',
    traceState: s['traceState'] ?? '',
    name: s['name'],
    kind: kinds[s['kind'] as number] ?? 'unspecified',
    start: timestampOf(s['startTimeUnixNano']),
    durationNanos: Number(BigInt(s['endTimeUnixNano']) - BigInt(s['startTimeUnixNano'])),
    status: (['unset', 'ok', 'error'] as const)[s['status']?.code ?? 0] ?? 'unset',
    statusMessage: s['status']?.message ?? '',
    attributes: attributes(s['attributes']),
    events: ((s['events'] ?? []) as Json[]).map((e) => ({
      name: e['name'],
      time: timestampOf(e['timeUnixNano']),
      attributes: attributes(e['attributes']),
    })),
    links: [],
  };
}

export const metricBatches = (file: string): MetricRecord[][] =>
  lines(file).map((request) =>
    (request['resourceMetrics'] as Json[]).flatMap((rm) => {
      const resource = resourceRecord(rm['resource']);
      return (rm['scopeMetrics'] as Json[]).flatMap((sm) =>
        (sm['metrics'] as Json[])
          .filter((m) => m['histogram'] !== undefined)
          .flatMap((m) =>
            (m['histogram'].dataPoints as Json[]).map((p): MetricRecord => ({
              resource,
              scope: sm['scope']?.name ?? '',
              name: m['name'],
              unit: m['unit'] ?? '',
              temporality: m['histogram'].aggregationTemporality === 2 ? 'cumulative' : 'delta',
              attributes: attributes(p['attributes']),
              start: timestampOf(p['startTimeUnixNano']),
              time: timestampOf(p['timeUnixNano']),
              value: {
                type: 'histogram',
                histogram: {
                  count: Number(p['count']),
                  data: {
                    layout: 'explicit',
                    bounds: p['explicitBounds'] ?? [],
                    counts: ((p['bucketCounts'] ?? []) as string[]).map(Number),
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

function resourceRecord(resource: Json | undefined): ResourceRecord {
  const all = attributes(resource?.['attributes']);
  const text = (name: string): string => String(all[name] ?? '');
  return {
    service: serviceKey(text('service.name'), text('service.namespace')),
    release: text('service.version'),
    instance: text('service.instance.id'),
    environment: text('deployment.environment.name'),
    attributes: all,
  };
}

const attributes = (list: readonly Json[] | undefined): Attributes =>
  Object.fromEntries((list ?? []).map((a) => [a['key'] as string, value(a['value'])]));

function value(v: Json): AttributeValue {
  if (v['intValue'] !== undefined) return Number(v['intValue']);
  if (v['arrayValue'] !== undefined) return ((v['arrayValue'].values ?? []) as Json[]).map(value);
  return (v['stringValue'] ?? v['boolValue'] ?? v['doubleValue'] ?? '') as AttributeValue;
}
