import type { MetricRecord, ResourceRecord } from '../model.ts';
import type { DecodedBatch } from './batch.ts';
import { BatchBuilder } from './batch.ts';
import type { JsonObject } from './jsonValues.ts';
import {
  enumField,
  isObject,
  jsonScopeName,
  message,
  messages,
  numberField,
  parseJson,
  readAttributes,
  readJsonResource,
  repeated,
  textField,
} from './jsonValues.ts';
import { recordLimits } from './limits.ts';
import type { MetricHeader } from './points.ts';
import { explicitPoint, exponentialPoint } from './points.ts';
import { noRecordedValue, temporalities } from './spans.ts';
import type { Tally } from './tally.ts';
import { timestampFromJson } from './timestamps.ts';

type Batch = BatchBuilder<MetricRecord>;

const temporalityNames = temporalities.map(
  (name) => `AGGREGATION_TEMPORALITY_${name.toUpperCase()}`,
);

/** `ExportMetricsServiceRequest` in OTLP/JSON. Throws `MalformedBody`. */
export function decodeMetricsJson(bytes: Uint8Array, tally: Tally): DecodedBatch<MetricRecord> {
  const batch = new BatchBuilder<MetricRecord>(tally);
  for (const resourceMetrics of messages(parseJson(bytes), 'resourceMetrics')) {
    const resource = readJsonResource(resourceMetrics, tally);
    for (const scoped of messages(
      resourceMetrics,
      'scopeMetrics',
      'instrumentationLibraryMetrics',
    )) {
      const scope = jsonScopeName(scoped);
      for (const metric of messages(scoped, 'metrics')) addMetric(metric, resource, scope, batch);
    }
  }
  return batch.finish();
}

function addMetric(
  metric: JsonObject,
  resource: ResourceRecord,
  scope: string,
  batch: Batch,
): void {
  const header = (data: JsonObject): MetricHeader => ({
    resource,
    scope,
    name: textField(metric, 'name').slice(0, recordLimits.nameLength),
    unit: textField(metric, 'unit').slice(0, recordLimits.keyLength),
    temporality:
      temporalities[enumField(data, 'aggregationTemporality', temporalityNames)] ?? 'unspecified',
  });
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
  if (isObject(gauge)) addPoints(gauge, header(gauge), batch, numberPoint);
  if (isObject(sum)) {
    const monotonic = sum['isMonotonic'] === true;
    addPoints(sum, header(sum), batch, (point) => {
      const value = numberPoint(point);
      return value?.type === 'gauge' ? { type: 'sum', value: value.value, monotonic } : value;
    });
  }
  if (isObject(histogram)) addPoints(histogram, header(histogram), batch, histogramPoint);
  if (isObject(exponentialHistogram))
    addPoints(exponentialHistogram, header(exponentialHistogram), batch, exponentialHistogramPoint);
  // Quantiles computed by the sender can't be merged.
  if (isObject(summary)) batch.tally.add('metrics.summariesIgnored');
}

/** The value of a point; undefined: none was recorded; a text: why it is refused. */
type ReadPoint = (point: JsonObject) => MetricRecord['value'] | string | undefined;

function addPoints(data: JsonObject, header: MetricHeader, batch: Batch, read: ReadPoint): void {
  for (const point of messages(data, 'dataPoints')) {
    const start = timestampFromJson(point['startTimeUnixNano']);
    const time = timestampFromJson(point['timeUnixNano']);
    const flags = numberField(point, 'flags') ?? 0;
    const value = flags % 2 === noRecordedValue ? undefined : read(point);
    if (start === undefined || time === undefined)
      batch.reject('a time must be nanoseconds since 1970');
    else if (value === undefined) batch.tally.add('metrics.pointsWithoutValue');
    else if (typeof value === 'string') batch.reject(value);
    else {
      const attributes = readAttributes(point, batch.tally);
      batch.records.push({ ...header, attributes, start, time, value });
    }
  }
}

function numberPoint(point: JsonObject): MetricRecord['value'] | undefined {
  const value = numberField(point, 'asDouble') ?? numberField(point, 'asInt');
  return value === undefined ? undefined : { type: 'gauge', value };
}

const summaryOf = (point: JsonObject) => ({
  count: numberField(point, 'count') ?? 0,
  sum: numberField(point, 'sum'),
  min: numberField(point, 'min'),
  max: numberField(point, 'max'),
});

/** Numbers, each also as decimal digits. */
const numbers = (parent: JsonObject, name: string): number[] =>
  repeated(parent, name).map((value) => numberField({ value }, 'value') ?? NaN);

const badNumber = 'a histogram must contain numbers';

function histogramPoint(point: JsonObject): MetricRecord['value'] | string {
  const counts = numbers(point, 'bucketCounts');
  const bounds = numbers(point, 'explicitBounds');
  if (counts.some(Number.isNaN)) return badNumber;
  const histogram = explicitPoint({ ...summaryOf(point), counts, bounds });
  return typeof histogram === 'string' ? histogram : { type: 'histogram', histogram };
}

function exponentialHistogramPoint(point: JsonObject): MetricRecord['value'] | string {
  const side = (name: string) => {
    const buckets = message(point, name);
    return {
      offset: numberField(buckets, 'offset') ?? 0,
      counts: numbers(buckets, 'bucketCounts'),
    };
  };
  const positive = side('positive');
  const negative = side('negative');
  if (positive.counts.some(Number.isNaN) || negative.counts.some(Number.isNaN)) return badNumber;
  const histogram = exponentialPoint({
    ...summaryOf(point),
    scale: numberField(point, 'scale') ?? 0,
    zeroCount: numberField(point, 'zeroCount') ?? 0,
    zeroThreshold: numberField(point, 'zeroThreshold') ?? 0,
    positive,
    negative,
  });
  return typeof histogram === 'string' ? histogram : { type: 'histogram', histogram };
}
