import assert from 'node:assert/strict';
import path from 'node:path';
import type { MetricRecord, SpanRecord } from '../../../../src/telemetry/local/model.ts';
import type { DecodedBatch } from '../../../../src/telemetry/local/otlp/batch.ts';
import { MalformedBody } from '../../../../src/telemetry/local/otlp/batch.ts';
import { decodeLogsJson } from '../../../../src/telemetry/local/otlp/jsonLogs.ts';
import { decodeMetricsJson } from '../../../../src/telemetry/local/otlp/jsonMetrics.ts';
import { decodeTracesJson } from '../../../../src/telemetry/local/otlp/jsonTraces.ts';
import { decodeLogsProtobuf } from '../../../../src/telemetry/local/otlp/protobufLogs.ts';
import { decodeMetricsProtobuf } from '../../../../src/telemetry/local/otlp/protobufMetrics.ts';
import { decodeTracesProtobuf } from '../../../../src/telemetry/local/otlp/protobufTraces.ts';
import { Tally } from '../../../../src/telemetry/local/otlp/tally.ts';
import {
  json,
  metrics,
  protobuf,
  recordedRequests,
  recordings,
  resource,
  spanJson,
  text,
  traces,
} from './requests.ts';

/** Decodes the same request both ways, checks that they agree, and returns what they agree on. */
function bothTraces(request: unknown, tally = new Tally()): DecodedBatch<SpanRecord> {
  const binary = decodeTracesProtobuf(protobuf('TracesRequest', request), tally);
  assert.deepEqual(decodeTracesJson(json(request), new Tally()), binary);
  return binary;
}

function bothMetrics(request: unknown, tally = new Tally()): DecodedBatch<MetricRecord> {
  const binary = decodeMetricsProtobuf(protobuf('MetricsRequest', request), tally);
  assert.deepEqual(decodeMetricsJson(json(request), new Tally()), binary);
  return binary;
}

const only = <T>(batch: DecodedBatch<T>): T => {
  assert.equal(batch.records.length, 1);
  return batch.records[0]!;
};

describe('OTLP decoding: traces', function () {
  this.timeout(20_000);
  it('reads a whole span, the same from protobuf and JSON', () => {
    const span = only(
      bothTraces(
        traces(
          spanJson({
            parentSpanId: 'aaaaaaaaaaaaaaaa',
            traceState: 'ot=th:8',
            attributes: [
              text('http.route', '/orders/:id'),
              { key: 'status', value: { intValue: '200' } },
              { key: 'negative', value: { intValue: '-5' } },
              { key: 'exact', value: { intValue: '9007199254740993' } },
              { key: 'ratio', value: { doubleValue: 0.25 } },
              { key: 'ok', value: { boolValue: true } },
              { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
              { key: 'map', value: { kvlistValue: { values: [text('k', 'v')] } } },
              { key: 'bytes', value: { bytesValue: 'AQID' } },
            ],
            events: [
              {
                name: 'exception',
                timeUnixNano: '1795247032500000001',
                attributes: [text('exception.type', 'Oops')],
              },
            ],
            links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }],
            status: { code: 2, message: 'no' },
          }),
        ),
      ),
    );
    assert.equal(span.resource.service, 'shop');
    assert.equal(span.resource.release, '1.2.0');
    assert.equal(span.scope, 'test');
    assert.equal(span.traceId, '15342296cfcd319a70fa0ca5d36d5cbb');
    assert.equal(span.kind, 'server');
    assert.deepEqual(span.start, { seconds: 1_795_247_032, nanos: 490_958_637 });
    assert.equal(span.durationNanos, 273_328_339);
    assert.equal(span.status, 'error');
    assert.equal(span.statusMessage, 'no');
    assert.deepEqual(span.attributes, {
      'http.route': '/orders/:id',
      status: 200,
      negative: -5,
      exact: '9007199254740993',
      ratio: 0.25,
      ok: true,
      list: ['a'],
      map: '{"k":"v"}',
      bytes: 'AQID',
    });
    assert.equal(span.events[0]?.time.nanos, 500_000_001);
    assert.deepEqual(span.links, [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }]);
  });

  it('keeps nanoseconds exact over the whole range of 64 bits', () => {
    for (const [nanos, seconds, rest] of [
      ['0', 0, 0],
      ['999999999', 0, 999_999_999],
      ['4294967296000000001', 4_294_967_296, 1],
      ['18446744073709551615', 18_446_744_073, 709_551_615],
    ] as const) {
      const span = only(
        bothTraces(traces(spanJson({ startTimeUnixNano: nanos, endTimeUnixNano: nanos }))),
      );
      assert.deepEqual(span.start, { seconds, nanos: rest });
      assert.equal(span.durationNanos, 0);
    }
  });

  it('gives a negative duration when the end is before the start', () => {
    const times = { startTimeUnixNano: '2000000000', endTimeUnixNano: '1500000000' };
    assert.equal(only(bothTraces(traces(spanJson(times)))).durationNanos, -500_000_000);
  });

  it('takes JSON integers as bare numbers without losing digits, enums by name, ids in upper case', () => {
    const body = JSON.stringify(
      traces(
        spanJson({
          traceId: '15342296CFCD319A70FA0CA5D36D5CBB',
          kind: 'SPAN_KIND_CONSUMER',
          status: { code: 'STATUS_CODE_ERROR' },
          someday: { new: true },
        }),
      ),
    ).replace(/"(\d{19})"/g, '$1');
    const span = only(decodeTracesJson(Buffer.from(body), new Tally()));
    assert.equal(span.start.nanos, 490_958_637);
    assert.equal(span.durationNanos, 273_328_339);
    assert.equal(span.kind, 'consumer');
    assert.equal(span.status, 'error');
    assert.equal(span.traceId, '15342296cfcd319a70fa0ca5d36d5cbb');
  });

  it('ignores unknown protobuf fields, also groups and known numbers with a foreign wire type', () => {
    // In the request: field 99 as a varint, field 98 as a group, field 1 as a varint.
    const odd = Buffer.from([0x98, 0x06, 0x01, 0x93, 0x06, 0x08, 0x07, 0x94, 0x06, 0x08, 0x05]);
    const body = Buffer.concat([odd, protobuf('TracesRequest', traces(spanJson())), odd]);
    only(decodeTracesProtobuf(body, new Tally()));
  });

  it('finds the resource and the scope when they stand after the spans', () => {
    const span = protobuf('TracesRequest', traces(spanJson())).subarray();
    const [resourceSpans] = [span.subarray(2 + (span[1]! > 127 ? 1 : 0))];
    // Fields of ResourceSpans: resource (0x0a …) then scope_spans (0x12 …); swapped, they mean the same.
    const resourceEnd = 2 + resourceSpans[1]!;
    const swapped = Buffer.concat([
      resourceSpans.subarray(resourceEnd),
      resourceSpans.subarray(0, resourceEnd),
    ]);
    const body = Buffer.concat([span.subarray(0, span.length - resourceSpans.length), swapped]);
    assert.equal(only(decodeTracesProtobuf(body, new Tally())).resource.service, 'shop');
  });

  it('rejects spans with ids of the wrong length, one by one, and says why', () => {
    const batch = bothTraces(
      traces(
        spanJson(),
        spanJson({ traceId: 'abcd' }),
        spanJson({ spanId: '0b73e4307c10faa0ff' }),
        spanJson({ parentSpanId: 'ff' }),
        spanJson({ traceId: '0'.repeat(32) }),
        spanJson({ spanId: '' }),
      ),
    );
    assert.equal(batch.records.length, 1);
    assert.equal(batch.rejected, 5);
    assert.match(batch.message, /1 × trace_id must be 16 bytes/);
    assert.match(batch.message, /2 × span_id must be 8 bytes/);
  });

  it('takes a parent of zeros as no parent', () => {
    const span = only(bothTraces(traces(spanJson({ parentSpanId: '0'.repeat(16) }))));
    assert.equal(span.parentSpanId, '');
  });

  it('names a service without service.name as the SDK specification does, and counts it', () => {
    const tally = new Tally();
    const without = (attributes: unknown[]) => ({
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [spanJson()] }] }],
    });
    assert.equal(only(bothTraces(without([]), tally)).resource.service, 'unknown_service');
    const named = without([text('process.executable.name', 'node')]);
    assert.equal(only(bothTraces(named, tally)).resource.service, 'unknown_service:node');
    assert.equal(tally.get('resources.withoutServiceName'), 2);
  });

  it('drops attributes named like credentials at every level, and no others', () => {
    const secret = [
      'http.request.header.authorization',
      'http.request.header.cookie',
      'http.response.header.set-cookie',
      'db.password',
      'clientSecret',
      'x-api-key',
      'API_KEY',
      'auth.token',
      'accessToken',
      'aws.secret_access_key',
    ];
    const kept = ['gen_ai.usage.input_tokens', 'http.route', 'db.statement', 'author'];
    const attributes = [...secret, ...kept].map((key) => text(key, 'hunter2'));
    const tally = new Tally();
    const span = only(
      bothTraces(
        traces(
          spanJson({
            attributes: [
              ...attributes,
              {
                key: 'nested',
                value: { kvlistValue: { values: [text('password', 'x'), text('a', 'b')] } },
              },
            ],
            events: [{ name: 'e', attributes }],
          }),
        ),
        tally,
      ),
    );
    assert.deepEqual(Object.keys(span.attributes), [...kept, 'nested']);
    assert.equal(span.attributes['nested'], '{"a":"b"}');
    assert.deepEqual(Object.keys(span.events[0]!.attributes), kept);
    assert.equal(tally.get('attributes.dropped.credential'), 2 * secret.length + 1);
  });

  it('bounds values, attributes, events, links and nesting, and counts what it cut', () => {
    let deep: unknown = { stringValue: 'bottom' };
    for (let i = 0; i < 20; i++) deep = { arrayValue: { values: [deep] } };
    const many = (n: number) => Array.from({ length: n }, (_, i) => text(`a${i}`, 'x'));
    const tally = new Tally();
    const span = only(
      bothTraces(
        traces(
          spanJson({
            name: 'n'.repeat(5_000),
            attributes: [
              text('big', 'é'.repeat(524_288)),
              text('pair', 'x'.repeat(4_095) + '😀tail'),
              text('exception.stacktrace', 's'.repeat(50_000)),
              { key: 'deep', value: deep },
              text('__proto__', 'polluted'),
              ...many(500),
            ],
            events: Array.from({ length: 200 }, () => ({ name: 'e' })),
            links: [{ traceId: 'ab', spanId: 'cd' }],
          }),
        ),
        tally,
      ),
    );
    assert.equal(span.name.length, 1_024);
    assert.equal(span.attributes['big'], 'é'.repeat(4_096));
    assert.equal(span.attributes['pair'], 'x'.repeat(4_095));
    assert.equal((span.attributes['exception.stacktrace'] as string).length, 16_384);
    assert.equal(Object.keys(span.attributes).length, 128);
    assert.equal(Object.getPrototypeOf(span.attributes), Object.prototype);
    assert.equal(span.events.length, 128);
    assert.equal(span.links.length, 0);
    assert.ok(tally.get('attributes.dropped.tooMany') > 300);
    assert.equal(tally.get('values.cut'), 4);
    assert.equal(tally.get('values.tooDeep'), 1);
    assert.equal(tally.get('events.dropped'), 72);
    assert.equal(tally.get('links.dropped'), 1);
  });

  it('keeps hostile text as it is, for the surfaces to escape', () => {
    const name = '[x](command:evil) <img> \u202e\u0000';
    assert.equal(only(bothTraces(traces(spanJson({ name })))).name, name);
  });

  it('replaces invalid UTF-8 and keeps the rest', () => {
    const body = protobuf('TracesRequest', traces(spanJson({ name: 'caf\u0001\u0001' })));
    const at = body.indexOf(Buffer.from([1, 1]));
    body[at] = 0xc3;
    body[at + 1] = 0x28;
    assert.equal(only(decodeTracesProtobuf(body, new Tally())).name, 'caf\ufffd(');
  });

  it('refuses every truncation of a protobuf body that cuts a field', () => {
    const body = protobuf('TracesRequest', traces(spanJson({ attributes: [text('a', 'b')] })));
    assert.equal(decodeTracesProtobuf(new Uint8Array(), new Tally()).records.length, 0);
    for (let length = 1; length < body.length; length++)
      assert.throws(
        () => decodeTracesProtobuf(body.subarray(0, length), new Tally()),
        MalformedBody,
        `cut to ${length} bytes`,
      );
  });

  it('never throws anything but MalformedBody, whatever byte is damaged', () => {
    const request = traces(
      spanJson({ attributes: [text('a', 'b')], events: [{ name: 'e' }], status: { code: 1 } }),
    );
    const body = protobuf('TracesRequest', request);
    for (let at = 0; at < body.length; at++)
      for (const value of [0x00, 0x7f, 0x80, 0xff, body[at]! ^ 1]) {
        const damaged = Buffer.from(body);
        damaged[at] = value;
        try {
          decodeTracesProtobuf(damaged, new Tally());
          decodeMetricsProtobuf(damaged, new Tally());
          decodeLogsProtobuf(damaged);
        } catch (error) {
          assert.ok(error instanceof MalformedBody, String(error));
        }
      }
  });

  it('refuses JSON that is none, without repeating it, and JSON that is no request', () => {
    const refused = (body: string): string => {
      try {
        decodeTracesJson(Buffer.from(body), new Tally());
      } catch (error) {
        assert.ok(error instanceof MalformedBody);
        return error.message;
      }
      return assert.fail('was taken');
    };
    assert.doesNotMatch(refused('{"password": hunter2}'), /hunter2/);
    assert.match(refused(''), /not valid JSON/);
    assert.match(refused('[]'), /must be a JSON object/);
    assert.match(refused('{"resourceSpans":{}}'), /resourceSpans must be an array/);
    assert.match(refused('{"resourceSpans":[3]}'), /must contain objects/);
    refused('['.repeat(1_000_000));
  });
});

describe('OTLP decoding: metrics and logs', function () {
  this.timeout(20_000);
  const times = { startTimeUnixNano: '1795247000000000001', timeUnixNano: '1795247060000000002' };

  it('reads histograms of both kinds, sums and gauges, the same both ways', () => {
    const tally = new Tally();
    const { records, rejected } = bothMetrics(
      metrics(
        {
          name: 'http.server.request.duration',
          unit: 's',
          histogram: {
            aggregationTemporality: 2,
            dataPoints: [
              {
                ...times,
                count: '3',
                sum: 0.5,
                min: 0.1,
                max: 0.3,
                bucketCounts: ['1', '2', '0'],
                explicitBounds: [0.1, 1],
                attributes: [text('http.route', '/x')],
              },
            ],
          },
        },
        {
          name: 'rpc.server.call.duration',
          exponentialHistogram: {
            aggregationTemporality: 1,
            dataPoints: [
              {
                ...times,
                count: '4',
                scale: -2,
                zeroCount: '1',
                zeroThreshold: 0.001,
                positive: { offset: -3, bucketCounts: ['1', '2'] },
                negative: { offset: 0, bucketCounts: [] },
              },
            ],
          },
        },
        {
          name: 'requests',
          sum: {
            aggregationTemporality: 2,
            isMonotonic: true,
            dataPoints: [{ ...times, asInt: '-7' }],
          },
        },
        { name: 'load', gauge: { dataPoints: [{ ...times, asDouble: 0.5 }] } },
        { name: 'old', summary: { dataPoints: [{ ...times, count: '1' }] } },
        { name: 'gone', gauge: { dataPoints: [{ ...times, asDouble: 1, flags: 1 }] } },
      ),
      tally,
    );
    assert.equal(rejected, 0);
    assert.deepEqual(
      records.map((r) => [r.name, r.temporality, r.value.type]),
      [
        ['http.server.request.duration', 'cumulative', 'histogram'],
        ['rpc.server.call.duration', 'delta', 'histogram'],
        ['requests', 'cumulative', 'sum'],
        ['load', 'unspecified', 'gauge'],
      ],
    );
    assert.deepEqual(records[0]!.start, { seconds: 1_795_247_000, nanos: 1 });
    assert.deepEqual(records[0]?.value, {
      type: 'histogram',
      histogram: {
        count: 3,
        sum: 0.5,
        min: 0.1,
        max: 0.3,
        data: { layout: 'explicit', bounds: [0.1, 1], counts: [1, 2, 0] },
      },
    });
    assert.deepEqual(records[1]?.value, {
      type: 'histogram',
      histogram: {
        count: 4,
        data: {
          layout: 'exponential',
          scale: -2,
          zeroCount: 1,
          zeroThreshold: 0.001,
          positive: { offset: -3, counts: [1, 2] },
          negative: { offset: 0, counts: [] },
        },
      },
    });
    assert.deepEqual(records[2]?.value, { type: 'sum', value: -7, monotonic: true });
    assert.equal(tally.get('metrics.summariesIgnored'), 1);
    assert.equal(tally.get('metrics.pointsWithoutValue'), 1);
  });

  it('rejects histograms that contradict themselves', () => {
    const histogram = (bucketCounts: string[], explicitBounds: number[]) => ({
      name: 'h',
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [{ ...times, count: '1', bucketCounts, explicitBounds }],
      },
    });
    const batch = bothMetrics(
      metrics(histogram(['1'], [1, 2]), histogram(['1', '0', '0'], [2, 1]), histogram([], [])),
    );
    assert.equal(batch.rejected, 2);
    assert.match(batch.message, /one bucket more than it has bounds/);
    assert.match(batch.message, /bounds of a histogram must increase/);
    const { value } = only(batch);
    assert.ok(value.type === 'histogram' && value.histogram.data.layout === 'explicit');
    assert.deepEqual(value.histogram.data.counts, [1]);
  });

  it('counts log records and those with an exception', () => {
    const request = {
      resourceLogs: [
        {
          resource,
          scopeLogs: [
            {
              logRecords: [
                { body: { stringValue: 'hello' } },
                { attributes: [text('exception.type', 'Oops')] },
              ],
            },
          ],
        },
      ],
    };
    const expected = { records: 2, exceptions: 1 };
    assert.deepEqual(decodeLogsJson(json(request)), expected);
    assert.deepEqual(decodeLogsProtobuf(protobuf('LogsRequest', request)), expected);
  });
});

describe('OTLP decoding: recorded traffic', function () {
  this.timeout(20_000);
  const { own, shared } = recordings();
  if (shared.length === 0)
    console.log('    the large recordings are not on this machine: only our own are decoded');
  for (const folder of [...own, ...shared])
    it(`${path.basename(folder)}: protobuf and JSON agree, nothing is refused`, function () {
      this.timeout(120_000);
      let spans = 0;
      // Every request of our own, some of the large ones.
      const step = own.includes(folder) ? 1 : 8;
      const some = (lines: string[]) => lines.filter((_, i) => i % step === 0);
      for (const line of some(recordedRequests(folder, 'traces'))) {
        const batch = bothTraces(JSON.parse(line));
        assert.equal(batch.rejected, 0, batch.message);
        spans += batch.records.length;
      }
      for (const line of some(recordedRequests(folder, 'metrics')))
        assert.equal(bothMetrics(JSON.parse(line)).rejected, 0);
      assert.ok(spans > 0);
    });
});
