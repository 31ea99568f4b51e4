import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createGzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { OtlpHttpOptions } from '../../../../src/telemetry/local/http/server.ts';
import { createOtlpHttpServer } from '../../../../src/telemetry/local/http/server.ts';
import { hostName } from '../../../../src/telemetry/local/http/access.ts';
import { fromProtobuf, json, metrics, protobuf, spanJson, text, traces } from '../otlp/requests.ts';
import { access, intakeInto, ListSink } from '../receiver/sink.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe('OTLP/HTTP server', function () {
  this.timeout(20_000);
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function start(over: Partial<OtlpHttpOptions> = {}) {
    const sink = new ListSink();
    const { intake, tally } = intakeInto(sink);
    const identity = () => ({ product: 'prodlens', holder: 'test' });
    const server = createOtlpHttpServer({ intake, tally, access, identity, ...over });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const send = (
      path: string,
      body: Buffer,
      headers: Record<string, string> = {},
      method = 'POST',
    ): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const outgoing = request({ port, host: '127.0.0.1', path, method, headers }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () => {
            const { statusCode, headers: answered } = incoming;
            resolve({ status: statusCode ?? 0, headers: answered, body: Buffer.concat(chunks) });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    return { sink, tally, port, send };
  }

  const asJson = { 'content-type': 'application/json; charset=utf-8' };
  const asProtobuf = { 'content-type': 'application/x-protobuf' };
  const oneSpan = protobuf('TracesRequest', traces(spanJson()));

  it('takes all three signals in both encodings and answers in the same one', async () => {
    const { sink, send } = await start();
    const binary = await send('/v1/traces', oneSpan, asProtobuf);
    assert.equal(binary.status, 200);
    assert.equal(binary.headers['content-type'], 'application/x-protobuf');
    assert.equal(binary.body.length, 0);
    const inJson = await send('/v1/traces', json(traces(spanJson())), asJson);
    assert.equal(inJson.headers['content-type'], 'application/json');
    assert.equal(inJson.body.toString(), '{}');
    assert.equal(sink.spanRecords.length, 2);
    const gauge = { name: 'g', gauge: { dataPoints: [{ timeUnixNano: '1', asDouble: 1 }] } };
    const sent = protobuf('MetricsRequest', metrics(gauge));
    assert.equal((await send('/v1/metrics', sent, asProtobuf)).status, 200);
    assert.equal(sink.metricRecords.length, 1);
    assert.equal((await send('/v1/logs', json({ resourceLogs: [] }), asJson)).status, 200);
  });

  it('inflates gzip and both meanings of deflate', async () => {
    const { sink, send } = await start();
    for (const [encoding, body] of [
      ['gzip', gzipSync(oneSpan)],
      ['deflate', deflateSync(oneSpan)],
      ['deflate', deflateRawSync(oneSpan)],
    ] as const) {
      const headers = { ...asProtobuf, 'content-encoding': encoding };
      assert.equal((await send('/v1/traces', body, headers)).status, 200);
    }
    assert.equal(sink.spanRecords.length, 3);
    const bad = await send('/v1/traces', Buffer.from('no gzip'), {
      ...asProtobuf,
      'content-encoding': 'gzip',
    });
    assert.equal(bad.status, 400);
    const foreign = await send('/v1/traces', oneSpan, { ...asProtobuf, 'content-encoding': 'br' });
    assert.equal(foreign.status, 415);
  });

  it('says what it rejected of a request, in the encoding of the request', async () => {
    const { send, sink } = await start();
    const request = traces(spanJson(), spanJson({ traceId: 'ab' }));
    const inJson = await send('/v1/traces', json(request), asJson);
    assert.equal(inJson.status, 200);
    assert.deepEqual(JSON.parse(inJson.body.toString()), {
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: '1 × trace_id must be 16 bytes',
      },
    });
    sink.refuse = { rejected: 1, message: 'full' };
    const binary = await send('/v1/traces', protobuf('TracesRequest', request), asProtobuf);
    assert.deepEqual(fromProtobuf('Response', binary.body), {
      partialSuccess: { rejected: 2, errorMessage: '1 × trace_id must be 16 bytes; full' },
    });
  });

  it('refuses what is malformed with 400 and a Status in the encoding of the request', async () => {
    const { send, tally } = await start();
    const inJson = await send('/v1/traces', Buffer.from('{"resourceSpans":'), asJson);
    assert.equal(inJson.status, 400);
    const status = JSON.parse(inJson.body.toString()) as { code: number; message: string };
    assert.equal(status.code, 3);
    assert.match(status.message, /not valid JSON/);
    const binary = await send('/v1/traces', oneSpan.subarray(0, 60), asProtobuf);
    assert.equal(binary.status, 400);
    assert.equal(binary.headers['content-type'], 'application/x-protobuf');
    assert.equal(fromProtobuf('RpcStatus', binary.body)['code'], 3);
    assert.equal(tally.get('requests.malformed'), 2);
    // Nothing at all is a message without fields in protobuf, and no message in JSON.
    assert.equal((await send('/v1/traces', Buffer.alloc(0), asProtobuf)).status, 200);
    assert.equal((await send('/v1/traces', Buffer.alloc(0), asJson)).status, 400);
  });

  it('answers 405 with Allow, 404 and 415', async () => {
    const { send } = await start();
    const wrongMethod = await send('/v1/traces', Buffer.alloc(0), {}, 'GET');
    assert.equal(wrongMethod.status, 405);
    assert.equal(wrongMethod.headers.allow, 'POST');
    assert.equal((await send('/v2/traces', oneSpan, asProtobuf)).status, 404);
    assert.equal((await send('/__proto__', oneSpan, asProtobuf)).status, 404);
    assert.equal((await send('/v1/traces', oneSpan, { 'content-type': 'text/xml' })).status, 415);
    assert.equal((await send('/v1/traces', oneSpan)).status, 415);
  });

  it('says who it is', async () => {
    const { send } = await start();
    const answer = await send('/', Buffer.alloc(0), {}, 'GET');
    assert.deepEqual(JSON.parse(answer.body.toString()), { product: 'prodlens', holder: 'test' });
  });

  it('asks senders to wait while it is saturated', async () => {
    const { send, sink, tally } = await start();
    sink.full = true;
    const answer = await send('/v1/traces', oneSpan, asProtobuf);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '1');
    assert.equal(fromProtobuf('RpcStatus', answer.body)['code'], 14);
    assert.equal(sink.spanRecords.length, 0);
    assert.equal(tally.get('requests.turnedAway'), 1);
  });

  it('answers a gzip bomb of 200 MiB with 413, in bounded memory', async function () {
    this.timeout(60_000);
    const gzip = createGzip({ level: 9 });
    const chunks: Buffer[] = [];
    gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
    const zeros = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 200; i++) if (!gzip.write(zeros)) await once(gzip, 'drain');
    gzip.end();
    await once(gzip, 'end');
    const { send } = await start();
    const bomb = Buffer.concat(chunks);
    assert.ok(bomb.length < 1024 * 1024);
    let highest = 0;
    const before = process.memoryUsage().arrayBuffers;
    const probe = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().arrayBuffers);
    }, 1);
    const headers = { ...asProtobuf, 'content-encoding': 'gzip' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => send('/v1/traces', bomb, headers)));
    clearInterval(probe);
    for (const answer of answers) assert.equal(answer.status, 413);
    assert.ok(highest - before < 150 * 1024 * 1024, `${highest - before} bytes more`);
  });

  it('answers 413 to a body over the limit, also to a sender that goes on sending', async () => {
    const limits = { bodyBytes: 1_000, inflatedBytes: 5_000, bytesInFlight: 100_000 };
    const { send, sink } = await start({ limits });
    assert.equal((await send('/v1/traces', Buffer.alloc(5_000), asProtobuf)).status, 413);
    const big = json(traces(spanJson({ attributes: [text('a', 'x'.repeat(6_000))] })));
    const headers = { ...asJson, 'content-encoding': 'gzip' };
    assert.equal((await send('/v1/traces', gzipSync(big), headers)).status, 413);
    assert.equal(sink.spanRecords.length, 0);
    assert.equal((await send('/v1/traces', oneSpan, asProtobuf)).status, 200);
  });

  it('asks to wait when all bodies together are over the limit, and forgets those that left', async () => {
    const limits = { bodyBytes: 1_000, inflatedBytes: 5_000, bytesInFlight: 500 };
    const { send } = await start({ limits });
    assert.equal((await send('/v1/traces', Buffer.alloc(800), asProtobuf)).status, 503);
    for (let i = 0; i < 10; i++)
      assert.equal((await send('/v1/traces', oneSpan, asProtobuf)).status, 200);
  });

  it('takes an attribute of 1 MiB, cut', async () => {
    const { send, sink } = await start();
    const request = traces(spanJson({ attributes: [text('big', 'x'.repeat(1024 * 1024))] }));
    assert.equal((await send('/v1/traces', json(request), asJson)).status, 200);
    assert.equal((sink.spanRecords[0]?.attributes['big'] as string).length, 4_096);
  });

  it('answers only to names it knows, whatever the port', async () => {
    const { send } = await start();
    const to = async (host: string) =>
      (await send('/v1/traces', oneSpan, { ...asProtobuf, host })).status;
    assert.equal(await to('LOCALHOST:1234'), 200);
    assert.equal(await to('[::1]:4318'), 200);
    assert.equal(await to('host.docker.internal'), 200);
    assert.equal(await to('evil.example'), 403);
    assert.equal(await to('localhost.evil.example:4318'), 403);
    assert.equal(await to('localhost@evil.example'), 403);
    assert.equal(await to('127.0.0.1:80:90'), 403);
    assert.equal(hostName('[::1'), '');
  });

  it('lets listed web origins send, after a preflight, and no others', async () => {
    const { send, sink } = await start();
    const origin = 'https://app.example';
    const preflight = await send(
      '/v1/traces',
      Buffer.alloc(0),
      {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-extra',
        'access-control-request-private-network': 'true',
      },
      'OPTIONS',
    );
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], origin);
    assert.equal(preflight.headers['access-control-allow-headers'], 'content-type,x-extra');
    assert.equal(preflight.headers['access-control-allow-methods'], 'POST');
    assert.equal(preflight.headers['access-control-allow-private-network'], 'true');
    const sent = await send('/v1/traces', oneSpan, { ...asProtobuf, origin });
    assert.equal(sent.status, 200);
    assert.equal(sent.headers['access-control-allow-origin'], origin);
    for (const other of ['https://evil.example', 'null', 'http://localhost:3000']) {
      const refused = await send('/v1/traces', oneSpan, { ...asProtobuf, origin: other });
      assert.equal(refused.status, 403);
      assert.equal(refused.headers['access-control-allow-origin'], undefined);
    }
    assert.equal(sink.spanRecords.length, 1);
  });

  it('ends connections whose headers never come to an end', async () => {
    const { port } = await start({ headersTimeout: 50 });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nX: ');
    socket.resume();
    await once(socket, 'close');
  });

  it('ends connections whose body never comes to an end', async () => {
    const { port } = await start({ headersTimeout: 50, requestTimeout: 100 });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n');
    socket.write('Content-Type: application/json\r\n\r\n{');
    socket.resume();
    await once(socket, 'close');
  });

  it('counts a failure behind it and answers 500', async () => {
    const { send, sink, tally } = await start();
    sink.spans = () => {
      throw new Error('bug');
    };
    assert.equal((await send('/v1/traces', oneSpan, asProtobuf)).status, 500);
    assert.equal(tally.get('http.failed'), 1);
  });
});
