import assert from 'node:assert/strict';
import { milliseconds } from '../../../../src/domain/units.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import {
  parsesAsLabel,
  parsesAsMetric,
} from '../../../../src/telemetry/prometheus/conventions/grammar.ts';
import { isLabelName, isMetricName } from '../../../../src/telemetry/prometheus/selector.ts';
import { connection, FakeBackend, type Labels } from './fakeBackend.ts';

const never = new AbortController().signal;
const acme = {
  name: 'Acme RPC',
  calls: 'acme_requests_total',
  durations: 'acme_request_time',
  unit: 'ms',
  labels: { service: 'app', release: 'build', route: 'path', method: 'verb', status: 'code' },
};
const series = (name: string, more: Labels = {}): Labels => ({
  __name__: name,
  app: 'shop',
  build: '1.4',
  path: '/orders/{id}',
  verb: 'GET',
  code: '200',
  ...more,
});

async function sourceWith(options: Readonly<Record<string, unknown>>, all: readonly Labels[]) {
  const backend = new FakeBackend(all);
  const source = new PrometheusSource({ ...connection(), options }, backend.ports(), backend);
  const services = await source.services();
  return { backend, source, services };
}

const problemsOf = (source: PrometheusSource): readonly string[] =>
  source.problems().map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a convention that a person writes down', () => {
  it('is read by the names of its metrics and labels', async () => {
    const { source } = await sourceWith({ conventions: [acme] }, [
      series('acme_requests_total'),
      series('acme_request_time_bucket', { le: '+Inf' }),
    ]);
    assert.deepEqual(problemsOf(source), []);
    const [operation] = source.operations();
    assert.deepEqual([operation?.service, operation?.kind], ['shop', 'server']);
    assert.deepEqual(operation?.http, { method: 'GET', route: '/orders/{id}' });
    const [known] = source.report()['services'] as Record<string, unknown>[];
    assert.deepEqual(
      [known?.['calls'], known?.['buckets'], known?.['releaseLabel']],
      ['acme_requests_total', 'acme_request_time_bucket', 'build'],
    );
  });

  it('goes before the conventions that are known', async () => {
    const span = {
      __name__: 'calls_total',
      service_name: 'shop',
      span_name: 'GET /a',
      span_kind: 'SPAN_KIND_SERVER',
      service_version: '1',
    };
    const { source } = await sourceWith({ conventions: [acme] }, [
      span,
      series('acme_requests_total'),
      series('acme_request_time_bucket', { le: '+Inf' }),
    ]);
    const [known] = source.report()['services'] as Record<string, unknown>[];
    assert.equal(known?.['source'], 'custom: Acme RPC');
  });

  it('needs no counter where a histogram has the calls, classic or native', async () => {
    const counted = { ...acme, calls: undefined };
    for (const name of ['acme_request_time_count', 'acme_request_time']) {
      const { source } = await sourceWith({ conventions: [counted] }, [
        series(name),
        series('acme_request_time_bucket', { le: '+Inf' }),
      ]);
      assert.equal(source.operations()[0]?.http?.route, '/orders/{id}', name);
    }
  });

  it('names functions, with or without a module', async () => {
    const { source } = await sourceWith(
      {
        conventions: [
          {
            name: 'f',
            calls: 'fn_total',
            labels: { service: 'app', function: 'fn', module: 'mod' },
          },
        ],
      },
      [{ __name__: 'fn_total', app: 'shop', fn: 'place', mod: 'shop.orders' }],
    );
    assert.equal(source.operations()[0]?.code?.functionName, 'shop.orders.place');
  });

  it('is tried against the backend: what is missing is named at its place, with what is there', async () => {
    const { source } = await sourceWith(
      {
        conventions: [
          {
            ...acme,
            calls: 'acme_requests',
            labels: { ...acme.labels, status: 'http_code', release: 'version' },
          },
          { ...acme, name: 'b', labels: { ...acme.labels, status: 'http_code' } },
        ],
      },
      [series('acme_requests_total'), series('acme_request_time', {})],
    );
    const problems = source.problems();
    assert.deepEqual(
      problems.map(({ path }) => path.join('.')),
      ['conventions.0.calls', 'conventions.1.labels.status'],
    );
    assert.match(problems[0]?.remedy ?? '', /Did you mean acme_requests_total\?/);
    assert.match(problems[1]?.message ?? '', /acme_requests_total has no label http_code/);
    assert.match(problems[1]?.remedy ?? '', /It has: app, build, code, path, verb\./);
  });

  it('is told where nothing else is found either', async () => {
    const { source, services } = await sourceWith({ conventions: [acme] }, []);
    assert.ok(!services.ok);
    assert.match(services.failure.message, /no metric acme_requests_total/);
    assert.match(problemsOf(source).join(), /conventions\.0\.calls/);
  });

  it('is refused with its mistakes, one by one, and the others stay', async () => {
    const wrong: readonly [unknown, RegExp][] = [
      [
        { ...acme, calls: 'rate(acme_requests_total[5m])' },
        /^conventions\.0\.calls: is no name of a metric/,
      ],
      [{ ...acme, calls: 'acme{job="x"}' }, /^conventions\.0\.calls: is no name/],
      [
        { ...acme, labels: { ...acme.labels, route: 'le' } },
        /^conventions\.0\.labels\.route: is no name/,
      ],
      [
        { ...acme, labels: { service: 'app' } },
        /^conventions\.0\.labels: must say what was called/,
      ],
      [{ ...acme, unit: 'minutes' }, /^conventions\.0\.unit: is neither/],
      [{ ...acme, unit: undefined }, /^conventions\.0\.durations: tells no unit/],
      [{ ...acme, colour: 'red' }, /^conventions\.0\.colour: is no part of a convention/],
      [{ name: 'x', labels: { route: 'a' } }, /^conventions\.0: names neither/],
      ['acme', /^conventions\.0: /],
    ];
    const right = { ...acme, name: 'right' };
    for (const [one, expected] of wrong) {
      const { source, services } = await sourceWith({ conventions: [one, right] }, [
        series('acme_requests_total'),
        series('acme_request_time_bucket', { le: '+Inf' }),
      ]);
      assert.match(problemsOf(source)[0] ?? 'none', expected);
      assert.ok(services.ok, 'the right one is used');
      assert.match(source.summary() ?? '', /conventions\.0/);
    }
    const { source } = await sourceWith({ conventions: 'all' }, []);
    assert.match(problemsOf(source).join(), /^conventions: is no list/);
  });

  it('counts failures by a label’s values, or by a counter of their own', async () => {
    const at = (backend: FakeBackend): void => {
      backend.answer = (url) => {
        const query = url.searchParams.get('query') ?? '';
        if (!url.pathname.endsWith('query_range')) return undefined;
        const [start, end] = ['start', 'end'].map((name) => Number(url.searchParams.get(name)));
        const row = (labels: Labels, value: number) => ({
          metric: { app: 'shop', fn: 'place', ...labels },
          // There from the beginning.
          values: [
            [start, '0'],
            [end, String(value)],
          ],
        });
        const result = query.includes('fn_failed_total')
          ? [row({}, 10), row({ prodlens_errors: '1' }, 3)]
          : [row({ how: 'fine' }, 7), row({ how: 'late' }, 2), row({ how: 'lost' }, 1)];
        const data = { resultType: 'matrix', result };
        return { text: JSON.stringify({ status: 'success', data }) };
      };
    };
    const base = { name: 'f', calls: 'fn_total', labels: { service: 'app', function: 'fn' } };
    for (const convention of [
      { ...base, failed: { label: 'how', values: ['late', 'lost'] } },
      { ...base, errors: 'fn_failed_total' },
    ]) {
      const { backend, source } = await sourceWith({ conventions: [convention] }, [
        { __name__: 'fn_total', app: 'shop', fn: 'place', how: 'fine' },
        { __name__: 'fn_failed_total', app: 'shop', fn: 'place' },
      ]);
      at(backend);
      const [operation] = source.operations();
      assert.ok(operation !== undefined && source.operations().length === 1);
      const answer = await source.numbers(
        {
          groups: [{ key: 'k', service: operation.service, operations: [operation.id] }],
          window: milliseconds(300_000),
          seriesPoints: 0,
        },
        never,
      );
      assert.ok(answer.ok);
      const total = answer.value[0]?.total;
      assert.deepEqual([total?.count, total?.errors], [10, 3]);
    }
  });
});

describe('the one source of a service’s numbers', () => {
  const span = {
    __name__: 'calls_total',
    service_name: 'shop',
    span_name: 'GET /a',
    span_kind: 'SPAN_KIND_SERVER',
    service_version: '1',
  };
  const http = {
    __name__: 'http_server_request_duration_seconds_count',
    service_name: 'shop',
    http_request_method: 'GET',
    http_route: '/a',
  };
  const sourceOf = (source: PrometheusSource): unknown =>
    (source.report()['services'] as Record<string, unknown>[])[0]?.['source'];

  it('is the person’s choice, by the service or for all', async () => {
    for (const sources of [{ shop: 'http-server' }, { '*': 'http-server' }]) {
      const { source } = await sourceWith({ sources }, [span, http]);
      assert.equal(sourceOf(source), 'http-server');
      assert.deepEqual(problemsOf(source), []);
    }
    const { source } = await sourceWith({}, [span, http]);
    assert.equal(sourceOf(source), 'span-metrics');
  });

  it('is told where it can’t be had', async () => {
    const { source } = await sourceWith(
      { sources: { shop: 'rpc-server', cart: 'http-server', mail: 'magic' } },
      [span, http],
    );
    const said = problemsOf(source).join('\n');
    assert.match(said, /sources\.mail: no convention is called magic/);
    assert.match(said, /sources\.shop: shop has none of RPC server metrics: .* from span metrics/);
    assert.match(said, /sources\.cart: No service with numbers is called cart/);
  });
});

describe('names in a setting', () => {
  it('are names, not expressions', () => {
    for (const name of ['up', 'a:b', 'http.server.request.duration', 'x/y-z'])
      assert.ok(isMetricName(name), name);
    for (const text of ['', '1a', 'a b', 'a{}', 'sum(a)', 'a[5m]', 'a"', "a'", 'a\n', '{', 'a\\'])
      assert.ok(!isMetricName(text), text);
    for (const text of ['le', '__name__', 'a:b', 'a=b']) assert.ok(!isLabelName(text), text);
  });

  it('are such that PromQL takes a query with them, which it doesn’t where a name is one of its words', async () => {
    for (const name of ['up', 'a:b', 'sum', 'count', 'by', 'http.server.duration', 'ünï/y-z'])
      assert.ok(parsesAsMetric(name), name);
    // Refused by Prometheus itself as well: unexpected <bool>, unexpected "{".
    for (const name of ['bool', 'on', 'ignoring', 'group_left', 'inf', 'NaN'])
      assert.ok(!parsesAsMetric(name), name);
    for (const name of ['a', 'on', 'inf', 'by', 'http.route', 'ü.b'])
      assert.ok(parsesAsLabel(name), name);
    const { source } = await sourceWith(
      { conventions: [{ name: 'f', calls: 'on', labels: { service: 'app', function: 'fn' } }] },
      [{ __name__: 'on', app: 'shop', fn: 'place' }],
    );
    const [problem] = source.problems();
    assert.deepEqual(problem?.path, ['conventions', 0, 'calls']);
    assert.match(problem.message, /no name of a metric/);
  });
});
