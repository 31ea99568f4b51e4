import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'protobufjs';

export const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

const schema = parse(readFileSync(path.join(root, 'test/fixtures/otlp/otlp.proto'), 'utf8')).root;

export type MessageName =
  'TracesRequest' | 'MetricsRequest' | 'LogsRequest' | 'Response' | 'RpcStatus' | 'RetryInfo';

const idFields = new Set(['traceId', 'spanId', 'parentSpanId']);

/** OTLP/JSON writes ids in hex; everything else of it is what protobufjs takes. */
function withBytes(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withBytes(item));
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value))
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withBytes(v, k)]));
  return idFields.has(key) && typeof value === 'string' ? Buffer.from(value, 'hex') : value;
}

/** A request in OTLP/JSON form as protobuf, by a library that has nothing to do with the receiver's reader. */
export function protobuf(name: MessageName, request: unknown): Buffer {
  const type = schema.lookupType(`otlp.${name}`);
  return Buffer.from(type.encode(type.fromObject(withBytes(request) as object)).finish());
}

export function fromProtobuf(name: MessageName, bytes: Uint8Array): Record<string, unknown> {
  const type = schema.lookupType(`otlp.${name}`);
  return type.toObject(type.decode(bytes), { longs: Number, bytes: Buffer });
}

export const json = (request: unknown): Buffer => Buffer.from(JSON.stringify(request));

export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

export const resource = {
  attributes: [text('service.name', 'shop'), text('service.version', '1.2.0')],
};

export const spanJson = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  traceId: '15342296cfcd319a70fa0ca5d36d5cbb',
  spanId: '0b73e4307c10faa0',
  name: 'GET /orders/:id',
  kind: 2,
  startTimeUnixNano: '1795247032490958637',
  endTimeUnixNano: '1795247032764286976',
  ...over,
});

export const traces = (...spans: readonly Record<string, unknown>[]) => ({
  resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
});

export const metrics = (...list: readonly Record<string, unknown>[]) => ({
  resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'test' }, metrics: list }] }],
});

/** Requests of a recording, in order, as text. */
export function recordedRequests(folder: string, signal: 'traces' | 'metrics'): string[] {
  const file = path.join(folder, `${signal}.ndjson.gz`);
  if (!existsSync(file)) return [];
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Folders of recordings: our own small ones, and the large ones where this machine has them. */
export function recordings(): { own: string[]; shared: string[] } {
  const folders = (place: string): string[] =>
    existsSync(place)
      ? readdirSync(place)
          .map((name) => path.join(place, name))
          .filter((folder) => existsSync(path.join(folder, 'traces.ndjson.gz')))
      : [];
  return {
    own: folders(path.join(root, 'test/fixtures/recordings')),
    shared: folders(path.join(root, '../shared/recordings')),
  };
}
