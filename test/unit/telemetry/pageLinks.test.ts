import assert from 'node:assert/strict';
import { serviceKey } from '../../../src/domain/service.ts';
import { milliseconds, unixMillis } from '../../../src/domain/units.ts';
import { isPageOf } from '../../../src/http/address.ts';
import { jaegerPages } from '../../../src/telemetry/jaeger/page.ts';
import type { PageLink } from '../../../src/telemetry/ports.ts';
import { PrometheusSource } from '../../../src/telemetry/prometheus/source.ts';
import { tempoPages } from '../../../src/telemetry/tempo/page.ts';
import { tracePage } from '../../../src/telemetry/traces/tracePages.ts';
import { zipkinPages } from '../../../src/telemetry/zipkin/page.ts';
import { connection, FakeBackend, type Labels } from './prometheus/fakeBackend.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const trace = { traceId, startedAt: unixMillis(1_800_000_000_000) };
const proxied = 'https://grafana.example/base/api/datasources/proxy/uid/P1';

/** What Explore is asked to show. */
function explored(link: PageLink | undefined) {
  assert.ok(link !== undefined);
  const url = new URL(link.url);
  assert.equal(link.title, 'Grafana');
  assert.equal(url.origin + url.pathname, 'https://grafana.example/base/explore');
  assert.equal(url.searchParams.get('schemaVersion'), '1');
  return (JSON.parse(url.searchParams.get('panes') ?? '') as { readonly p: unknown }).p;
}

describe('pages of traces', () => {
  it('are Jaeger’s, below its base path, with the span in front', () => {
    assert.deepEqual(tracePage('http://j:16686/jaeger', jaegerPages, trace, '00f067aa0ba902b7'), {
      title: 'Jaeger',
      url: `http://j:16686/jaeger/trace/${traceId}?uiFind=00f067aa0ba902b7`,
    });
    const odd = tracePage('http://j', jaegerPages, trace, '"><script>');
    assert.equal(odd?.url, `http://j/trace/${traceId}`);
  });

  it('are Zipkin’s, whichever of its addresses is configured', () => {
    for (const url of ['http://z:9411', 'http://z:9411/zipkin'])
      assert.equal(
        tracePage(url, zipkinPages, trace)?.url,
        `http://z:9411/zipkin/traces/${traceId}`,
      );
  });

  it('are Explore’s where the backend is asked through Grafana', () => {
    const link = tracePage(proxied, tempoPages, trace);
    assert.deepEqual(explored(link), {
      datasource: 'P1',
      queries: [{ refId: 'A', datasource: { uid: 'P1' }, queryType: 'traceql', query: traceId }],
      range: { from: '1799996400000', to: '1800003600000' },
    });
  });

  it('are none where the backend has none, or the id is no id', () => {
    assert.equal(tracePage('http://t:3200', tempoPages, trace), undefined);
    assert.equal(
      tracePage('http://j', jaegerPages, { ...trace, traceId: '../api/admin' }),
      undefined,
    );
  });
});

describe('a page with the queries of a function’s numbers', () => {
  const shop = serviceKey('shop');
  const series = (more: Labels): Labels => ({
    __name__: 'calls_total',
    service_name: 'shop',
    service_version: '1',
    span_kind: 'SPAN_KIND_SERVER',
    status_code: 'STATUS_CODE_UNSET',
    ...more,
  });
  async function linkTo(
    names: readonly string[],
    { url = 'http://p.example/prom', version = '3.15.0', application = '' } = {},
  ): Promise<PageLink | undefined> {
    const rows = [
      series({ span_name: 'GET /a' }),
      series({ span_name: 'GET /a', status_code: 'STATUS_CODE_ERROR' }),
      series({ span_name: 'GET /a', span_kind: 'SPAN_KIND_CLIENT' }),
      series({ span_name: 'POST /"b" & c' }),
    ];
    const timed = rows.map((row) => ({ ...row, __name__: 'duration_seconds_bucket', le: '1' }));
    const backend = new FakeBackend([...rows, ...timed]);
    backend.answer = (asked) =>
      asked.pathname.endsWith('buildinfo')
        ? {
            text: JSON.stringify({
              status: 'success',
              data: { version, ...(application === '' ? {} : { application }) },
            }),
          }
        : undefined;
    const source = new PrometheusSource({ ...connection(), url }, backend.ports(), backend);
    await source.services();
    const operations = source
      .operations()
      .filter(({ name, kind }) => kind === 'server' && names.includes(name))
      .map(({ id }) => id);
    assert.equal(operations.length, names.length);
    const before = backend.asked.length;
    const link = source.linkTo({ key: 'f', service: shop, operations }, milliseconds(3_600_000));
    assert.equal(backend.asked.length, before, 'nothing is asked for it');
    return link;
  }

  it('selects exactly the series of its operations, by release', async () => {
    const link = await linkTo(['GET /a']);
    const url = new URL(link?.url ?? '');
    assert.equal(link?.title, 'Prometheus');
    assert.equal(url.origin + url.pathname, 'http://p.example/prom/query');
    const selected = (metric: string): string =>
      `rate(${metric}{service_name="shop",span_name=~"GET /a",span_kind=~"SPAN_KIND_SERVER"}[60s])`;
    assert.equal(
      url.searchParams.get('g0.expr'),
      `sum by (service_version) (${selected('calls_total')})`,
    );
    assert.equal(
      url.searchParams.get('g1.expr'),
      `histogram_quantile(0.95, sum by (le,service_version) (${selected('duration_seconds_bucket')}))`,
    );
    assert.equal(url.searchParams.get('g0.range_input'), '3600s');
  });

  it('keeps what telemetry calls an operation inside of its matcher', async () => {
    const link = await linkTo(['POST /"b" & c']);
    const { searchParams } = new URL(link?.url ?? '');
    // Not every page takes a plus for a space.
    assert.ok(link?.url.includes('+') === false);
    assert.match(searchParams.get('g0.expr') ?? '', /span_name=~"POST \/\\"b\\" & c"[,}]/);
    assert.deepEqual(
      [...searchParams.keys()].filter((key) => !/^g[01]\.(?:expr|tab|range_input)$/.test(key)),
      [],
    );
  });

  it('is at /graph before Prometheus 3, and nowhere with Mimir', async () => {
    const old = await linkTo(['GET /a'], { version: '2.42.0' });
    assert.equal(new URL(old?.url ?? '').pathname, '/prom/graph');
    assert.equal(await linkTo(['GET /a'], { application: 'Grafana Mimir' }), undefined);
  });

  it('is Explore’s through Grafana, whatever answers there', async () => {
    const backend = { application: 'Grafana Mimir', url: `${proxied}/prometheus` };
    const pane = explored(await linkTo(['GET /a', 'POST /"b" & c'], backend)) as {
      readonly queries: readonly { readonly refId: string; readonly expr: string }[];
      readonly range: { readonly from: string; readonly to: string };
    };
    assert.deepEqual(
      pane.queries.map(({ refId }) => refId),
      ['A', 'B'],
    );
    assert.match(pane.queries[0]?.expr ?? '', /^sum by \(service_version\) \(rate\(calls_total\{/);
    assert.equal(Number(pane.range.to) - Number(pane.range.from), 3_600_000);
  });

  it('is none where matchers would let another operation through, and before the first look', async () => {
    const request = (method: string, route: string): Labels => ({
      __name__: 'http_server_request_duration_seconds_count',
      job: 'shop',
      http_request_method: method,
      http_route: route,
    });
    const backend = new FakeBackend([
      request('GET', '/a'),
      request('POST', '/b'),
      request('GET', '/b'),
    ]);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    const linkTo = (...wanted: readonly string[]): PageLink | undefined => {
      const operations = source
        .operations()
        .filter(({ http }) => wanted.includes(`${http?.method ?? ''} ${http?.route ?? ''}`))
        .map(({ id }) => id);
      return source.linkTo({ key: 'f', service: shop, operations }, milliseconds(3_600_000));
    };
    assert.equal(linkTo('GET /a'), undefined);
    await source.services();
    assert.ok(linkTo('GET /a') !== undefined);
    assert.ok(linkTo('GET /b', 'POST /b') !== undefined);
    assert.equal(linkTo('GET /a', 'POST /b'), undefined);
    assert.equal(linkTo('GET /other'), undefined);
  });
});

describe('links out', () => {
  it('lead to origins of configured backends only', () => {
    const addresses = ['https://g.example/base', 'http://127.0.0.1:9090'];
    for (const [page, fits] of [
      ['https://g.example/explore?x=1', true],
      ['http://127.0.0.1:9090/query', true],
      ['http://g.example/explore', false],
      ['https://g.example.evil/explore', false],
      ['https://user:pw@g.example/', false],
      ['command:workbench.action.quit', false],
      ['not an address', false],
    ] as const)
      assert.equal(isPageOf(page, addresses), fits, page);
  });
});
