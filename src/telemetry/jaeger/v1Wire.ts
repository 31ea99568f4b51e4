import * as v from 'valibot';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { AttributeValue } from '../../domain/trace.ts';
import type { Attributes, EventRecord, ResourceRecord, SpanRecord } from '../local/model.ts';
import { AttributeCollector, cutText, numberValue, valueLimit } from '../local/otlp/attributes.ts';
import { recordLimits } from '../local/otlp/limits.ts';
import { resourceRecord } from '../local/otlp/resource.ts';
import { idProblem, spanKinds } from '../local/otlp/spans.ts';
import { Tally } from '../local/otlp/tally.ts';
import type { ReadSpans } from '../traces/tracesOfSpans.ts';
import { timestampOfMicros } from '../traces/micros.ts';

/** Jaeger's model/json (`internal/uimodel/model.go`): ids in hex of any length, microseconds, typed tags. */
const id = (most: number): v.GenericSchema<unknown, string> =>
  v.pipe(
    v.string(),
    v.regex(/^[0-9a-f]+$/i),
    v.maxLength(most),
    v.transform((text) => text.toLowerCase().padStart(most, '0')),
  );
const micros = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const tagShape = v.object({ key: v.string(), value: v.unknown() });
const tags = v.nullish(v.array(tagShape));
const spanShape = v.object({
  traceID: id(32),
  spanID: id(16),
  operationName: v.nullish(v.string(), ''),
  references: v.nullish(
    v.array(v.object({ refType: v.nullish(v.string()), traceID: id(32), spanID: id(16) })),
  ),
  startTime: micros,
  duration: v.nullish(micros, 0),
  tags,
  logs: v.nullish(v.array(v.object({ timestamp: micros, fields: tags }))),
  processID: v.nullish(v.string()),
  process: v.nullish(v.object({ serviceName: v.string(), tags })),
});
const processShape = v.object({ serviceName: v.string(), tags });
const traceShape = v.object({
  spans: v.array(v.unknown()),
  processes: v.nullish(v.record(v.string(), v.unknown())),
});
const answerShape = v.object({ data: v.nullable(v.array(v.unknown())) });

type JaegerSpan = v.InferOutput<typeof spanShape>;
type Tags = v.InferOutput<typeof tags>;

/** Made of other fields of the span by Jaeger: they are put back where they were, and are no attributes of the program's. */
const derived = new Set([
  'span.kind',
  'otel.status_code',
  'otel.status_description',
  'otel.scope.name',
  'otel.scope.version',
  'otel.library.name',
  'otel.library.version',
  'w3c.tracestate',
  'internal.span.format',
]);

const invalid = fail(
  'invalid',
  'The traces that Jaeger answers with can’t be read.',
  'Check that the address in the setting is that of Jaeger’s query service.',
);

/** The spans of all traces of an answer. What can't be read is left out and counted; nothing readable of something is a failure. */
export function decodeTraces(value: unknown): Result<ReadSpans> {
  const answer = v.safeParse(answerShape, value);
  if (!answer.success) return invalid;
  const tally = new Tally();
  const spans: SpanRecord[] = [];
  let unreadable = 0;
  const data = answer.output.data ?? [];
  for (const item of data) {
    const trace = v.safeParse(traceShape, item);
    if (!trace.success) continue;
    const resources = resourcesOf(trace.output.processes ?? {}, tally);
    for (const one of trace.output.spans) {
      const span = v.safeParse(spanShape, one);
      const record = span.success ? recordOf(span.output, resources, tally) : undefined;
      if (record === undefined) unreadable += 1;
      else spans.push(record);
    }
  }
  return spans.length === 0 && data.length > 0 ? invalid : ok({ spans, unreadable });
}

function resourcesOf(
  processes: Readonly<Record<string, unknown>>,
  tally: Tally,
): ReadonlyMap<string, ResourceRecord> {
  const resources = new Map<string, ResourceRecord>();
  for (const [key, value] of Object.entries(processes)) {
    const process = v.safeParse(processShape, value);
    if (process.success) resources.set(key, resourceOf(process.output, tally));
  }
  return resources;
}

const resourceOf = (
  process: { readonly serviceName: string; readonly tags?: Tags },
  tally: Tally,
): ResourceRecord =>
  resourceRecord(
    {
      ...attributesOf(process.tags, tally),
      'service.name': process.serviceName.slice(0, recordLimits.valueLength),
    },
    tally,
  );

function recordOf(
  span: JaegerSpan,
  resources: ReadonlyMap<string, ResourceRecord>,
  tally: Tally,
): SpanRecord | undefined {
  const { traceID, spanID, references } = span;
  const resource =
    resources.get(span.processID ?? '') ??
    (span.process === undefined || span.process === null
      ? undefined
      : resourceOf(span.process, tally));
  const within = (references ?? []).filter((one) => one.traceID === traceID);
  const parent = within.find(({ refType }) => refType !== 'FOLLOWS_FROM') ?? within[0];
  const parentSpanId = parent === undefined || /^0+$/.test(parent.spanID) ? '' : parent.spanID;
  if (resource === undefined || idProblem(traceID, spanID, parentSpanId) !== undefined)
    return undefined;
  const said = attributesOf(span.tags, tally);
  const text = (key: string): string => {
    const value = Object.hasOwn(said, key) ? said[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const status = text('otel.status_code').toUpperCase();
  // `error` is also what programs of before OpenTelemetry set.
  const flagged = said['error'] === true || said['error'] === 'true';
  const failed = status === 'ERROR' || (status === '' && flagged);
  return {
    resource,
    scope: (text('otel.scope.name') || text('otel.library.name')).slice(0, recordLimits.keyLength),
    traceId: traceID,
    spanId: spanID,
    parentSpanId,
    traceState: text('w3c.tracestate').slice(0, recordLimits.nameLength),
    name: cutText(span.operationName, recordLimits.nameLength, tally),
    kind: spanKinds.find((kind) => kind === text('span.kind').toLowerCase()) ?? 'internal',
    start: timestampOfMicros(span.startTime),
    durationNanos: Math.round(span.duration * 1000),
    status: failed ? 'error' : status === 'OK' ? 'ok' : 'unset',
    statusMessage: text('otel.status_description'),
    attributes: Object.fromEntries(
      Object.entries(said).filter(
        ([key, value]) => !derived.has(key) && !(key === 'error' && typeof value === 'boolean'),
      ),
    ),
    events: (span.logs ?? []).slice(0, recordLimits.events).map(({ timestamp, fields }) => ({
      ...eventOf(attributesOf(fields, tally)),
      time: timestampOfMicros(timestamp),
    })),
    links: (references ?? [])
      .filter((one) => one !== parent && idProblem(one.traceID, one.spanID, '') === undefined)
      .slice(0, recordLimits.links)
      .map((one) => ({ traceId: one.traceID, spanId: one.spanID })),
  };
}

/** The field `event` is the event's name; older programs wrote `message` or nothing of the kind. */
function eventOf(fields: Attributes): Omit<EventRecord, 'time'> {
  const { event, ...attributes } = fields;
  return {
    name: typeof event === 'string' ? event.slice(0, recordLimits.nameLength) : 'log',
    attributes,
  };
}

function attributesOf(list: Tags, tally: Tally): Attributes {
  const collector = new AttributeCollector(tally);
  for (const { key, value } of list ?? []) collector.add(key, attributeOf(key, value, tally));
  return collector.finish();
}

function attributeOf(key: string, value: unknown, tally: Tally): AttributeValue | undefined {
  if (typeof value === 'string') return cutText(value, valueLimit(key), tally);
  if (typeof value === 'number') return numberValue(value);
  return typeof value === 'boolean' ? value : undefined;
}
