import type { MetricRecord, ResourceRecord } from '../model.ts';
import type { DecodedBatch } from './batch.ts';
import { BatchBuilder } from './batch.ts';
import { recordLimits } from './limits.ts';
import type { MetricHeader } from './points.ts';
import { readResource, readScopeName } from './protobufAttributes.ts';
import { readExponentialPoint, readHistogramPoint, readNumberPoint } from './protobufPoints.ts';
import type { WireReader } from './protobufWire.ts';
import {
  decodeWire,
  expectEnd,
  messageEnd,
  readText,
  readUint64,
  skipField,
} from './protobufWire.ts';
import { temporalities } from './spans.ts';
import type { Tally } from './tally.ts';

/** `ExportMetricsServiceRequest` (collector/metrics/v1). Throws `MalformedBody`. */
export function decodeMetricsProtobuf(bytes: Uint8Array, tally: Tally): DecodedBatch<MetricRecord> {
  const batch = new BatchBuilder<MetricRecord>(tally);
  decodeWire(bytes, (reader) => {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === 0x0a) readResourceMetrics(reader, messageEnd(reader, reader.len), batch);
      else skipField(reader, tag);
    }
  });
  return batch.finish();
}

function readResourceMetrics(
  reader: WireReader,
  end: number,
  batch: BatchBuilder<MetricRecord>,
): void {
  const resource = readResource(reader, end, batch.tally);
  while (reader.pos < end) {
    const tag = reader.uint32();
    // 8002: instrumentation_library_metrics (field 1000), the old name of scope_metrics
    if (tag === 0x12 || tag === 8_002)
      readScopeMetrics(reader, messageEnd(reader, end), resource, batch);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
}

function readScopeMetrics(
  reader: WireReader,
  end: number,
  resource: ResourceRecord,
  batch: BatchBuilder<MetricRecord>,
): void {
  const scope = readScopeName(reader, end);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x12) readMetric(reader, messageEnd(reader, end), resource, scope, batch);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
}

const sumTag = 0x3a;
const histogramTag = 0x4a;
const exponentialTag = 0x52;

function readMetric(
  reader: WireReader,
  end: number,
  resource: ResourceRecord,
  scope: string,
  batch: BatchBuilder<MetricRecord>,
): void {
  let name = '';
  let unit = '';
  const data: { tag: number; start: number; end: number }[] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) name = readText(reader, end, recordLimits.nameLength);
    else if (tag === 0x1a) unit = readText(reader, end, recordLimits.keyLength);
    else if (tag === 0x2a || tag === sumTag || tag === histogramTag || tag === exponentialTag) {
      const dataEnd = messageEnd(reader, end);
      data.push({ tag, start: reader.pos, end: dataEnd });
      reader.pos = dataEnd;
    } else {
      // 0x5a: summaries, quantiles computed by the sender, which can't be merged
      if (tag === 0x5a) batch.tally.add('metrics.summariesIgnored');
      skipField(reader, tag);
    }
  }
  expectEnd(reader, end);
  for (const part of data) {
    reader.pos = part.start;
    readData(reader, part, { resource, scope, name, unit, temporality: 'unspecified' }, batch);
  }
  reader.pos = end;
}

/** Gauge, Sum, Histogram or ExponentialHistogram: temporality may stand after the points, so it is read first. */
function readData(
  reader: WireReader,
  part: { readonly tag: number; readonly start: number; readonly end: number },
  named: MetricHeader,
  batch: BatchBuilder<MetricRecord>,
): void {
  let temporality = 0;
  let monotonic = false;
  while (reader.pos < part.end) {
    const tag = reader.uint32();
    if (tag === 0x10) temporality = readUint64(reader);
    else if (tag === 0x18) monotonic = readUint64(reader) !== 0;
    else skipField(reader, tag);
  }
  expectEnd(reader, part.end);
  const header = { ...named, temporality: temporalities[temporality] ?? 'unspecified' };
  reader.pos = part.start;
  while (reader.pos < part.end) {
    const tag = reader.uint32();
    if (tag !== 0x0a) {
      skipField(reader, tag);
      continue;
    }
    const end = messageEnd(reader, part.end);
    if (part.tag === histogramTag) readHistogramPoint(reader, end, header, batch);
    else if (part.tag === exponentialTag) readExponentialPoint(reader, end, header, batch);
    else
      readNumberPoint(reader, end, header, part.tag === sumTag ? { monotonic } : undefined, batch);
  }
}
