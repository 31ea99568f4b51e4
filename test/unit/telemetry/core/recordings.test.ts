import assert from 'node:assert/strict';
import path from 'node:path';
import { quantileBounds } from './naive.ts';
import { unixMillis } from '../../../../src/domain/units.ts';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { newCore, numbers } from './builders.ts';
import { metricBatches, ownRecording, recordingFolder, spanBatches } from './recordings.ts';

const apps = [
  'chi-rest',
  'ctfd',
  'cypress-rwa',
  'fastapi-template',
  'fastify-demo',
  'gin-realworld',
  'otel-demo-payment',
  'spring-petclinic-rest',
];

const endMs = (s: SpanRecord): number =>
  s.start.seconds * 1000 + s.start.nanos / 1e6 + s.durationNanos / 1e6;
const routeOf = (s: SpanRecord): string => {
  const method = s.attributes['http.request.method'] ?? s.attributes['http.method'] ?? '';
  return `${String(method)} ${String(s.attributes['http.route'] ?? '')}`;
};

/** By the rules of docs/semantics.md, written a second time and from the raw spans. */
function failed(s: SpanRecord): boolean {
  const code = s.attributes['http.response.status_code'] ?? s.attributes['http.status_code'];
  if (code !== undefined && Number(code) >= 500) return true;
  if (/^5\d\d$/.test(String(s.attributes['error.type'] ?? ''))) return true;
  if (code !== undefined && Number(code) >= 400) return false;
  if (s.status === 'error') return true;
  const thrown = s.events.some((e) => e.name === 'exception');
  const rpc = s.attributes['rpc.system'] ?? s.attributes['rpc.system.name'];
  return s.status === 'unset' && thrown && (code === undefined || rpc !== undefined);
}

function loaded(app: string, folder: string, times = 1) {
  const batches = spanBatches(path.join(folder, 'traces.ndjson.gz'));
  const spans = batches.flat();
  const first = Math.min(...spans.map(endMs));
  const core = newCore({ now: unixMillis(first - 1000) });
  let now = first;
  for (const batch of batches) {
    now = Math.max(now, ...batch.map(endMs));
    for (let i = 0; i < times; i += 1) core.spans(batch, unixMillis(now));
    core.tick(unixMillis(now));
  }
  core.settle(unixMillis(now));
  return { app, spans, core, now: unixMillis(Math.ceil(now)) };
}

for (const app of ['shop', ...apps]) {
  const folder = app === 'shop' ? ownRecording : recordingFolder(app);
  describe(`recorded traffic of ${app}`, () => {
    if (folder === undefined) {
      it.skip(`needs ../shared/recordings/${app}, which isn't on this machine`);
      return;
    }

    it('gives every route the calls, errors and client errors that a plain count over its spans gives', function () {
      this.timeout(30_000);
      const { spans, core, now } = loaded(app, folder);
      const entries = spans.filter((s) => s.kind === 'server' && s.attributes['http.route']);
      for (const route of new Set(entries.map(routeOf))) {
        const mine = entries.filter((s) => routeOf(s) === route);
        const found = numbers(
          core,
          (o) => o.kind === 'server' && `${o.http?.method ?? ''} ${o.http?.route ?? ''}` === route,
          now,
          { window: 86_400_000 },
        );
        assert.equal(found.total?.count, mine.length, route);
        assert.equal(found.total.errors, mine.filter(failed).length, `errors of ${route}`);
        const clientErrors = mine.filter((s) => {
          const code =
            s.attributes['http.response.status_code'] ?? s.attributes['http.status_code'];
          return Number(code) >= 400 && !failed(s);
        }).length;
        assert.equal(found.total.clientErrors, clientErrors, `client errors of ${route}`);
        const ms = mine.map((s) => s.durationNanos / 1e6);
        for (const [q, quantile] of [
          [0.5, found.total.p50Ms],
          [0.95, found.total.p95Ms],
          [0.99, found.total.p99Ms],
        ] as const) {
          const [low, high] = quantileBounds(ms, q);
          assert.ok(quantile !== undefined, `${route} p${q * 100}`);
          assert.ok(quantile.high >= low && quantile.low <= high, `${route} p${q * 100}`);
          assert.ok(quantile.value >= quantile.low && quantile.value <= quantile.high);
          assert.ok(quantile.high <= quantile.low * 1.05, 'within 5 %');
        }
        const perRelease = found.releases.reduce((sum, r) => sum + (r.stats.count ?? 0), 0);
        assert.equal(perRelease, mine.length, `releases of ${route}`);
      }
    });

    it('counts every span exactly once, and a batch sent again not at all', function () {
      this.timeout(30_000);
      const { spans, core, now } = loaded(app, folder, 2);
      const counted = core
        .operations()
        .operations.filter((o) => o.kind !== 'client' && o.kind !== 'producer')
        .reduce(
          (sum, o) =>
            sum +
            (numbers(core, (p) => p.id === o.id, now, { window: 86_400_000 }).total?.count ?? 0),
          0,
        );
      const nested = nestedInItsOwn(spans);
      const expected = spans.filter((s) => s.kind !== 'client' && s.kind !== 'producer').length;
      assert.ok(counted <= expected && counted >= expected - nested, `${counted} of ${expected}`);
      assert.equal(core.counters()['spans.duplicate'], spans.length);
    });
  });
}

/** Spans with an ancestor of the same name: recursion, which counts once. */
function nestedInItsOwn(spans: readonly SpanRecord[]): number {
  const byId = new Map(spans.map((s) => [s.traceId + s.spanId, s]));
  return spans.filter((s) => {
    let up = byId.get(s.traceId + s.parentSpanId);
    for (let hops = 0; up !== undefined && hops < 100; hops += 1) {
      if (up.name === s.name && up.scope === s.scope) return true;
      up = byId.get(up.traceId + up.parentSpanId);
    }
    return false;
  }).length;
}

describe('recorded cases that a simpler count gets wrong', () => {
  const load = (context: Mocha.Context, app: string) => {
    const folder = recordingFolder(app);
    if (folder === undefined) {
      console.log(`      (skipped: no ../shared/recordings/${app} on this machine)`);
      context.skip();
    }
    context.timeout(30_000);
    return loaded(app, folder);
  };

  it('counts gin panics, which have neither status code nor error status', function () {
    const { core, spans, now } = load(this, 'gin-realworld');
    const panics = spans.filter(
      (s) =>
        s.kind === 'server' &&
        s.attributes['http.response.status_code'] === undefined &&
        s.events.length > 0,
    );
    assert.ok(panics.length >= 40);
    const found = numbers(core, (o) => o.kind === 'server', now, { window: 86_400_000 });
    assert.equal(found.total?.errors, spans.filter((s) => s.kind === 'server' && failed(s)).length);
    assert.ok(found.total.errors >= panics.length);
    assert.ok(found.exceptions.some((e) => e.count > 0 && e.type !== ''));
  });

  it("counts FastAPI's 200 with status ERROR", function () {
    const { core, spans, now } = load(this, 'fastapi-template');
    const odd = spans.filter(
      (s) =>
        s.kind === 'server' && s.attributes['http.status_code'] === 200 && s.status === 'error',
    );
    assert.ok(odd.length > 0);
    const route = odd[0]?.attributes['http.route'];
    const found = numbers(core, (o) => o.kind === 'server' && o.http?.route === route, now, {
      window: 86_400_000,
    });
    assert.ok((found.total?.errors ?? 0) >= odd.length);
  });

  it('keeps ASGI events apart from the request they belong to', function () {
    const { core } = load(this, 'fastapi-template');
    const events = core.operations().operations.filter((o) => / http (send|receive)$/.test(o.name));
    assert.ok(events.length > 0);
    assert.ok(events.every((o) => o.kind === 'internal' && o.entry !== undefined));
  });

  it('never makes keys of raw paths: Flask names unmatched requests after them', function () {
    const { core } = load(this, 'ctfd');
    const entries = core.operations().operations.filter((o) => o.kind === 'server');
    for (const o of entries) if (o.http?.route === undefined) assert.match(o.name, /^[A-Z_]+$/);
  });

  it('finds the templates of Fastify requests, which report none, by the routes of the source', function () {
    const folder = recordingFolder('fastify-demo');
    if (folder === undefined) return this.skip();
    const batches = spanBatches(path.join(folder, 'traces.ndjson.gz'));
    const now = unixMillis(Math.ceil(Math.max(...batches.flat().map(endMs))));
    const core = newCore({ now: unixMillis(now - 3_600_000) });
    core.setRoutes({
      routes: [
        { framework: 'fastify', method: 'GET', path: '/api/tasks/:filename/image' },
        { framework: 'fastify', method: 'GET', path: '/api/tasks/download/csv' },
        { framework: 'fastify', method: 'GET', path: '/api/tasks/:id' },
        { framework: 'fastify', method: 'DELETE', path: '/api/tasks/:id' },
        { framework: 'fastify', method: 'DELETE', path: '/api/tasks/:filename/image' },
      ],
    });
    for (const batch of batches) core.spans(batch, now);
    core.settle(now);
    const count = (method: string, route: string) =>
      numbers(core, (o) => o.http?.method === method && o.http.route === route, now, {
        window: 86_400_000,
      }).total?.count;
    assert.equal(count('GET', '/api/tasks/:id'), 108);
    assert.equal(count('DELETE', '/api/tasks/:id'), 54);
    assert.equal(count('DELETE', '/api/tasks/:filename/image'), 18);
    assert.ok(core.operations().operations.every((o) => !JSON.stringify(o).includes('999999')));
  });

  it("adds the metrics of both processes to what the recording's last points hold", function () {
    const folder = recordingFolder('spring-petclinic-rest');
    if (folder === undefined) return this.skip();
    const batches = metricBatches(path.join(folder, 'metrics.ndjson.gz'));
    const millis = (t: { seconds: number; nanos: number }) => t.seconds * 1000 + t.nanos / 1e6;
    const last = new Map<string, number>();
    let end = 0;
    let begin = Infinity;
    for (const record of batches.flat()) {
      if (record.name !== 'http.server.request.duration' || record.value.type !== 'histogram')
        continue;
      const key = JSON.stringify([record.resource.attributes, record.scope, record.attributes]);
      last.set(key, record.value.histogram.count);
      end = Math.max(end, millis(record.time));
      begin = Math.min(begin, millis(record.start));
    }
    const core = newCore({ now: unixMillis(begin - 1000) });
    for (const batch of batches)
      core.metrics(batch, unixMillis(Math.max(begin, ...batch.map((m) => millis(m.time)))));
    const found = numbers(core, () => true, unixMillis(Math.ceil(end)), { window: 86_400_000 });
    const expected = [...last.values()].reduce((sum, n) => sum + n, 0);
    assert.equal(found.total?.count, expected);
    assert.match(found.total.source, /metrics/);
    assert.equal(found.releases.length, 2);
  });
});
