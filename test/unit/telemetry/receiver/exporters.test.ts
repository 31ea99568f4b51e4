import type { Attributes, SpanOptions } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { MetricRecord, SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { createOtlpGrpcServer } from '../../../../src/telemetry/local/grpc/server.ts';
import { createOtlpHttpServer } from '../../../../src/telemetry/local/http/server.ts';
import { listenOnLoopback } from '../../../../src/telemetry/local/receiverPorts.ts';
import { access, intakeInto, ListSink } from './sink.ts';

const resource = (extra: Attributes = {}) =>
  resourceFromAttributes({
    'service.name': 'shop',
    'service.namespace': 'acme',
    'service.version': '1.2.0',
    'service.instance.id': 'one',
    'deployment.environment.name': 'local',
    ...extra,
  });

async function sendSpan(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({
    resource: resource(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('exporters-test', '1.0.0');
  const options: SpanOptions = {
    kind: SpanKind.SERVER,
    startTime: [1_795_247_032, 490_958_637],
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/orders/:id',
      'http.response.status_code': 500,
      ratio: 0.5,
      ok: true,
      list: ['a', 'b'],
      'http.request.header.authorization': 'Bearer hunter2',
    },
  };
  const span = tracer.startSpan('GET /orders/:id', options);
  span.addEvent('exception', { 'exception.type': 'TypeError' }, [1_795_247_032, 500_000_001]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'boom' });
  span.end([1_795_247_032, 764_286_976]);
  await provider.forceFlush();
  await provider.shutdown();
}

async function sendHistogram(exporter: PushMetricExporter): Promise<void> {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ resource: resource(), readers: [reader] });
  const histogram = provider
    .getMeter('exporters-test')
    .createHistogram('http.server.request.duration', {
      unit: 's',
      advice: { explicitBucketBoundaries: [0.1, 1] },
    });
  for (const value of [0.05, 0.5, 0.6, 7]) histogram.record(value, { 'http.route': '/orders/:id' });
  await provider.forceFlush();
  await provider.shutdown();
}

function checkSpan(span: SpanRecord | undefined): void {
  assert.ok(span !== undefined, 'nothing arrived');
  assert.equal(span.resource.service, 'acme/shop');
  assert.equal(span.resource.release, '1.2.0');
  assert.equal(span.resource.instance, 'one');
  assert.equal(span.resource.environment, 'local');
  assert.equal(span.scope, 'exporters-test');
  assert.match(span.traceId, /^[\da-f]{32}$/);
  assert.match(span.spanId, /^[\da-f]{16}$/);
  assert.equal(span.parentSpanId, '');
  assert.equal(span.kind, 'server');
  assert.deepEqual(span.start, { seconds: 1_795_247_032, nanos: 490_958_637 });
  assert.equal(span.durationNanos, 273_328_339);
  assert.equal(span.status, 'error');
  assert.equal(span.statusMessage, 'boom');
  assert.deepEqual(span.attributes, {
    'http.request.method': 'GET',
    'http.route': '/orders/:id',
    'http.response.status_code': 500,
    ratio: 0.5,
    ok: true,
    list: ['a', 'b'],
  });
  assert.deepEqual(span.events, [
    {
      name: 'exception',
      time: { seconds: 1_795_247_032, nanos: 500_000_001 },
      attributes: { 'exception.type': 'TypeError' },
    },
  ]);
}

function checkHistogram(record: MetricRecord | undefined): void {
  assert.ok(record !== undefined, 'nothing arrived');
  assert.equal(record.name, 'http.server.request.duration');
  assert.equal(record.unit, 's');
  assert.equal(record.temporality, 'cumulative');
  assert.equal(record.resource.release, '1.2.0');
  assert.deepEqual(record.attributes, { 'http.route': '/orders/:id' });
  assert.ok(record.value.type === 'histogram');
  const { histogram } = record.value;
  assert.equal(histogram.count, 4);
  assert.equal(histogram.max, 7);
  assert.deepEqual(histogram.data, { layout: 'explicit', bounds: [0.1, 1], counts: [1, 2, 1] });
}

describe('the exporters of the OpenTelemetry SDK', function () {
  this.timeout(20_000);
  const closers: (() => Promise<void> | void)[] = [];
  let sink: ListSink;
  let http: string;
  let grpc: string;

  beforeEach(async () => {
    sink = new ListSink();
    const { intake, tally } = intakeInto(sink);
    const grpcServer = createOtlpGrpcServer({ intake, tally, access });
    const signal = new AbortController().signal;
    const httpListener = await listenOnLoopback(
      { setting: 'http', port: 0 },
      () => createOtlpHttpServer({ intake, tally, access, identity: () => ({}) }),
      signal,
    );
    const grpcListener = await listenOnLoopback(
      { setting: 'grpc', port: 0 },
      () =>
        createServer((socket) => {
          grpcServer.accept(socket);
        }),
      signal,
    );
    assert.ok(httpListener.ok && grpcListener.ok);
    http = `http://localhost:${httpListener.value.port}`;
    grpc = `http://localhost:${grpcListener.value.port}`;
    closers.push(
      () => httpListener.value.close(),
      () => grpcListener.value.close(),
      () => {
        grpcServer.close();
      },
    );
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  for (const name of ['none', 'gzip'] as const) {
    // The values of an enum of which every exporter package has its own.
    const compression = name as never;
    it(`http/protobuf, ${name}`, async () => {
      await sendSpan(new ProtoTraceExporter({ url: `${http}/v1/traces`, compression }));
      checkSpan(sink.spanRecords[0]);
      await sendHistogram(new ProtoMetricExporter({ url: `${http}/v1/metrics`, compression }));
      checkHistogram(sink.metricRecords[0]);
    });

    it(`http/json, ${name}`, async () => {
      await sendSpan(new JsonTraceExporter({ url: `${http}/v1/traces`, compression }));
      checkSpan(sink.spanRecords[0]);
      await sendHistogram(new JsonMetricExporter({ url: `${http}/v1/metrics`, compression }));
      checkHistogram(sink.metricRecords[0]);
    });

    it(`grpc, ${name}`, async () => {
      await sendSpan(new GrpcTraceExporter({ url: grpc, compression }));
      checkSpan(sink.spanRecords[0]);
      await sendHistogram(new GrpcMetricExporter({ url: grpc, compression }));
      checkHistogram(sink.metricRecords[0]);
    });
  }

  it('send again what they were asked to keep', async function () {
    this.timeout(20_000);
    // Full for the first two requests, as a receiver that catches up.
    let asked = 0;
    sink.saturated = () => ++asked <= 2;
    await sendSpan(new ProtoTraceExporter({ url: `${http}/v1/traces` }));
    checkSpan(sink.spanRecords[0]);
    assert.ok(asked >= 3);
  });
});
