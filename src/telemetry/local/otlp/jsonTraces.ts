import type { EventRecord, ResourceRecord, SpanRecord } from '../model.ts';
import { cutText } from './attributes.ts';
import type { DecodedBatch } from './batch.ts';
import { BatchBuilder } from './batch.ts';
import type { JsonObject } from './jsonValues.ts';
import {
  enumField,
  hexField,
  jsonScopeName,
  message,
  messages,
  parseJson,
  readAttributes,
  readJsonResource,
  textField,
} from './jsonValues.ts';
import { recordLimits } from './limits.ts';
import { idProblem, parentOf, spanKinds, statusCodes } from './spans.ts';
import type { Tally } from './tally.ts';
import { epoch, nanosBetween, timestampFromJson } from './timestamps.ts';

const kindNames = spanKinds.map((kind) => `SPAN_KIND_${kind.toUpperCase()}`);
const statusNames = statusCodes.map((code) => `STATUS_CODE_${code.toUpperCase()}`);

/** `ExportTraceServiceRequest` in OTLP/JSON (protocol specification, "JSON Protobuf Encoding"). Throws `MalformedBody`. */
export const decodeTracesJson = (bytes: Uint8Array, tally: Tally): DecodedBatch<SpanRecord> =>
  readTracesJson(parseJson(bytes), tally);

/** An id of a span or a trace as lower-case hex; what is no id gives a text of a length that no id has. */
export type ReadId = (parent: JsonObject, name: string) => string;

/** The same, parsed already. Backends answer with it too, not all with hex ids. Throws `MalformedBody`. */
export function readTracesJson(
  root: JsonObject,
  tally: Tally,
  readId: ReadId = hexField,
): DecodedBatch<SpanRecord> {
  const batch = new BatchBuilder<SpanRecord>(tally);
  for (const resourceSpans of messages(root, 'resourceSpans')) {
    const resource = readJsonResource(resourceSpans, tally);
    for (const scoped of messages(resourceSpans, 'scopeSpans', 'instrumentationLibrarySpans')) {
      const scope = jsonScopeName(scoped);
      for (const span of messages(scoped, 'spans')) addSpan(span, resource, scope, batch, readId);
    }
  }
  return batch.finish();
}

function addSpan(
  span: JsonObject,
  resource: ResourceRecord,
  scope: string,
  batch: BatchBuilder<SpanRecord>,
  readId: ReadId,
): void {
  const { tally } = batch;
  const traceId = readId(span, 'traceId');
  const spanId = readId(span, 'spanId');
  const parentSpanId = readId(span, 'parentSpanId');
  const start = timestampFromJson(span['startTimeUnixNano']);
  const end = timestampFromJson(span['endTimeUnixNano']);
  const problem = idProblem(traceId, spanId, parentSpanId);
  if (problem !== undefined || start === undefined || end === undefined) {
    batch.reject(problem ?? 'a time must be nanoseconds since 1970');
    return;
  }
  const status = message(span, 'status');
  batch.records.push({
    resource,
    scope,
    traceId,
    spanId,
    parentSpanId: parentOf(parentSpanId),
    traceState: textField(span, 'traceState').slice(0, recordLimits.nameLength),
    name: cutText(textField(span, 'name'), recordLimits.nameLength, tally),
    kind: spanKinds[enumField(span, 'kind', kindNames)] ?? 'unspecified',
    start,
    durationNanos: nanosBetween(start, end),
    status: statusCodes[enumField(status, 'code', statusNames)] ?? 'unset',
    statusMessage: cutText(textField(status, 'message'), recordLimits.valueLength, tally),
    attributes: readAttributes(span, tally),
    events: readEvents(span, tally),
    links: readLinks(span, tally, readId),
  });
}

function readEvents(span: JsonObject, tally: Tally): readonly EventRecord[] {
  const events: EventRecord[] = [];
  for (const event of messages(span, 'events')) {
    if (events.length >= recordLimits.events) {
      tally.add('events.dropped');
      continue;
    }
    events.push({
      name: textField(event, 'name').slice(0, recordLimits.nameLength),
      time: timestampFromJson(event['timeUnixNano']) ?? epoch,
      attributes: readAttributes(event, tally),
    });
  }
  return events;
}

function readLinks(span: JsonObject, tally: Tally, readId: ReadId): SpanRecord['links'] {
  const links: { traceId: string; spanId: string }[] = [];
  for (const link of messages(span, 'links')) {
    const traceId = readId(link, 'traceId');
    const spanId = readId(link, 'spanId');
    if (links.length < recordLimits.links && idProblem(traceId, spanId, '') === undefined)
      links.push({ traceId, spanId });
    else tally.add('links.dropped');
  }
  return links;
}
