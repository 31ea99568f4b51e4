import type { EventRecord, ResourceRecord, SpanRecord, Timestamp } from '../model.ts';
import { AttributeCollector, cutText } from './attributes.ts';
import type { DecodedBatch } from './batch.ts';
import { BatchBuilder } from './batch.ts';
import { recordLimits } from './limits.ts';
import { readKeyValue, readResource, readScopeName } from './protobufAttributes.ts';
import type { WireReader } from './protobufWire.ts';
import {
  decodeWire,
  expectEnd,
  messageEnd,
  readHex,
  readText,
  readTime,
  readUint64,
  skipField,
} from './protobufWire.ts';
import { idProblem, parentOf, spanKinds, statusCodes } from './spans.ts';
import type { Tally } from './tally.ts';
import { epoch, nanosBetween } from './timestamps.ts';

/** `ExportTraceServiceRequest` (collector/trace/v1). Throws `MalformedBody`. */
export function decodeTracesProtobuf(bytes: Uint8Array, tally: Tally): DecodedBatch<SpanRecord> {
  const batch = new BatchBuilder<SpanRecord>(tally);
  decodeWire(bytes, (reader) => {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === 0x0a) readResourceSpans(reader, messageEnd(reader, reader.len), batch);
      else skipField(reader, tag);
    }
  });
  return batch.finish();
}

function readResourceSpans(reader: WireReader, end: number, batch: BatchBuilder<SpanRecord>): void {
  const resource = readResource(reader, end, batch.tally);
  while (reader.pos < end) {
    const tag = reader.uint32();
    // 8002: instrumentation_library_spans (field 1000), the name of scope_spans before OTLP 0.15
    if (tag === 0x12 || tag === 8_002)
      readScopeSpans(reader, messageEnd(reader, end), resource, batch);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
}

function readScopeSpans(
  reader: WireReader,
  end: number,
  resource: ResourceRecord,
  batch: BatchBuilder<SpanRecord>,
): void {
  const scope = readScopeName(reader, end);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x12) readSpan(reader, messageEnd(reader, end), resource, scope, batch);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
}

function readSpan(
  reader: WireReader,
  end: number,
  resource: ResourceRecord,
  scope: string,
  batch: BatchBuilder<SpanRecord>,
): void {
  const { tally } = batch;
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let traceState = '';
  let name = '';
  let kind = 0;
  let start: Timestamp = epoch;
  let finish: Timestamp = epoch;
  let status = { code: 0, message: '' };
  const attributes = new AttributeCollector(tally);
  const events: EventRecord[] = [];
  const links: { traceId: string; spanId: string }[] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 0x0a:
        traceId = readHex(reader, end);
        break;
      case 0x12:
        spanId = readHex(reader, end);
        break;
      case 0x1a:
        traceState = readText(reader, end, recordLimits.nameLength);
        break;
      case 0x22:
        parentSpanId = readHex(reader, end);
        break;
      case 0x2a:
        name = cutText(
          readText(reader, end, recordLimits.nameLength + 1),
          recordLimits.nameLength,
          tally,
        );
        break;
      case 0x30:
        kind = readUint64(reader);
        break;
      case 0x39:
        start = readTime(reader);
        break;
      case 0x41:
        finish = readTime(reader);
        break;
      case 0x4a:
        readKeyValue(reader, end, attributes, tally);
        break;
      case 0x5a:
        readEvent(reader, messageEnd(reader, end), events, tally);
        break;
      case 0x6a:
        readLink(reader, messageEnd(reader, end), links, tally);
        break;
      case 0x7a:
        status = readStatus(reader, messageEnd(reader, end), tally);
        break;
      default:
        skipField(reader, tag);
    }
  }
  expectEnd(reader, end);
  const problem = idProblem(traceId, spanId, parentSpanId);
  if (problem !== undefined) {
    batch.reject(problem);
    return;
  }
  batch.records.push({
    resource,
    scope,
    traceId,
    spanId,
    parentSpanId: parentOf(parentSpanId),
    traceState,
    name,
    kind: spanKinds[kind] ?? 'unspecified',
    start,
    durationNanos: nanosBetween(start, finish),
    status: statusCodes[status.code] ?? 'unset',
    statusMessage: status.message,
    attributes: attributes.finish(),
    events,
    links,
  });
}

function readEvent(reader: WireReader, end: number, events: EventRecord[], tally: Tally): void {
  if (events.length >= recordLimits.events) {
    tally.add('events.dropped');
    reader.pos = end;
    return;
  }
  let name = '';
  let time: Timestamp = epoch;
  const attributes = new AttributeCollector(tally);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x09) time = readTime(reader);
    else if (tag === 0x12) name = readText(reader, end, recordLimits.nameLength);
    else if (tag === 0x1a) readKeyValue(reader, end, attributes, tally);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
  events.push({ name, time, attributes: attributes.finish() });
}

function readLink(
  reader: WireReader,
  end: number,
  links: { traceId: string; spanId: string }[],
  tally: Tally,
): void {
  let traceId = '';
  let spanId = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) traceId = readHex(reader, end);
    else if (tag === 0x12) spanId = readHex(reader, end);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
  if (links.length < recordLimits.links && idProblem(traceId, spanId, '') === undefined)
    links.push({ traceId, spanId });
  else tally.add('links.dropped');
}

function readStatus(
  reader: WireReader,
  end: number,
  tally: Tally,
): { code: number; message: string } {
  const status = { code: 0, message: '' };
  const max = recordLimits.valueLength;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x12) status.message = cutText(readText(reader, end, max + 1), max, tally);
    else if (tag === 0x18) status.code = readUint64(reader);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
  return status;
}
