import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation, OperationId } from '../../src/domain/operation.ts';
import { ok } from '../../src/domain/result.ts';
import type { ServiceKey } from '../../src/domain/service.ts';
import { serviceKey } from '../../src/domain/service.ts';
import type { TraceSummary } from '../../src/domain/trace.ts';
import { createExchange } from '../../src/http/exchange.ts';
import type { Select, TraceQuery, TraceSource } from '../../src/telemetry/ports.ts';
import { probe } from '../../src/telemetry/registry.ts';
import type { TraceBackendContext } from '../../src/telemetry/traces/context.ts';
import type { TracePages } from '../../src/telemetry/traces/tracePages.ts';
import { tracePage } from '../../src/telemetry/traces/tracePages.ts';
import { RecordingProxy } from './recordingProxy.ts';
import type { GrafanaProxy } from './grafanaProxy.ts';
import { startGrafanaProxy } from './grafanaProxy.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { sampleTraffic } from './sampleTraffic.ts';

export interface TraceBackendUnderTest {
  readonly name: string;
  /** Of the server that `npm run test:backends` started. */
  readonly url: () => string;
  readonly create: (context: TraceBackendContext) => TraceSource;
  readonly prepare?: () => Promise<void>;
  readonly end?: () => Promise<void>;
  readonly send: (traces: readonly SampleTrace[]) => Promise<void>;
  /** Sign in there; none: nothing is wanted. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly pages?: TracePages;
  /** Zipkin's exporters send attributes as text. */
  readonly textOnly?: true;
}

/** Of its own each time: what earlier runs sent to the same server is another service's. */
const newService = (): string => `Front-${randomBytes(4).toString('hex')}`;
const never = new AbortController().signal;

export async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${url} answers ${answer.status}: ${await answer.text()}`);
}

/** What every trace backend must answer about the same traffic, against an expectation that comes from the traffic itself. */
export function describeTraceBackend(backend: TraceBackendUnderTest): void {
  describe(`${backend.name} as a source of traces`, function () {
    this.timeout(120_000);
    const service = newService();
    const { headers = {}, pages = {} } = backend;
    const front = serviceKey(service, 'acme');
    /** As a metrics backend brings it: no scope, nothing but what its labels say. */
    const orders: Operation = {
      id: 'orders' as OperationId,
      service: front,
      source: 'metric',
      kind: 'server',
      name: 'http.server.request.duration',
      scope: '',
      http: { method: 'GET', route: '/orders/:id' },
    };
    let traffic: readonly SampleTrace[] = [];

    it('is recognised at its address, and nothing else is', async () => {
      const found = await probe(
        backend.url(),
        { headers: () => Promise.resolve(ok(headers)) },
        never,
      );
      assert.ok(found.ok, JSON.stringify(found));
      const { title, signal, url } = found.value[0] ?? {};
      assert.deepEqual([found.value.length, signal, url], [1, 'traces', backend.url()]);
      assert.ok(title !== undefined && backend.name.startsWith(title), `${title}`);
    });

    const source = (select: Select = {}, url = backend.url()): TraceSource =>
      backend.create({
        connection: {
          url,
          select,
          headers: () => Promise.resolve({ ok: true, value: headers }),
        },
        exchange: createExchange({ timeout: 30_000, maxBytes: 16_000_000 }),
        operation: (id) => (id === orders.id ? orders : undefined),
        now: () => Date.now(),
      });
    const search = async (
      over: Partial<TraceQuery>,
      select: Select = {},
    ): Promise<readonly TraceSummary[]> => {
      const answer = await source(select).search(
        { service: front, operations: [orders.id], kind: 'recent', limit: 100, ...over },
        never,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      return answer.value;
    };
    const idsOf = (rows: readonly { readonly traceId: string }[]): readonly string[] =>
      rows.map(({ traceId }) => traceId).toSorted();
    const expected = (fits: (trace: SampleTrace) => boolean): readonly string[] =>
      idsOf(traffic.filter((trace) => trace.route === '/orders/:id' && fits(trace)));

    after(async () => {
      await backend.end?.();
    });
    before(async () => {
      traffic = sampleTraffic(service, 40, Date.now());
      await backend.prepare?.();
      await backend.send(traffic);
      // Backends index in their own time: it is over when the last trace is found.
      const until = Date.now() + 60_000;
      while (Date.now() < until) {
        const answer = await source().search(
          { service: front, operations: [], kind: 'recent', limit: 100 },
          never,
        );
        if (answer.ok && answer.value.length >= traffic.length) return;
        await delay(200);
      }
      assert.fail('the traces that were sent are not found');
    });

    it('asks for the lists of services and of span names once, however often it is searched', async () => {
      const proxy = new RecordingProxy(backend.url());
      try {
        const { pathname } = new URL(backend.url());
        const one = source({}, `${await proxy.start()}${pathname.replace(/\/$/, '')}`);
        const lists = async (): Promise<number> => {
          const before = proxy.asked.length;
          const answer = await one.search(
            { service: front, operations: [orders.id], kind: 'recent', limit: 5 },
            never,
          );
          assert.ok(answer.ok && answer.value.length === 5, JSON.stringify(answer));
          const asked = proxy.asked.slice(before).map(({ path }) => path);
          assert.ok(asked.length > 0);
          return asked.filter((path) => /\/(services|operations|spans|values)$/.test(path)).length;
        };
        assert.ok((await lists()) <= 3);
        assert.equal(await lists(), 0);
      } finally {
        proxy.stop();
      }
    });

    it('finds the traces of an operation that metrics brought', async () => {
      const rows = await search({});
      assert.deepEqual(
        idsOf(rows),
        expected(() => true),
      );
      const ends = rows.map(({ startedAt, duration }) => startedAt + duration);
      assert.deepEqual(
        ends,
        ends.toSorted((a, b) => b - a),
      );
      for (const row of rows) {
        const sent = traffic.find(({ traceId }) => traceId === row.traceId);
        assert.equal(row.spanId, sent?.entrySpanId);
        assert.ok(Math.abs(row.duration - (sent?.milliseconds ?? 0)) < 0.01);
        assert.equal(row.failed, sent?.failed);
        assert.equal(row.release, sent?.version);
        assert.equal(row.service, front);
        assert.equal(row.name, 'GET /orders/:id');
        assert.equal(row.spanCount, 3);
      }
    });

    it('finds all traces of the service where no operation is named', async () => {
      assert.deepEqual(idsOf(await search({ operations: [] })), idsOf(traffic));
    });

    it('finds the slowest, in order', async () => {
      const rows = await search({ kind: 'slow', limit: 5 });
      const slowest = traffic
        .filter(({ route }) => route === '/orders/:id')
        .toSorted((a, b) => b.milliseconds - a.milliseconds)
        .slice(0, 5);
      assert.deepEqual(
        rows.map(({ traceId }) => traceId),
        slowest.map(({ traceId }) => traceId),
      );
    });

    it('finds the failed ones, with what was thrown', async () => {
      const rows = await search({ kind: 'failed' });
      assert.deepEqual(
        idsOf(rows),
        expected(({ failed }) => failed),
      );
      for (const row of rows) assert.equal(row.exceptionType, 'StockError');
    });

    it('keeps to a release', async () => {
      const rows = await search({ release: '2.0.0' });
      assert.deepEqual(
        idsOf(rows),
        expected(({ version }) => version === '2.0.0'),
      );
    });

    it('keeps to attributes, compared as text, on any span of the trace', async () => {
      const rows = await search({
        attributes: [
          { key: 'enduser.id', value: 'customer-3' },
          { key: 'server.address', value: 'stock.internal' },
        ],
      });
      assert.deepEqual(
        idsOf(rows),
        expected(({ customer }) => customer === 'customer-3'),
      );
      const failed = await search({
        attributes: [{ key: 'http.response.status_code', value: '500' }],
      });
      assert.deepEqual(
        idsOf(failed),
        expected((trace) => trace.failed),
      );
    });

    it('keeps to the environment’s “select”', async () => {
      const select = { 'deployment.environment.name': 'staging' };
      const rows = await search({}, select);
      assert.deepEqual(
        idsOf(rows),
        expected(({ environment }) => environment === 'staging'),
      );
      const both = await search({ kind: 'failed', release: '1.4.2' }, select);
      assert.deepEqual(
        idsOf(both),
        expected((t) => t.environment === 'staging' && t.failed && t.version === '1.4.2'),
      );
    });

    it('gives a whole trace', async () => {
      const [sent] = traffic;
      assert.ok(sent !== undefined);
      const answer = await source().trace(sent.traceId, never);
      assert.ok(answer.ok, JSON.stringify(answer));
      const { spans, durationNanos, traceId } = answer.value;
      assert.equal(traceId, sent.traceId);
      assert.equal(durationNanos, sent.milliseconds * 1e6);
      assert.deepEqual(
        spans.map((span) => [span.spanId, span.parentSpanId, span.name, span.kind, span.failed]),
        sent.spans.map((span) => [
          span.spanId,
          span.parentId,
          span.name,
          span.kind.toLowerCase(),
          span.failed,
        ]),
      );
      const entry = spans[0];
      assert.ok(entry !== undefined);
      assert.equal(entry.operation?.http?.route, '/orders/:id');
      assert.equal(entry.release, '1.4.2');
      assert.equal(entry.scope, 'sample');
      assert.equal(entry.statusMessage, 'stock lookup failed');
      assert.equal(entry.events[0]?.attributes['exception.type'], 'StockError');
      assert.equal(
        entry.attributes['http.response.status_code'],
        backend.textOnly === true ? '500' : 500,
      );
    });

    it('has a page of a trace, its own or Grafana’s', async () => {
      const [sent] = traffic;
      assert.ok(sent !== undefined);
      const found = await source().trace(sent.traceId, never);
      assert.ok(found.ok, JSON.stringify(found));
      const page = tracePage(backend.url(), pages, found.value, sent.entrySpanId);
      if (page === undefined) {
        assert.equal(pages.address, undefined);
        return;
      }
      const answer = await fetch(page.url, { headers });
      assert.equal(answer.status, 200, page.url);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      assert.ok(page.url.includes(sent.traceId));
    });

    it('says of a trace that it isn’t there, or another environment’s', async () => {
      const missing = await source().trace('00000000000000000000000000000abc', never);
      assert.ok(!missing.ok);
      assert.equal(missing.failure.reason, 'notFound');
      const staging = traffic.find(({ environment }) => environment === 'staging');
      const other = await source({ 'deployment.environment.name': 'production' }).trace(
        staging?.traceId ?? '',
        never,
      );
      assert.ok(!other.ok);
      assert.match(other.failure.message, /another environment/);
    });

    it('names the services it knows when it is asked for another', async () => {
      const answer = await source().search(
        { service: 'nobody' as ServiceKey, operations: [], kind: 'recent', limit: 5 },
        never,
      );
      assert.ok(!answer.ok);
      assert.equal(answer.failure.reason, 'notFound');
      assert.match(answer.failure.remedy ?? '', /^It knows .*(?:front-|more)/i);
    });

    it('says when “select” names what its spans don’t say', async () => {
      const answer = await source({ 'k8s.cluster.name': 'eu-1' }).search(
        { service: front, operations: [orders.id], kind: 'recent', limit: 5 },
        never,
      );
      assert.ok(!answer.ok);
      assert.equal(answer.failure.reason, 'unsupported');
      assert.match(answer.failure.message, /k8s\.cluster\.name/);
    });
  });
}

/** The address that `npm run test:backends` put there; without it the test is not meant to run. */
export function urlFrom(variable: string): string {
  const url = process.env[variable];
  assert.ok(url !== undefined, `run it with: npm run test:backends (no ${variable})`);
  return url;
}

/** The same backend as a data source of Grafana. */
export function describeBehindGrafana(backend: TraceBackendUnderTest, type: string): void {
  let grafana: GrafanaProxy | undefined;
  describeTraceBackend({
    ...backend,
    name: `${backend.name} behind Grafana`,
    headers: { Authorization: 'Bearer glsa_right' },
    url: () => `${grafana?.url ?? ''}/api/datasources/proxy/uid/traces`,
    async prepare() {
      await backend.prepare?.();
      grafana = await startGrafanaProxy({
        token: 'glsa_right',
        dataSources: [{ uid: 'traces', name: 'Traces', type, url: backend.url() }],
      });
    },
    async end() {
      await grafana?.stop();
      await backend.end?.();
    },
  });
}
