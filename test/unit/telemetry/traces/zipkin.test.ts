import assert from 'node:assert/strict';
import type { ServiceKey } from '../../../../src/domain/service.ts';
import { createZipkinSource } from '../../../../src/telemetry/zipkin/traceSource.ts';
import { decodeTrace, decodeTraces } from '../../../../src/telemetry/zipkin/wire.ts';
import type { Played } from './playback.ts';
import { contextOf, json, never, notThere, playback, recorded, recordedId } from './playback.ts';

const answers = (path: string): Played => {
  if (path === '/api/v2/services') return recorded('zipkin/services');
  if (path === '/api/v2/spans') return recorded('zipkin/spans');
  if (path === '/api/v2/traces') return recorded('zipkin/search');
  return recorded(path.endsWith(recordedId) ? 'zipkin/trace' : 'zipkin/trace-missing');
};

describe('Zipkin’s answers', () => {
  it('give a whole trace, names as the program wrote them where a tag proves it', async () => {
    const { exchange } = playback(answers);
    const answer = await createZipkinSource(contextOf(exchange)).trace(recordedId, never);
    assert.ok(answer.ok, JSON.stringify(answer));
    const [entry, call, inner] = answer.value.spans;
    assert.equal(entry?.service, 'acme/Front');
    assert.equal(entry.name, 'GET /orders/:id');
    assert.equal(entry.release, '1.4.2');
    assert.equal(entry.failed, true);
    assert.equal(entry.statusMessage, 'stock lookup failed');
    assert.deepEqual(entry.events[0]?.attributes, {
      'exception.type': 'StockError',
      'exception.message': 'no row',
    });
    assert.equal(entry.operation?.http?.route, '/orders/:id');
    assert.equal(entry.operation.folded, true);
    assert.equal(call?.name, 'GET');
    assert.equal(call.kind, 'client');
    assert.equal(inner?.parentSpanId, call.spanId);
    assert.equal(answer.value.durationNanos, 120_000_000);
  });

  it('find a service whose name Zipkin keeps in lower case', async () => {
    const { exchange, asked } = playback(answers);
    const answer = await createZipkinSource(contextOf(exchange)).search(
      { service: 'acme/Front' as ServiceKey, operations: [], kind: 'failed', limit: 5 },
      never,
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.deepEqual(
      answer.value.map((row) => [row.traceId, row.exceptionType, row.spanCount]),
      [[recordedId, 'StockError', 3]],
    );
    assert.ok(asked.some((path) => path.includes('serviceName=front')));
  });

  it('say of a missing trace that it is missing, and of another program that it is one', async () => {
    const { exchange } = playback(answers);
    const missing = await createZipkinSource(contextOf(exchange)).trace('9'.repeat(32), never);
    assert.ok(!missing.ok);
    assert.match(missing.failure.message, /has no trace/);
    const other = playback(() => notThere);
    const nothing = await createZipkinSource(contextOf(other.exchange)).trace(recordedId, never);
    assert.ok(!nothing.ok);
    assert.match(nothing.failure.message, /no such interface/);
  });

  it('with short ids, a shared span and no times are read', () => {
    const spans = decodeTrace([
      { traceId: 'abc', id: '1', timestamp: 1_000_000, duration: 5, localEndpoint: null },
      { traceId: 'abc', id: '1', timestamp: 1_000_001, shared: true, kind: 'SERVER' },
      { traceId: 'abc', id: '2', parentId: '0000000000000000' },
      { traceId: 'abc', id: '3', timestamp: 1_000_002, tags: { error: '' }, name: null },
    ]);
    assert.ok(spans.ok);
    assert.deepEqual(
      spans.value.spans.map(({ traceId, spanId, kind, status }) => [traceId, spanId, kind, status]),
      [
        ['abc'.padStart(32, '0'), '1'.padStart(16, '0'), 'internal', 'unset'],
        ['abc'.padStart(32, '0'), '1'.padStart(16, '0'), 'server', 'unset'],
        ['abc'.padStart(32, '0'), '3'.padStart(16, '0'), 'internal', 'error'],
      ],
    );
    assert.equal(spans.value.unreadable, 1);
  });

  it('that are no Zipkin’s are refused, odd spans left out', () => {
    for (const body of [null, 7, {}, [[7]], [{ a: 1 }], ['x']]) {
      const answer = decodeTraces(body);
      assert.ok(!answer.ok, JSON.stringify(body));
      assert.match(answer.failure.remedy ?? '', /Zipkin/);
    }
    assert.deepEqual(decodeTraces([]), { ok: true, value: { spans: [], unreadable: 0 } });
    const mixed = decodeTraces([
      [
        { traceId: 'abc', id: '1', timestamp: 5, tags: { __proto__: 'x', n: 7, password: 'p' } },
        { traceId: 'zz', id: '1', timestamp: 5 },
        { traceId: 'abc', id: '0', timestamp: 5 },
        { traceId: 'abc', id: '2', timestamp: -5 },
      ],
    ]);
    assert.ok(mixed.ok);
    assert.deepEqual(
      mixed.value.spans.map(({ attributes }) => attributes),
      [{}],
    );
    assert.equal(mixed.value.unreadable, 3);
  });

  for (const [how, text] of [
    ['the specification’s', '"boom":{"exception.type":"E"}'],
    ['Python’s', '{"boom":{"exception.type":"E"}}'],
    ['Go’s', 'boom: {"exception.type":"E"}'],
    ['the collector’s', 'boom|{"exception.type":"E"}|0'],
  ] as const)
    it(`reads an event in ${how} writing`, () => {
      const spans = decodeTrace([
        { traceId: 'abc', id: '1', timestamp: 5, annotations: [{ timestamp: 6, value: text }] },
      ]);
      assert.ok(spans.ok);
      const [event] = spans.value.spans[0]?.events ?? [];
      assert.equal(event?.name, 'boom');
      assert.deepEqual(event.attributes, { 'exception.type': 'E' });
    });

  it('of a select that its spans can’t answer aren’t passed off as the environment’s', async () => {
    const { exchange } = playback(answers);
    const source = createZipkinSource(
      contextOf(exchange, { select: { 'k8s.namespace.name': 'shop' } }),
    );
    const answer = await source.search(
      { service: 'acme/Front' as ServiceKey, operations: [], kind: 'recent', limit: 5 },
      never,
    );
    assert.ok(!answer.ok);
    assert.match(answer.failure.message, /k8s\.namespace\.name/);
    const empty = playback((path) => (path === '/api/v2/traces' ? json([]) : answers(path)));
    const none = await createZipkinSource(contextOf(empty.exchange)).search(
      { service: 'acme/Front' as ServiceKey, operations: [], kind: 'recent', limit: 5 },
      never,
    );
    assert.deepEqual(none, { ok: true, value: [] });
  });
});
