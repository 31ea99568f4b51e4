import assert from 'node:assert/strict';
import type { ServiceKey } from '../../../../src/domain/service.ts';
import type { Trace } from '../../../../src/domain/trace.ts';
import { createJaegerSource } from '../../../../src/telemetry/jaeger/traceSource.ts';
import type { Played } from './playback.ts';
import { contextOf, json, never, notThere, playback, recorded, recordedId } from './playback.ts';

const front = 'acme/Front' as ServiceKey;

/** Both interfaces, as the recorded server has them. */
const both = (path: string, query: URLSearchParams): Played => {
  if (path.startsWith('/api/v3/')) {
    if (path === '/api/v3/services') return recorded('jaeger/v3-services');
    if (path === '/api/v3/operations') return recorded('jaeger/v3-operations');
    if (path === '/api/v3/traces')
      return query.get('query.operation_name') === 'none'
        ? recorded('jaeger/v3-search-empty')
        : recorded('jaeger/v3-search');
    return recorded(path.endsWith(recordedId) ? 'jaeger/v3-trace' : 'jaeger/v3-trace-missing');
  }
  if (path === '/api/services') return recorded('jaeger/v1-services');
  if (path === '/api/operations') return recorded('jaeger/v1-operations');
  if (path === '/api/traces') return recorded('jaeger/v1-search');
  return recorded(path.endsWith(recordedId) ? 'jaeger/v1-trace' : 'jaeger/v1-trace-missing');
};
const onlyV1 = (path: string, query: URLSearchParams): Played =>
  path.startsWith('/api/v3/') ? notThere : both(path, query);

async function traceOf(answers: typeof both): Promise<Trace> {
  const { exchange } = playback(answers);
  const answer = await createJaegerSource(contextOf(exchange)).trace(recordedId, never);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
}

describe('Jaeger’s answers', () => {
  it('give the same trace over v3 and over v1, as far as v1’s microseconds go', async () => {
    const [v3, v1] = [await traceOf(both), await traceOf(onlyV1)];
    const shape = ({ spans }: Trace): unknown =>
      spans.map(({ operation, attributes, events, ...span }) => ({
        ...span,
        offsetNanos: Math.floor(span.offsetNanos / 1000),
        resource: Object.entries(span.resource ?? {}).toSorted(),
        attributes: Object.entries(attributes).toSorted(),
        events: events.map((event) => [event.name, event.attributes]),
        operation: operation?.id,
      }));
    assert.deepEqual(shape(v1), shape(v3));
    assert.match(v3.startUnixNanos, /123$/);
    assert.equal(v3.spans[0]?.durationNanos, 120_000_000);
  });

  it('keep services, releases, kinds, status, events and links', async () => {
    const [entry, call, inner] = (await traceOf(both)).spans;
    assert.equal(entry?.service, 'acme/Front');
    assert.equal(entry.release, '1.4.2');
    assert.equal(entry.kind, 'server');
    assert.equal(entry.scope, '@opentelemetry/instrumentation-http');
    assert.equal(entry.failed, true);
    assert.equal(entry.statusMessage, 'stock lookup failed');
    assert.equal(entry.attributes['http.response.status_code'], 500);
    assert.deepEqual(entry.events[0]?.attributes, {
      'exception.type': 'StockError',
      'exception.message': 'no row',
    });
    assert.deepEqual(entry.links, [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16) }]);
    assert.equal(entry.operation?.http?.route, '/orders/:id');
    assert.equal(call?.kind, 'client');
    assert.equal(call.parentSpanId, entry.spanId);
    assert.equal(inner?.service, 'acme/stock');
    assert.equal(inner.parentSpanId, call.spanId);
  });

  it('tell a missing trace from a missing interface', async () => {
    for (const answers of [both, onlyV1]) {
      const { exchange } = playback(answers);
      const missing = await createJaegerSource(contextOf(exchange)).trace('9'.repeat(32), never);
      assert.ok(!missing.ok);
      assert.equal(missing.failure.reason, 'notFound');
      assert.match(missing.failure.message, /has no trace/);
    }
    const { exchange } = playback(() => notThere);
    const nothing = await createJaegerSource(contextOf(exchange)).trace(recordedId, never);
    assert.ok(!nothing.ok);
    assert.match(nothing.failure.remedy ?? '', /16686/);
  });

  it('of no fitting trace are an empty list, also as a 404', async () => {
    const { exchange, asked } = playback((path, query) =>
      path === '/api/v3/traces' ? recorded('jaeger/v3-search-empty') : both(path, query),
    );
    const answer = await createJaegerSource(contextOf(exchange)).search(
      { service: front, operations: [], kind: 'recent', limit: 5 },
      never,
    );
    assert.deepEqual(answer, { ok: true, value: [] });
    assert.ok(asked.length <= 9, `${asked.length} requests`);
  });

  it('that are no Jaeger’s are refused with a remedy', async () => {
    for (const body of [[], {}, { services: 7 }, { data: 'x' }, null, '<html></html>']) {
      const { exchange } = playback(() => json(body));
      const answer = await createJaegerSource(contextOf(exchange)).search(
        { service: front, operations: [], kind: 'recent', limit: 5 },
        never,
      );
      // `{}` is how v3 says that it has no services.
      assert.ok(!answer.ok);
      assert.ok(answer.failure.remedy !== undefined);
    }
  });

  it('with odd spans give what can be read', async () => {
    const good = recorded('jaeger/v1-trace').body as {
      data: { spans: unknown[]; processes: unknown }[];
    };
    const odd = [
      null,
      7,
      { traceID: recordedId },
      { traceID: 'x', spanID: '1', startTime: 1, processID: 'p1' },
      { traceID: recordedId, spanID: '1', startTime: -1, processID: 'p1' },
      { traceID: recordedId, spanID: '1', startTime: Number.MAX_VALUE, processID: 'p1' },
      { traceID: recordedId, spanID: '1', startTime: 1, processID: 'nobody' },
      { traceID: recordedId, spanID: '1', startTime: 1, processID: '__proto__' },
      {
        traceID: recordedId,
        spanID: 'abc',
        startTime: 1_795_687_448_000_000,
        processID: 'p1',
        tags: [
          { key: '__proto__', value: { polluted: true } },
          { key: 'deep', value: [[[]]] },
        ],
        references: [{ refType: 'CHILD_OF', traceID: recordedId, spanID: 'abc' }],
      },
    ];
    const body = { data: [{ ...good.data[0], spans: [...odd, ...(good.data[0]?.spans ?? [])] }] };
    const trace = await traceOf((path, query) =>
      path === `/api/traces/${recordedId}` ? json(body) : onlyV1(path, query),
    );
    assert.equal(trace.spans.length, 4);
    assert.equal(trace.unreadableSpans, 8);
    assert.equal((await traceOf(both)).unreadableSpans, undefined);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('never carry a trace id that is none into an address', async () => {
    const { exchange, asked } = playback(both);
    const answer = await createJaegerSource(contextOf(exchange)).trace('../../admin', never);
    assert.ok(!answer.ok);
    assert.deepEqual(asked, []);
  });
});
