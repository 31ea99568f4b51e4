import * as v from 'valibot';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { serviceKey } from '../../domain/service.ts';
import type { SpanKind } from '../../domain/operation.ts';
import type { EventRecord, ResourceRecord, SpanRecord } from '../local/model.ts';
import { AttributeCollector, cutText, valueLimit } from '../local/otlp/attributes.ts';
import { recordLimits } from '../local/otlp/limits.ts';
import { idProblem } from '../local/otlp/spans.ts';
import { Tally } from '../local/otlp/tally.ts';
import { timestampOfMicros } from '../traces/micros.ts';
import { spansDecoder, traceDecoder } from '../traces/tracePieces.ts';
import type { ReadSpans } from '../traces/tracesOfSpans.ts';
import { readAnnotation } from './annotation.ts';

/** https://zipkin.io/zipkin-api/zipkin2-api.yaml, `Span`: ids in hex without fixed length, times in microseconds, tags are text. */
const micros = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const spanShape = v.object({
  traceId: v.pipe(v.string(), v.regex(/^[0-9a-f]{1,32}$/i)),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{1,16}$/i)),
  parentId: v.nullish(v.pipe(v.string(), v.regex(/^[0-9a-f]{0,16}$/i))),
  kind: v.nullish(v.string()),
  name: v.nullish(v.string(), ''),
  timestamp: v.nullish(micros),
  duration: v.nullish(micros),
  localEndpoint: v.nullish(v.object({ serviceName: v.nullish(v.string()) })),
  annotations: v.nullish(
    v.array(v.object({ timestamp: v.nullish(micros), value: v.nullish(v.string(), '') })),
  ),
  tags: v.nullish(v.record(v.string(), v.unknown())),
});
type ZipkinSpan = v.InferOutput<typeof spanShape>;

const kinds: Readonly<Record<string, SpanKind>> = {
  SERVER: 'server',
  CLIENT: 'client',
  PRODUCER: 'producer',
  CONSUMER: 'consumer',
};

/** The spans of one trace: `/api/v2/trace/{id}`. A span that can't be read is left out and counted; the others are of use without it. */
export function decodeTrace(value: unknown): Result<ReadSpans> {
  if (!Array.isArray(value)) return notZipkin;
  const tally = new Tally();
  const resources = new Map<string, ResourceRecord>();
  const spans: SpanRecord[] = [];
  let timeless = 0;
  for (const item of value as readonly unknown[]) {
    const parsed = v.safeParse(spanShape, item);
    if (!parsed.success) continue;
    if (parsed.output.timestamp === undefined || parsed.output.timestamp === null) timeless += 1;
    const span = recordOf(parsed.output, resources, tally);
    if (span !== undefined) spans.push(span);
  }
  return spans.length === 0 && value.length > timeless
    ? notZipkin
    : ok({ spans, unreadable: value.length - spans.length });
}

/** The traces of a search: `/api/v2/traces`, an array of arrays. */
export function decodeTraces(value: unknown): Result<ReadSpans> {
  if (!Array.isArray(value)) return notZipkin;
  const traces = (value as readonly unknown[]).map(decodeTrace);
  const readable = traces.flatMap((trace) => (trace.ok ? [trace.value] : []));
  return readable.length === 0 && traces.length > 0
    ? notZipkin
    : ok({
        spans: readable.flatMap(({ spans }) => spans),
        unreadable: readable.reduce((sum, one) => sum + one.unreadable, 0),
      });
}

export const zipkinTrace = traceDecoder('zipkin.trace', decodeTrace);
export const zipkinTraces = traceDecoder('zipkin.traces', decodeTraces);
export const zipkinSpans = spansDecoder('zipkin.spans', decodeTraces);

export function decodeNames(value: unknown): Result<readonly string[]> {
  const parsed = v.safeParse(v.array(v.string()), value);
  return parsed.success ? ok(parsed.output) : notZipkin;
}

const notZipkin = fail(
  'invalid',
  'The answer is not what Zipkin’s v2 interface gives.',
  'Check that the address in the setting is Zipkin’s, and its kind “zipkin”.',
);

function recordOf(
  span: ZipkinSpan,
  resources: Map<string, ResourceRecord>,
  tally: Tally,
): SpanRecord | undefined {
  // Without a time there is no place for it in the trace (a late half of a span that never came).
  if (span.timestamp === undefined || span.timestamp === null) return undefined;
  const traceId = span.traceId.toLowerCase().padStart(32, '0');
  const spanId = span.id.toLowerCase().padStart(16, '0');
  const parent = (span.parentId ?? '').toLowerCase();
  const parentSpanId = /^0*$/.test(parent) ? '' : parent.padStart(16, '0');
  if (idProblem(traceId, spanId, parentSpanId) !== undefined) return undefined;
  const collector = new AttributeCollector(tally);
  for (const [key, tag] of Object.entries(span.tags ?? {}))
    if (typeof tag === 'string') collector.add(key, cutText(tag, valueLimit(key), tally));
  const attributes = collector.finish();
  const tag = (key: string): string => {
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const said = tag('otel.status_code').toUpperCase();
  // The tag's presence is the error, also when it is empty (zipkin2.Span#tags, "error").
  const failed = said === 'ERROR' || (said === '' && Object.hasOwn(attributes, 'error'));
  return {
    resource: resourceOf(span.localEndpoint?.serviceName ?? '', tag, resources),
    scope: (tag('otel.scope.name') || tag('otel.library.name')).slice(0, recordLimits.keyLength),
    traceId,
    spanId,
    parentSpanId,
    traceState: '',
    name: nameOf(cutText(span.name, recordLimits.nameLength, tally), tag),
    kind: kinds[span.kind ?? ''] ?? 'internal',
    start: timestampOfMicros(span.timestamp),
    durationNanos: Math.round((span.duration ?? 0) * 1000),
    status: failed ? 'error' : said === 'OK' ? 'ok' : 'unset',
    statusMessage: failed ? tag('error') || tag('otel.status_description') : '',
    attributes,
    events: (span.annotations ?? [])
      .slice(0, recordLimits.events)
      .map(({ timestamp, value }): EventRecord => ({
        ...readAnnotation(value, tally),
        time: timestampOfMicros(timestamp ?? span.timestamp ?? 0),
      })),
    links: [],
  };
}

/** Zipkin keeps names in lower case. Where the tags prove how it was written, it is written so again. */
function nameOf(name: string, tag: (key: string) => string): string {
  const method = tag('http.request.method') || tag('http.method');
  const route = tag('http.route');
  for (const written of [`${method} ${route}`, method, tag('rpc.method'), tag('nestjs.callback')])
    if (written !== '' && written.toLowerCase() === name) return written;
  return name;
}

/** Exporters that send resource attributes send them as tags; the service's name is in the endpoint, in lower case. */
function resourceOf(
  endpointName: string,
  tag: (key: string) => string,
  known: Map<string, ResourceRecord>,
): ResourceRecord {
  const tagged = tag('service.name');
  const name = tagged.toLowerCase() === endpointName && tagged !== '' ? tagged : endpointName;
  const said = [
    name === '' ? 'unknown_service' : name,
    tag('service.namespace'),
    tag('service.version'),
    tag('service.instance.id'),
    tag('deployment.environment.name') || tag('deployment.environment'),
  ] as const;
  const key = said.join('\n');
  const before = known.get(key);
  if (before !== undefined) return before;
  const [service, namespace, release, instance, environment] = said;
  const made: ResourceRecord = {
    service: serviceKey(service, namespace),
    release,
    instance,
    environment,
    attributes: {},
  };
  known.set(key, made);
  return made;
}
