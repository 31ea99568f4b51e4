import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Operation, OperationId, SpanKind } from '../src/domain/operation.ts';
import { serviceKey } from '../src/domain/service.ts';
import { identify, isEntryKind, type SpanIdentity } from '../src/telemetry/local/core/identity.ts';
import type { SpanRecord } from '../src/telemetry/local/model.ts';

const kinds: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];

interface Seen {
  readonly key: string;
  readonly parent: string;
  readonly kind: SpanKind;
  readonly identity: SpanIdentity;
  readonly service: string;
}

export interface SpanOperation {
  /** trace id / span id / KIND */
  readonly key: string;
  readonly operation: Operation;
}

/** Every span of a recording with its operation: identity from the receiver's own code, ancestors from the trace. */
export function operationsOf(file: string): readonly SpanOperation[] {
  const spans = new Map<string, Seen>();
  const list: Seen[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
    if (line === '') continue;
    for (const resource of (JSON.parse(line) as Wire).resourceSpans)
      for (const scope of resource.scopeSpans)
        for (const span of scope.spans) {
          const seen = read(
            span,
            scope.scope?.name ?? '',
            attributesOf(resource.resource?.attributes),
          );
          list.push(seen);
          const at = `${span.traceId}/${span.spanId}`;
          if (!spans.has(at) || isEntryKind(seen.kind)) spans.set(at, seen);
        }
  }
  return list.map((seen) => ({ key: seen.key, operation: operationOf(seen, spans) }));
}

function operationOf(seen: Seen, spans: ReadonlyMap<string, Seen>): Operation {
  let entry: Seen | undefined;
  const parent = spans.get(seen.parent);
  if (!isEntryKind(seen.kind))
    for (let at = parent, i = 0; at !== undefined && i < 100; at = spans.get(at.parent), i += 1)
      if (isEntryKind(at.kind) && at.service === seen.service) {
        entry = at;
        break;
      }
  const { key: identityKey, ...identity } = seen.identity;
  const layer = parent?.identity.layer;
  const owner =
    layer?.controller !== undefined && layer.callback !== undefined
      ? `${layer.controller}.${layer.callback}`
      : undefined;
  const id =
    `${seen.service}|${identityKey}|${entry?.identity.key ?? ''}|${owner ?? ''}` as OperationId;
  return {
    id,
    service: serviceKey(seen.service),
    source: 'span',
    ...identity,
    ...(entry === undefined
      ? {}
      : {
          entry: {
            id: entry.identity.key as OperationId,
            name: entry.identity.name,
            ...(entry.identity.http ? { http: entry.identity.http } : {}),
            ...(entry.identity.rpc ? { rpc: entry.identity.rpc } : {}),
          },
        }),
    ...(owner === undefined ? {} : { parentOwner: owner }),
  };
}

function read(
  span: WireSpan,
  scope: string,
  resource: Record<string, string | number | boolean>,
): Seen {
  const kind = kinds[span.kind ?? 0] ?? 'unspecified';
  const service = String(resource['service.name'] ?? 'unknown_service');
  const record = {
    scope,
    name: span.name,
    kind,
    attributes: attributesOf(span.attributes),
  } as unknown as SpanRecord;
  return {
    key: `${span.traceId}/${span.spanId}/${kind.toUpperCase()}`,
    parent: `${span.traceId}/${span.parentSpanId ?? ''}`,
    kind,
    identity: identify(record),
    service,
  };
}

function attributesOf(
  list: readonly WireAttribute[] | undefined,
): Record<string, string | number | boolean> {
  const result: Record<string, string | number | boolean> = {};
  for (const { key, value } of list ?? []) {
    if (value.stringValue !== undefined) result[key] = value.stringValue;
    else if (value.intValue !== undefined) result[key] = Number(value.intValue);
    else if (value.doubleValue !== undefined) result[key] = value.doubleValue;
    else if (value.boolValue !== undefined) result[key] = value.boolValue;
  }
  return result;
}

interface WireAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: string | number;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}
interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly attributes?: readonly WireAttribute[];
}
interface Wire {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: readonly WireAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope?: { readonly name?: string };
      readonly spans: readonly WireSpan[];
    }[];
  }[];
}
