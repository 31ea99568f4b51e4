import assert from 'node:assert/strict';
import type { ServiceError } from '@grpc/grpc-js';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { createServer } from 'node:net';
import { createOtlpGrpcServer } from '../../../../src/telemetry/local/grpc/server.ts';
import type { LoopbackListener } from '../../../../src/telemetry/local/receiverPorts.ts';
import { listenOnLoopback } from '../../../../src/telemetry/local/receiverPorts.ts';
import { fromProtobuf, protobuf, spanJson, text, traces } from '../otlp/requests.ts';
import { access, intakeInto, ListSink } from '../receiver/sink.ts';

const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const asIs = (bytes: Buffer): Buffer => bytes;

describe('OTLP/gRPC server', function () {
  this.timeout(20_000);
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function start(messageBytes?: number) {
    const sink = new ListSink();
    const { intake, tally } = intakeInto(sink);
    const grpc = createOtlpGrpcServer({
      intake,
      tally,
      access,
      ...(messageBytes === undefined ? {} : { messageBytes }),
    });
    const listening = await listenOnLoopback(
      { setting: 'test', port: 0 },
      () =>
        createServer((socket) => {
          grpc.accept(socket);
        }),
      new AbortController().signal,
    );
    assert.ok(listening.ok);
    const listener: LoopbackListener = listening.value;
    closers.push(
      () => listener.close(),
      () => {
        grpc.close();
      },
    );
    const send = (body: Buffer, options: Record<string, string | number> = {}): Promise<Buffer> => {
      const client = new Client(`127.0.0.1:${listener.port}`, credentials.createInsecure(), {
        'grpc.enable_retries': 0,
        ...options,
      });
      closers.push(() => {
        client.close();
      });
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, asIs, asIs, body, new Metadata(), (error, answer) => {
          if (error === null) resolve(answer ?? Buffer.alloc(0));
          else reject(error);
        });
      });
    };
    const refusal = (answer: Promise<Buffer>): Promise<ServiceError> =>
      answer.then(
        () => assert.fail('was taken'),
        (error: unknown) => error as ServiceError,
      );
    return { sink, tally, send, refusal };
  }

  const body = protobuf('TracesRequest', traces(spanJson()));

  it('takes spans, also gzipped', async () => {
    const { sink, send } = await start();
    assert.equal((await send(body)).length, 0);
    await send(body, { 'grpc.default_compression_algorithm': 2 });
    assert.equal(sink.spanRecords.length, 2);
    assert.equal(sink.spanRecords[0]?.name, 'GET /orders/:id');
  });

  it('says what it rejected', async () => {
    const { send } = await start();
    const answer = await send(protobuf('TracesRequest', traces(spanJson({ spanId: 'ab' }))));
    assert.deepEqual(fromProtobuf('Response', answer), {
      partialSuccess: { rejected: 1, errorMessage: '1 × span_id must be 8 bytes' },
    });
  });

  it('refuses what is malformed or too large, also after inflation', async () => {
    const { send, refusal, sink } = await start(100_000);
    const malformed = await refusal(send(body.subarray(0, 60)));
    assert.equal(malformed.code, status.INVALID_ARGUMENT);
    const large = protobuf(
      'TracesRequest',
      traces(spanJson({ attributes: [text('a', 'x'.repeat(200_000))] })),
    );
    assert.equal((await refusal(send(large))).code, status.RESOURCE_EXHAUSTED);
    const inflated = await refusal(send(large, { 'grpc.default_compression_algorithm': 2 }));
    assert.equal(inflated.code, status.RESOURCE_EXHAUSTED);
    assert.equal(sink.spanRecords.length, 0);
  });

  it('asks senders to wait while it is saturated, with a RetryInfo', async () => {
    const { send, refusal, sink } = await start();
    sink.full = true;
    const error = await refusal(send(body));
    assert.equal(error.code, status.UNAVAILABLE);
    const [details] = error.metadata.get('grpc-status-details-bin');
    assert.ok(Buffer.isBuffer(details));
    const decoded = fromProtobuf('RpcStatus', details) as {
      code: number;
      details: { typeUrl: string; value: Buffer }[];
    };
    assert.equal(decoded.code, status.UNAVAILABLE);
    assert.match(decoded.details[0]?.typeUrl ?? '', /google\.rpc\.RetryInfo$/);
    assert.deepEqual(fromProtobuf('RetryInfo', decoded.details[0]?.value ?? Buffer.alloc(0)), {
      retryDelay: { seconds: 1 },
    });
  });

  it('answers only to names it knows', async () => {
    const { send, refusal } = await start();
    await send(body, { 'grpc.default_authority': 'localhost:4317' });
    const error = await refusal(send(body, { 'grpc.default_authority': 'evil.example' }));
    assert.equal(error.code, status.PERMISSION_DENIED);
  });
});
