import type { MetricRecord, Timestamp } from '../model.ts';
import { AttributeCollector } from './attributes.ts';
import type { BatchBuilder } from './batch.ts';
import type { ExponentialDraft, HistogramDraft, MetricHeader } from './points.ts';
import { explicitPoint, exponentialPoint } from './points.ts';
import { readKeyValue } from './protobufAttributes.ts';
import type { WireReader } from './protobufWire.ts';
import {
  expectEnd,
  messageEnd,
  readFixed64,
  readSfixed64,
  readTime,
  readUint64,
  skipField,
} from './protobufWire.ts';
import { noRecordedValue } from './spans.ts';
import { epoch } from './timestamps.ts';

type Batch = BatchBuilder<MetricRecord>;

export function readNumberPoint(
  reader: WireReader,
  end: number,
  header: MetricHeader,
  sum: { readonly monotonic: boolean } | undefined,
  batch: Batch,
): void {
  let start: Timestamp = epoch;
  let time: Timestamp = epoch;
  let value: number | undefined;
  let flags = 0;
  const attributes = new AttributeCollector(batch.tally);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x11) start = readTime(reader);
    else if (tag === 0x19) time = readTime(reader);
    else if (tag === 0x21) value = reader.double();
    else if (tag === 0x31) value = readSfixed64(reader);
    else if (tag === 0x3a) readKeyValue(reader, end, attributes, batch.tally);
    else if (tag === 0x40) flags = readUint64(reader);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
  if (value === undefined || flags % 2 === noRecordedValue) {
    batch.tally.add('metrics.pointsWithoutValue');
    return;
  }
  batch.records.push({
    ...header,
    attributes: attributes.finish(),
    start,
    time,
    value:
      sum === undefined
        ? { type: 'gauge', value }
        : { type: 'sum', value, monotonic: sum.monotonic },
  });
}

export function readHistogramPoint(
  reader: WireReader,
  end: number,
  header: MetricHeader,
  batch: Batch,
): void {
  let start: Timestamp = epoch;
  let time: Timestamp = epoch;
  let flags = 0;
  const attributes = new AttributeCollector(batch.tally);
  const draft: HistogramDraft = {
    count: 0,
    sum: undefined,
    min: undefined,
    max: undefined,
    counts: [],
    bounds: [],
  };
  while (reader.pos < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 0x11:
        start = readTime(reader);
        break;
      case 0x19:
        time = readTime(reader);
        break;
      case 0x21:
        draft.count = readFixed64(reader);
        break;
      case 0x29:
        draft.sum = reader.double();
        break;
      case 0x32: // packed
        readPacked(reader, end, () => draft.counts.push(readFixed64(reader)));
        break;
      case 0x31:
        draft.counts.push(readFixed64(reader));
        break;
      case 0x3a: // packed
        readPacked(reader, end, () => draft.bounds.push(reader.double()));
        break;
      case 0x39:
        draft.bounds.push(reader.double());
        break;
      case 0x4a:
        readKeyValue(reader, end, attributes, batch.tally);
        break;
      case 0x50:
        flags = readUint64(reader);
        break;
      case 0x59:
        draft.min = reader.double();
        break;
      case 0x61:
        draft.max = reader.double();
        break;
      default:
        skipField(reader, tag);
    }
  }
  expectEnd(reader, end);
  pushHistogram(header, attributes, start, time, flags, explicitPoint(draft), batch);
}

export function readExponentialPoint(
  reader: WireReader,
  end: number,
  header: MetricHeader,
  batch: Batch,
): void {
  let start: Timestamp = epoch;
  let time: Timestamp = epoch;
  let flags = 0;
  const attributes = new AttributeCollector(batch.tally);
  const draft: ExponentialDraft = {
    count: 0,
    sum: undefined,
    min: undefined,
    max: undefined,
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: 0, counts: [] },
    negative: { offset: 0, counts: [] },
  };
  while (reader.pos < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 0x0a:
        readKeyValue(reader, end, attributes, batch.tally);
        break;
      case 0x11:
        start = readTime(reader);
        break;
      case 0x19:
        time = readTime(reader);
        break;
      case 0x21:
        draft.count = readFixed64(reader);
        break;
      case 0x29:
        draft.sum = reader.double();
        break;
      case 0x30:
        draft.scale = reader.sint32();
        break;
      case 0x39:
        draft.zeroCount = readFixed64(reader);
        break;
      case 0x42:
        readBuckets(reader, messageEnd(reader, end), draft.positive);
        break;
      case 0x4a:
        readBuckets(reader, messageEnd(reader, end), draft.negative);
        break;
      case 0x50:
        flags = readUint64(reader);
        break;
      case 0x61:
        draft.min = reader.double();
        break;
      case 0x69:
        draft.max = reader.double();
        break;
      case 0x71:
        draft.zeroThreshold = reader.double();
        break;
      default:
        skipField(reader, tag);
    }
  }
  expectEnd(reader, end);
  pushHistogram(header, attributes, start, time, flags, exponentialPoint(draft), batch);
}

function readBuckets(
  reader: WireReader,
  end: number,
  into: { offset: number; counts: number[] },
): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x08) into.offset = reader.sint32();
    else if (tag === 0x12) readPacked(reader, end, () => into.counts.push(readUint64(reader)));
    else if (tag === 0x10) into.counts.push(readUint64(reader));
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
}

function readPacked(reader: WireReader, parentEnd: number, readOne: () => void): void {
  const end = messageEnd(reader, parentEnd);
  while (reader.pos < end) readOne();
  expectEnd(reader, end);
}

/** Takes the point, or counts why not. */
function pushHistogram(
  header: MetricHeader,
  attributes: AttributeCollector,
  start: Timestamp,
  time: Timestamp,
  flags: number,
  point: ReturnType<typeof explicitPoint>,
  batch: Batch,
): void {
  if (flags % 2 === noRecordedValue) batch.tally.add('metrics.pointsWithoutValue');
  else if (typeof point === 'string') batch.reject(point);
  else
    batch.records.push({
      ...header,
      attributes: attributes.finish(),
      start,
      time,
      value: { type: 'histogram', histogram: point },
    });
}
