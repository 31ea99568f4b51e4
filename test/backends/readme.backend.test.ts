import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeConnection } from '../../src/config/schemaConnection.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { ok } from '../../src/domain/result.ts';
import { serviceKey } from '../../src/domain/service.ts';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import type { TraceSummary } from '../../src/domain/trace.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { compareReleases } from '../../src/releases/compareReleases.ts';
import type { BackendPorts, Connection } from '../../src/telemetry/backend.ts';
import { metricsKinds, traceKinds } from '../../src/telemetry/backendKinds.ts';
import type { TraceSource } from '../../src/telemetry/ports.ts';
import { metricsBackends, traceBackends } from '../../src/telemetry/registry.ts';
import { LiveProcess } from './liveTraffic.ts';
import { asZipkin, sampleTraffic } from './sampleTraffic.ts';
import { post, urlFrom } from './traceBackend.ts';
import { until } from './untilFound.ts';

interface Entry {
  readonly kind: string;
  readonly url: string;
}
/** By the combination of backends: what of the README was started (scripts/backends/combinations.mjs). */
const started = JSON.parse(urlFrom('PRODLENS_TEST_README')) as Readonly<
  Record<
    string,
    {
      readonly metrics?: Entry;
      readonly traces: Entry;
      /** What services are started with. */
      readonly variables: Readonly<Record<string, string>>;
    }
  >
>;
const never = new AbortController().signal;
const operations = new Map<string, Operation>();
const ports: BackendPorts = {
  now: () => Date.now(),
  after: () => ({ dispose: () => undefined }),
  operation: (id) => operations.get(id),
  refreshEvery: () => milliseconds(1),
  focused: () => true,
  compare: compareReleases,
};

/** As the setting is decoded when a window opens. */
function connectionOf(entry: Entry | undefined, kinds: readonly string[]): Connection {
  const decoded = decodeConnection(entry, kinds);
  assert.ok('url' in decoded, JSON.stringify(decoded));
  return { ...decoded, select: {}, environment: 'staging', headers: async () => ok({}) };
}
function tracesOf(name: string): TraceSource {
  const connection = connectionOf(started[name]?.traces, traceKinds);
  const create = traceBackends[connection.kind];
  assert.ok(create !== undefined);
  return create(connection, ports);
}
function variable(name: string, key: string): string {
  const value = started[name]?.variables[key];
  assert.ok(value !== undefined, `${name}: no ${key}`);
  return value;
}

const failedOf = (source: TraceSource, service: string, ids: readonly Operation[], n: number) =>
  until<readonly TraceSummary[]>(`${n} failed traces`, async () => {
    const found = await source.search(
      {
        service: serviceKey(service, 'acme'),
        operations: ids.map(({ id }) => id),
        kind: 'failed',
        limit: 50,
      },
      never,
    );
    if (!found.ok) return `${found.failure.message} ${found.failure.remedy ?? ''}`;
    return found.value.length >= n ? found.value : `${found.value.length}`;
  });

describe('the pipeline that the README gives', function () {
  this.timeout(200_000);

  it('brings the numbers of both releases to Prometheus, and their traces to Jaeger', async () => {
    const name = 'prometheus+jaeger';
    const receiver = variable(name, 'OTEL_EXPORTER_OTLP_ENDPOINT');
    const processes = ['1.4.0', '1.5.0'].map((v) => new LiveProcess(receiver, 'shop', v, 'acme'));
    const connection = connectionOf(started[name]?.metrics, metricsKinds);
    const create = metricsBackends[connection.kind];
    assert.ok(create !== undefined);
    const source = create(connection, ports);
    try {
      const find = (route: string): Operation | undefined =>
        source.operations().find(({ http }) => http?.route === route);
      const ask = async (route: string): Promise<FunctionNumbers | undefined> => {
        source.retry();
        await source.services(never);
        const operation = find(route);
        if (operation === undefined) return undefined;
        const groups = [{ key: route, service: operation.service, operations: [operation.id] }];
        const query = { groups, window: milliseconds(15 * 60_000), seriesPoints: 0 };
        const answer = await source.numbers(query, never);
        assert.ok(answer.ok, JSON.stringify(answer));
        return answer.value[0];
      };
      // What a service counted in the slot of its first sample belongs to no window: until it is over, another route is called.
      await until('the first numbers', async () => {
        for (const process of processes) {
          process.request('GET', '/health', 200, 5);
          await process.flush();
        }
        const { total } = (await ask('/health')) ?? {};
        return (total?.count ?? 0) > 0 ? true : JSON.stringify(total ?? 'nothing');
      });
      for (let round = 0; round < 8; round += 1) {
        for (const process of processes) {
          for (const ms of [3, 9, 45, 90]) process.request('GET', '/orders/:id', 200, ms);
          process.request('GET', '/orders/:id', 500, 250);
          await process.flush();
        }
        await delay(1_000);
      }
      const numbers = await until('the numbers', async () => {
        const now = await ask('/orders/:id');
        return now?.total?.count !== undefined && now.total.count >= 80
          ? now
          : JSON.stringify(now?.total ?? 'nothing');
      });
      assert.equal(numbers.total?.count, 80);
      assert.equal(numbers.total.errors, 16);
      assert.deepEqual(
        numbers.releases.map(({ version, stats }) => [version, stats.errors]).toSorted(),
        [
          ['1.4.0', 8],
          ['1.5.0', 8],
        ],
      );
      const p95 = numbers.total.p95Ms;
      assert.ok(p95 !== undefined && p95.low <= 250 && p95.high >= 250, JSON.stringify(p95));
      const operation = find('/orders/:id');
      assert.ok(operation !== undefined);
      operations.set(operation.id, operation);
      const failed = await failedOf(tracesOf(name), 'shop', [operation], 16);
      assert.equal(failed.length, 16);
    } finally {
      source.dispose();
      for (const process of processes) await process.stop();
    }
  });

  it('brings traces to Jaeger without a collector', async () => {
    const process = new LiveProcess(
      variable('jaeger', 'OTEL_EXPORTER_OTLP_ENDPOINT'),
      'shop',
      '1.4.0',
      'acme',
    );
    for (let i = 0; i < 3; i += 1) process.request('GET', '/orders/:id', 500, 20 + i);
    await process.stop();
    const rows = await failedOf(tracesOf('jaeger'), 'shop', [], 3);
    assert.deepEqual([...new Set(rows.map(({ release }) => release))], ['1.4.0']);
  });

  it('brings traces to Zipkin', async () => {
    assert.equal(variable('zipkin', 'OTEL_TRACES_EXPORTER'), 'zipkin');
    const service = `shop-${randomBytes(4).toString('hex')}`;
    // In the writing of OpenTelemetry's exporter.
    const sent = sampleTraffic(service, 10, Date.now());
    await post(variable('zipkin', 'OTEL_EXPORTER_ZIPKIN_ENDPOINT'), asZipkin(sent));
    const rows = await failedOf(tracesOf('zipkin'), service, [], 2);
    assert.equal(rows.length, sent.filter(({ failed }) => failed).length);
  });
});
