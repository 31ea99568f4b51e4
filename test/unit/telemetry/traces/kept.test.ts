import assert from 'node:assert/strict';
import type { Operation, OperationId } from '../../../../src/domain/operation.ts';
import { fail, ok } from '../../../../src/domain/result.ts';
import type { ServiceKey } from '../../../../src/domain/service.ts';
import type { TraceSource } from '../../../../src/telemetry/ports.ts';
import { createJaegerSource } from '../../../../src/telemetry/jaeger/traceSource.ts';
import type { TraceBackendContext } from '../../../../src/telemetry/traces/context.ts';
import { Kept } from '../../../../src/telemetry/traces/kept.ts';
import { createZipkinSource } from '../../../../src/telemetry/zipkin/traceSource.ts';
import type { Played } from './playback.ts';
import { contextOf, json, never, notThere, playback, recorded, recordedId } from './playback.ts';

const front = 'acme/Front' as ServiceKey;
const orders: Operation = {
  id: 'orders' as OperationId,
  service: front,
  source: 'metric',
  kind: 'server',
  name: 'http.server.request.duration',
  scope: '',
  http: { method: 'GET', route: '/orders/:id' },
};

const zipkin = (path: string): Played => {
  if (path === '/api/v2/services') return recorded('zipkin/services');
  if (path === '/api/v2/spans') return recorded('zipkin/spans');
  if (path === '/api/v2/traces') return recorded('zipkin/search');
  return recorded(path.endsWith(recordedId) ? 'zipkin/trace' : 'zipkin/trace-missing');
};
const jaeger = (path: string): Played => {
  if (path === '/api/v3/services') return recorded('jaeger/v3-services');
  if (path === '/api/v3/operations') return recorded('jaeger/v3-operations');
  if (path === '/api/v3/traces') return recorded('jaeger/v3-search');
  return recorded(path.endsWith(recordedId) ? 'jaeger/v3-trace' : 'jaeger/v3-trace-missing');
};
const isList = (path: string): boolean => /\/(services|operations|spans)(\?|$)/.test(path);

const backends: Readonly<
  Record<string, readonly [(context: TraceBackendContext) => TraceSource, (path: string) => Played]>
> = { jaeger: [createJaegerSource, jaeger], zipkin: [createZipkinSource, zipkin] };

describe('lists of a backend of traces', () => {
  for (const [name, [create, answers]] of Object.entries(backends)) {
    const opened = (answering = answers) => {
      let now = Date.UTC(2026, 10, 26, 10, 0, 0);
      const { exchange, asked } = playback((path) => answering(path));
      const source = create(contextOf(exchange, { now: () => now, operation: () => orders }));
      const search = async (service = front): Promise<boolean> => {
        const answer = await source.search(
          { service, operations: [orders.id], kind: 'recent', limit: 1 },
          never,
        );
        return answer.ok;
      };
      return {
        source,
        search,
        lists: () => asked.filter(isList).length,
        pass: (milliseconds: number) => void (now += milliseconds),
      };
    };

    it(`are asked for once in a minute by ${name}, however many searches there are`, async () => {
      const { source, search, lists, pass } = opened();
      for (let again = 0; again < 3; again += 1) assert.ok(await search());
      assert.equal(lists(), 2);
      assert.ok((await source.trace(recordedId, never)).ok);
      assert.equal(lists(), 2);
      pass(60_000);
      assert.ok(await search());
      assert.equal(lists(), 4);
    });

    it(`are asked for anew by ${name} for a service that isn’t in them, and after a failure`, async () => {
      let failing = false;
      const { search, lists } = opened((path) =>
        failing && path.endsWith('/traces') ? notThere : answers(path),
      );
      assert.ok(await search());
      assert.ok(!(await search('other' as ServiceKey)));
      assert.equal(lists(), 3);
      failing = true;
      assert.ok(!(await search()));
      assert.equal(lists(), 3);
      failing = false;
      assert.ok(await search());
      assert.equal(lists(), 5);
    });
  }

  it('are bounded, and failures aren’t kept', async () => {
    let asked = 0;
    const kept = new Kept<number>(() => 0);
    const get = (key: string, good = true) =>
      kept.get(
        key,
        () => true,
        () => {
          asked += 1;
          return Promise.resolve(good ? ok(asked) : fail('unreachable', 'gone', 'wait'));
        },
      );
    await get('bad', false);
    await get('bad', false);
    assert.equal(asked, 2);
    for (let i = 0; i < 150; i += 1) await get(String(i));
    await get('149');
    assert.equal(asked, 152);
    await get('0');
    assert.equal(asked, 153);
  });

  it('that name nothing are no reason to believe it for a minute', async () => {
    let services: readonly string[] = [];
    const { exchange } = playback((path) =>
      path === '/api/v2/services' ? json(services) : zipkin(path),
    );
    const source = createZipkinSource(contextOf(exchange));
    const search = () =>
      source.search({ service: front, operations: [], kind: 'recent', limit: 1 }, never);
    assert.ok(!(await search()).ok);
    services = ['front'];
    assert.ok((await search()).ok);
  });
});
