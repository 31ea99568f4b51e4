import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../src/domain/operation.ts';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { serviceKey, type ServiceKey } from '../../src/domain/service.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics, BackendPorts, BackendTraces } from '../../src/telemetry/backend.ts';
import { traceBackends } from '../../src/telemetry/registry.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { sampleTraffic } from './sampleTraffic.ts';

export interface SampledBackendUnderTest {
  readonly name: string;
  /** In the registry. */
  readonly kind: string;
  readonly url: () => string;
  readonly send: (traces: readonly SampleTrace[]) => Promise<void>;
  readonly prepare?: () => Promise<void>;
  readonly end?: () => Promise<void>;
}

const never = new AbortController().signal;
const hour = 3_600_000;
const select = { 'deployment.environment.name': 'production' };

/** Numbers of a backend of traces alone, against what was sent. */
export function describeSampledNumbers(backend: SampledBackendUnderTest): void {
  describe(`${backend.name} as a source of sampled numbers`, function () {
    this.timeout(180_000);
    const quiet = `Quiet-${randomBytes(4).toString('hex')}`;
    const busy = `Busy-${randomBytes(4).toString('hex')}`;
    const traffic = new Map<string, readonly SampleTrace[]>();
    let offset = 0;
    let source: BackendMetrics;
    let traces: BackendTraces;

    before(async () => {
      await backend.prepare?.();
      const now = Date.now();
      traffic.set(quiet, sampleTraffic(quiet, 70, now));
      traffic.set(busy, spread(sampleTraffic(busy, 2400, now), now - 55 * 60_000, now - 60_000));
      for (const all of traffic.values())
        for (let i = 0; i < all.length; i += 100) await backend.send(all.slice(i, i + 100));
      const ports: BackendPorts = {
        now: () => Date.now() + offset,
        after: () => ({ dispose: () => undefined }),
        operation: (id) => source.operations().find((one) => one.id === id),
        refreshEvery: () => milliseconds(60_000),
        focused: () => true,
        compare: () => assert.fail('a sample is not compared'),
      };
      const created = traceBackends[backend.kind]?.(
        {
          kind: backend.kind,
          url: backend.url(),
          select,
          environment: 'test',
          headers: () => Promise.resolve({ ok: true, value: {} }),
        },
        ports,
      );
      assert.ok(created?.numbers !== undefined);
      traces = created;
      source = created.numbers();
      // Backends index in their own time, and services are looked at some at a time.
      const until = Date.now() + 60_000;
      while (Date.now() < until) {
        const seen = await source.services(never);
        assert.ok(seen.ok, JSON.stringify(seen));
        const names = seen.value.map(({ service }) => service.toLowerCase());
        if ([quiet, busy].every((name) => names.includes(`acme/${name.toLowerCase()}`))) return;
        await delay(500);
        source.retry();
      }
      assert.fail('the services that were sent are not found');
    });
    after(async () => {
      source.dispose();
      await backend.end?.();
    });

    const operationsOf = (service: ServiceKey, route: string): readonly Operation[] =>
      source
        .operations()
        .filter((o) => o.service === service && o.kind === 'server' && o.http?.route === route);
    async function numbersOf(name: string, route: string): Promise<FunctionNumbers> {
      const service = serviceKey(name, 'acme');
      const group = {
        key: route,
        service,
        operations: operationsOf(service, route).map(({ id }) => id),
      };
      const answer = await source.numbers(
        { groups: [group], window: milliseconds(hour), seriesPoints: 30 },
        never,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      const [numbers] = answer.value;
      assert.ok(numbers !== undefined);
      return numbers;
    }
    const sent = (name: string, route: string): readonly SampleTrace[] =>
      (traffic.get(name) ?? []).filter(
        (trace) => trace.route === route && trace.environment === 'production',
      );

    it('counts each call exactly where its answers hold all traces, in both releases', async () => {
      for (const route of ['/orders/:id', '/carts'])
        for (let again = 0; again < 2; again += 1) {
          const { total, releases, sample } = await numbersOf(quiet, route);
          const expected = sent(quiet, route);
          assert.deepEqual(
            [total?.basis, total?.count, total?.errors],
            ['sample', expected.length, expected.filter(({ failed }) => failed).length],
          );
          for (const version of ['1.4.2', '2.0.0'])
            assert.equal(
              releases.find((release) => release.version === version)?.stats.count ?? 0,
              expected.filter((trace) => trace.version === version).length,
              `${route} ${version}`,
            );
          assert.equal(
            sample?.traces,
            (traffic.get(quiet) ?? []).filter((t) => t.environment === 'production').length,
          );
          // Another minute's question holds the same traces again.
          offset += 60_000;
        }
    });

    it('samples a busy service within its budget, and its bounds hold the true percentiles', async () => {
      const before = requestsOf(traces);
      await numbersOf(busy, '/orders/:id');
      assert.ok(requestsOf(traces) - before <= 20, `${requestsOf(traces) - before} requests`);
      const { total, releases, sample } = await numbersOf(busy, '/orders/:id');
      const expected = sent(busy, '/orders/:id');
      assert.ok(total?.count !== undefined && sample !== undefined);
      assert.equal(total.basis, 'sample');
      assert.ok(total.count > 100 && total.count < expected.length, `${total.count}`);
      assert.ok(sample.covered < 0.9 * hour, `covers ${sample.covered}`);
      assert.deepEqual(releases.map(({ version }) => version).sort(), ['1.4.2', '2.0.0']);
      assert.deepEqual([total.perSecond, total.errorRatio], [undefined, undefined]);
      const sorted = expected.map((t) => t.milliseconds).sort((a, b) => a - b);
      for (const [q, told] of [
        [0.5, total.p50Ms],
        [0.95, total.p95Ms],
      ] as const) {
        const real = sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
        assert.ok(
          told !== undefined && told.low <= real && real <= told.high,
          `${q}: ${real} in ${JSON.stringify(told)}`,
        );
      }
    });

    it('sends two questions at most when a minute has passed, and none before', async () => {
      await numbersOf(busy, '/orders/:id');
      const before = requestsOf(traces);
      for (let i = 0; i < 5; i += 1) await numbersOf(busy, '/orders/:id');
      assert.equal(requestsOf(traces), before);
      offset += 60_000;
      for (let i = 0; i < 5; i += 1) await numbersOf(busy, '/orders/:id');
      const spent = requestsOf(traces) - before;
      assert.ok(spent >= 1 && spent <= 4, `${spent} requests`);
    });

    it('has the traces of the operations that it found', async () => {
      const service = serviceKey(quiet, 'acme');
      const answer = await traces.search(
        {
          service,
          operations: operationsOf(service, '/orders/:id').map(({ id }) => id),
          kind: 'recent',
          limit: 100,
        },
        never,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      assert.deepEqual(
        answer.value.map(({ traceId }) => traceId).sort(),
        sent(quiet, '/orders/:id')
          .map(({ traceId }) => traceId)
          .sort(),
      );
    });
  });
}

const requestsOf = (traces: BackendTraces): number => Number(traces.report?.()['requests']);

/** The same traces, evenly over a stretch of time. Unix milliseconds. */
function spread(all: readonly SampleTrace[], from: number, to: number): readonly SampleTrace[] {
  return all.map((trace, i) => {
    const start = Math.round((from + ((to - from) * i) / all.length) * 1000);
    const [first] = trace.spans;
    const shift = start - (first?.start ?? 0);
    return { ...trace, spans: trace.spans.map((s) => ({ ...s, start: s.start + shift })) };
  });
}
