import assert from 'node:assert/strict';
import { fail, ok } from '../../../../src/domain/result.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import { connection, FakeBackend, type Labels } from './fakeBackend.ts';

const never = new AbortController().signal;
const span = (metric: string, more: Labels = {}): Labels => ({
  __name__: metric,
  service_name: 'shop',
  span_name: 'GET /a',
  span_kind: 'SPAN_KIND_SERVER',
  status_code: 'STATUS_CODE_UNSET',
  ...more,
});

async function operationsOf(series: readonly Labels[], select: Labels = {}) {
  const backend = new FakeBackend(series);
  const source = new PrometheusSource(connection(select), backend.ports(), backend);
  const services = await source.services();
  return { backend, source, services };
}

describe('Prometheus as a source of numbers', () => {
  it('finds span metrics under every spelling and namespace', async () => {
    for (const [calls, buckets] of [
      ['traces_span_metrics_calls_total', 'traces_span_metrics_duration_milliseconds_bucket'],
      ['calls_total', 'duration_seconds_bucket'],
      ['calls', 'duration_bucket'],
      ['shop_calls_total', 'shop_duration_milliseconds_bucket'],
    ] as const) {
      const { source } = await operationsOf([span(calls), span(buckets, { le: '+Inf' })]);
      const report = JSON.stringify(source.report());
      assert.match(report, new RegExp(`"calls":"${calls}","buckets":"${buckets}"`));
      assert.deepEqual(
        source.operations().map((o) => [o.service, o.kind, o.name, o.source]),
        [['shop', 'server', 'GET /a', 'metric']],
      );
    }
  });

  it('adds up the numbers of many functions in turns, with others between them', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `GET /${i}`);
    const { source } = await operationsOf(
      names.map((name) => span('calls_total', { span_name: name })),
    );
    const groups = source
      .operations()
      .map(({ id, service }) => ({ key: id, service, operations: [id] }));
    assert.equal(groups.length, names.length);
    const query = { groups, window: milliseconds(300_000), seriesPoints: 0 };
    await source.numbers(query, never);
    const clock = performance.now.bind(performance);
    let time = clock();
    // Each look at the clock finds that a slice is over.
    performance.now = () => (time += 100);
    try {
      let others = 0;
      let over = false;
      const other = (): void => {
        others += 1;
        if (!over) setImmediate(other);
      };
      setImmediate(other);
      const answer = await source.numbers(query, never);
      over = true;
      assert.ok(answer.ok && answer.value.length === names.length);
      assert.ok(others >= names.length, `${others} turns of others`);
    } finally {
      performance.now = clock;
    }
  });

  it('finds names with dots, and quotes them', async () => {
    const { backend, source } = await operationsOf([
      {
        __name__: 'traces.span.metrics.calls',
        'service.name': 'shop',
        'span.name': 'GET /a',
        'span.kind': 'SPAN_KIND_SERVER',
      },
    ]);
    assert.equal(source.operations()[0]?.name, 'GET /a');
    const query = backend.asked
      .map((u) => u.searchParams.get('query') ?? '')
      .find((q) => q.startsWith('group'));
    assert.match(query ?? '', /by \("service\.name",.*\) \(\{"traces\.span\.metrics\.calls"\}\)/);
  });

  it('reads requests of OpenTelemetry, old and new, of RPC and of Micrometer, and functions of Autometrics and @Timed', async () => {
    const job = { job: 'eu/shop' };
    for (const [labels, expected] of [
      [
        {
          __name__: 'http_server_request_duration_seconds_count',
          http_request_method: 'GET',
          http_route: '/a',
          ...job,
        },
        { http: { method: 'GET', route: '/a' } },
      ],
      [
        {
          __name__: 'http_server_duration_milliseconds_count',
          http_method: 'GET',
          http_target: '/a',
          ...job,
        },
        { http: { method: 'GET', route: '/a' } },
      ],
      [
        {
          __name__: 'rpc_server_duration_milliseconds_count',
          rpc_method: 'Get',
          rpc_service: 'p.S',
          rpc_system: 'grpc',
          ...job,
        },
        { rpc: { system: 'grpc', method: 'p.S/Get' } },
      ],
      [
        {
          __name__: 'http_server_requests_seconds_count',
          uri: '/a',
          method: 'GET',
          outcome: 'SUCCESS',
          status: '200',
          ...job,
        },
        { http: { method: 'GET', route: '/a' } },
      ],
      [
        {
          __name__: 'function_calls_total',
          function: 'f',
          module: 'crate::m',
          result: 'ok',
          ...job,
        },
        { code: { functionName: 'crate::m::f' } },
      ],
      [
        {
          __name__: 'function_calls_total',
          function: 'f',
          module: '/dist/m.js',
          result: 'ok',
          ...job,
        },
        { code: { functionName: 'f', filePath: '/dist/m.js' } },
      ],
      [
        {
          __name__: 'method_timed_seconds_count',
          class: 'com.acme.Orders',
          method: 'place',
          exception: 'none',
          ...job,
        },
        { code: { functionName: 'com.acme.Orders.place' } },
      ],
    ] as const) {
      const { source } = await operationsOf([labels]);
      const [operation] = source.operations();
      assert.ok(operation !== undefined, labels.__name__);
      assert.equal(operation.service, 'eu/shop');
      const { http, rpc, code } = operation;
      assert.deepEqual(JSON.parse(JSON.stringify({ http, rpc, code })), expected);
    }
  });

  it('reads dimensions of Tempo’s generator that have the names of its own labels', async () => {
    const { source } = await operationsOf([
      {
        __name__: 'traces_spanmetrics_calls_total',
        service: 'shop',
        span_name: 'GET /a',
        span_kind: 'SPAN_KIND_SERVER',
        status_code: 'STATUS_CODE_UNSET',
        __http_route: '/a',
        __http_request_method: 'GET',
        __service_version: '1',
        __span_kind: 'mine',
      },
    ]);
    const [operation] = source.operations();
    assert.deepEqual(operation?.http, { method: 'GET', route: '/a' });
    assert.equal(operation.kind, 'server');
    assert.match(JSON.stringify(source.report()), /"releaseLabel":"__service_version"/);
  });

  it('gives each service the histogram that it fills, a native one before a classic one', async () => {
    const calls = 'traces_span_metrics_calls_total';
    const duration = 'traces_span_metrics_duration';
    const { source } = await operationsOf([
      span(calls),
      span(calls, { service_name: 'cart' }),
      span(calls, { service_name: 'mail' }),
      span(`${duration}_milliseconds_bucket`, { le: '+Inf' }),
      span(`${duration}_seconds_bucket`, { le: '+Inf', service_name: 'cart' }),
      span(`${duration}_seconds_bucket`, { le: '+Inf', service_name: 'mail' }),
      span(`${duration}_seconds`, { service_name: 'mail' }),
    ]);
    const services = source.report()['services'] as { service: string; buckets: string }[];
    assert.deepEqual(Object.fromEntries(services.map((s) => [s.service, s.buckets])), {
      shop: `${duration}_milliseconds_bucket`,
      cart: `${duration}_seconds_bucket`,
      mail: `${duration}_seconds`,
    });
  });

  it('counts by the native histogram where there is no counter', async () => {
    const { backend, source } = await operationsOf([
      {
        __name__: 'http_server_request_duration_seconds',
        service_name: 'shop',
        http_request_method: 'GET',
        http_route: '/a',
      },
    ]);
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    await source.numbers(
      {
        groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
        window: milliseconds(300_000),
        seriesPoints: 0,
      },
      never,
    );
    const queries = backend.asked.flatMap((u) => u.searchParams.get('query') ?? []);
    assert.ok(queries.some((q) => q.startsWith('topk(1, histogram_count(http_server')));
    assert.ok(queries.some((q) => /^sum by .*histogram_count\(last_over_time/.test(q)));
  });

  it('asks for the status before the first failure makes it a label', async () => {
    const { backend } = await operationsOf([
      { __name__: 'calls_total', service_name: 'shop', span_name: 'a', span_kind: 'x' },
    ]);
    const query = backend.asked
      .map((u) => u.searchParams.get('query') ?? '')
      .find((q) => q.startsWith('group'));
    assert.match(query ?? '', /otel_status_code/);
  });

  it('reads a status under each of the names that collectors give it', async () => {
    const { backend } = await operationsOf([
      span('calls_total'),
      { __name__: 'calls_total', service_name: 'cart', otel_status_code: 'ERROR' },
    ]);
    const query = backend.asked
      .map((u) => u.searchParams.get('query') ?? '')
      .find((q) => q.startsWith('group'));
    assert.match(query ?? '', /status_code,otel_status_code/);
  });

  it('leaves out what VictoriaMetrics counts under two names', async () => {
    const only = await operationsOf([span('calls_total'), span('calls_milliseconds_total')]);
    assert.ok(!only.services.ok);
    assert.match(only.services.failure.message, /a part of the calls as calls_milliseconds_total/);
    assert.match(only.services.failure.remedy ?? '', /usePrometheusNaming/);
    const beside = await operationsOf([
      span('calls_total'),
      span('calls_seconds_total'),
      span('good_calls', { service_name: 'cart' }),
    ]);
    assert.deepEqual(
      beside.source.operations().map((o) => o.service),
      ['cart'],
    );
    assert.match(beside.source.summary() ?? '', /calls_total is left out/);
  });

  it('takes no metric for what only its name suggests', async () => {
    const { services } = await operationsOf([
      { __name__: 'phone_calls_total', job: 'x' },
      { __name__: 'calls_total', job: 'x', span_name: 'a' },
    ]);
    assert.ok(!services.ok);
    assert.match(services.failure.remedy ?? '', /span metrics connector/);
  });

  it('prefers the convention that tells releases apart, and names the change where none does', async () => {
    const http = {
      __name__: 'http_server_request_duration_seconds_count',
      service_name: 'shop',
      http_request_method: 'GET',
      http_route: '/a',
    };
    const plain = await operationsOf([span('calls_total'), http]);
    assert.match(JSON.stringify(plain.source.report()), /"source":"span-metrics"/);
    assert.match(
      plain.source.summary() ?? '',
      /can’t be told apart\. Add service\.version to the dimensions/,
    );
    const better = await operationsOf([span('calls_total'), { ...http, service_version: '1' }]);
    assert.match(JSON.stringify(better.source.report()), /"source":"http-server"/);
  });

  it('finds releases by target_info, where no label of the calls tells them, and asks for both at once', async () => {
    const http = {
      __name__: 'http_server_request_duration_seconds_count',
      job: 'eu/shop',
      instance: 'a',
      http_request_method: 'GET',
      http_route: '/a',
    };
    const info = { __name__: 'target_info', job: 'eu/shop', instance: 'a' };
    const told = await operationsOf([http, { ...info, service_version: '1' }]);
    assert.match(JSON.stringify(told.source.report()), /"service_version of target_info"/);
    assert.doesNotMatch(told.source.summary() ?? '', /told apart/);
    const [operation] = told.source.operations();
    assert.ok(operation !== undefined);
    const groups = [{ key: 'f', service: operation.service, operations: [operation.id] }];
    await told.source.numbers({ groups, window: milliseconds(300_000), seriesPoints: 0 }, never);
    const ranges = told.backend.asked.filter((u) => u.pathname.endsWith('query_range'));
    assert.equal(ranges.length, 1);
    assert.match(
      ranges[0]?.searchParams.get('query') ?? '',
      / or label_replace\(max by \(job,instance,service_version\) .*timestamp\(target_info\{job=~"eu\/shop"\}\)/,
    );
    // Another convention of the service has them as a label of its own.
    const better = await operationsOf([
      http,
      { ...info, service_version: '1' },
      span('calls_total', { service_name: 'eu/shop', service_version: '1' }),
    ]);
    assert.match(JSON.stringify(better.source.report()), /"source":"span-metrics"/);
    const silent = await operationsOf([http, info]);
    assert.match(silent.source.summary() ?? '', /OTEL_RESOURCE_ATTRIBUTES=service\.version/);
    const none = await operationsOf([http]);
    assert.match(none.source.summary() ?? '', /promote_resource_attributes/);
  });

  it('finds releases of the environment’s own processes, asked for once for requests and RPCs', async () => {
    const who = { job: 'shop', instance: 'a', cluster: 'eu' };
    const http = { ...who, http_request_method: 'GET', http_route: '/a' };
    const rpc = { ...who, rpc_method: 'Get', rpc_service: 'p.S', rpc_system: 'grpc' };
    const { backend, source } = await operationsOf(
      [
        { __name__: 'http_server_request_duration_seconds_count', ...http },
        { __name__: 'rpc_server_duration_milliseconds_count', ...rpc },
        { __name__: 'target_info', ...who, service_version: '1' },
      ],
      { cluster: 'eu' },
    );
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const groups = [{ key: 'f', service: operation.service, operations: [operation.id] }];
    await source.numbers({ groups, window: milliseconds(300_000), seriesPoints: 0 }, never);
    const queries = backend.asked.flatMap((u) => u.searchParams.get('query') ?? []);
    const told = queries.filter((query) => query.includes('target_info'));
    assert.ok(told.length >= 2);
    for (const query of told)
      assert.deepEqual(
        [...query.matchAll(/target_info\{(.*?)\}/g)].map(([, matchers]) => matchers),
        [query.startsWith('group ') ? 'cluster="eu"' : 'cluster="eu",job=~"shop"'],
      );
    // What the processes' own series don't have can't select them.
    const without = await operationsOf(
      [
        { __name__: 'http_server_request_duration_seconds_count', ...http },
        { __name__: 'target_info', job: 'shop', instance: 'a', service_version: '1' },
      ],
      { cluster: 'eu' },
    );
    assert.match(JSON.stringify(without.source.report()), /"service_version of target_info"/);
  });

  it('names processes in one order, whichever the backend gives them in', async () => {
    const series = ['b', 'a'].flatMap((job) => [
      span('calls_total', { job, instance: 'x' }),
      { __name__: 'target_info', job, instance: 'x', service_version: '1' },
    ]);
    for (const all of [series, series.toReversed()]) {
      const { backend, source } = await operationsOf(all);
      const groups = source
        .operations()
        .map(({ id, service }) => ({ key: id, service, operations: [id] }));
      await source.numbers({ groups, window: milliseconds(300_000), seriesPoints: 0 }, never);
      const query = backend.asked.at(-1)?.searchParams.get('query') ?? '';
      assert.match(query, /target_info\{job=~"a\|b"\}/);
    }
  });

  it('shows a service’s requests and its RPCs, asked for in one question', async () => {
    const who = { service_name: 'shop', service_version: '1' };
    const http = {
      __name__: 'http_server_request_duration_seconds_count',
      ...who,
      http_request_method: 'GET',
      http_route: '/a',
    };
    const rpc = {
      __name__: 'rpc_server_duration_milliseconds_count',
      ...who,
      rpc_method: 'Get',
      rpc_service: 'p.S',
      rpc_system: 'grpc',
    };
    const { backend, source } = await operationsOf([http, rpc]);
    assert.deepEqual(
      source.operations().map((one) => one.http?.route ?? one.rpc?.method),
      ['/a', 'p.S/Get'],
    );
    backend.answer = (url) => {
      if (!url.pathname.endsWith('query_range')) return undefined;
      const [start, end] = ['start', 'end'].map((name) => Number(url.searchParams.get(name)));
      const row = ({ __name__, ...metric }: Labels, more: Labels, count: number) => ({
        metric: { ...metric, ...more },
        values: [
          [start, '0'],
          [end, String(count)],
        ],
        name: __name__,
      });
      const result = [row(http, {}, 4), row(rpc, { prodlens_beside: '1' }, 6)];
      return {
        text: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }),
      };
    };
    const answer = await source.numbers(
      {
        groups: source.operations().map(({ id, service }) => ({
          key: id,
          service,
          operations: [id],
        })),
        window: milliseconds(300_000),
        seriesPoints: 0,
      },
      never,
    );
    assert.ok(answer.ok);
    assert.deepEqual(
      answer.value.map(({ total }) => [total?.count, total?.source]),
      [4, 6].map((count) => [count, 'HTTP server metrics and RPC server metrics']),
    );
    const ranges = backend.asked.filter((u) => u.pathname.endsWith('query_range'));
    assert.equal(ranges.length, 1);
    assert.match(
      ranges[0]?.searchParams.get('query') ?? '',
      /^sum by \(.*http_route.* or label_replace\(\(sum by \(.*rpc_method.*"prodlens_beside"/,
    );
    // Requests that carry the RPCs are the same calls.
    const carried = await operationsOf([{ ...http, http_route: '/p.S/Get' }, rpc]);
    assert.deepEqual(
      carried.source.operations().map((one) => one.http?.route ?? one.rpc?.method),
      ['/p.S/Get'],
    );
  });

  it('carries the selection in every query of data, and signs in', async () => {
    const { backend } = await operationsOf([span('calls_total', { cluster: 'eu' })], {
      cluster: 'eu',
    });
    const queries = backend.asked.flatMap((u) => u.searchParams.get('query') ?? []);
    assert.ok(queries.length >= 2);
    for (const query of queries) assert.match(query, /cluster="eu"/);
  });

  it('has VictoriaMetrics hold back nothing, whose newest slots would repeat older ones', async () => {
    const { backend } = await operationsOf([span('calls_total')]);
    const questions = backend.asked.filter((u) => u.searchParams.has('query'));
    assert.ok(questions.length >= 2);
    for (const url of questions) assert.equal(url.searchParams.get('latency_offset'), '1ms');
  });

  it('refuses what Thanos answers while a store is away, whatever was asked, and asks it for whole and single samples', async () => {
    // As its query component writes them: a status of success, and a warning.
    const warnings = ['No StoreAPI for store-eu:10901: rpc error: code = Unavailable'];
    for (const part of ['__name__/values', '/labels', '/query?']) {
      const backend = new FakeBackend([span('calls_total')]);
      const source = new PrometheusSource(connection(), backend.ports(), backend);
      const whole = backend.get.bind(backend);
      backend.get = async (address) => {
        const answer = await whole(address);
        if (!answer.ok || !address.includes(part)) return answer;
        const json = JSON.parse(answer.value.text) as object;
        return {
          ok: true,
          value: { ...answer.value, text: JSON.stringify({ ...json, warnings }) },
        };
      };
      const services = await source.services();
      assert.ok(!services.ok, part);
      assert.match(services.failure.message, /a part of the data only: No StoreAPI for store-eu/);
    }
    const { backend } = await operationsOf([span('calls_total')]);
    for (const url of backend.asked.filter((u) => u.searchParams.has('query'))) {
      assert.equal(url.searchParams.get('dedup'), 'true');
      assert.equal(url.searchParams.get('max_source_resolution'), '0s');
    }
  });

  it('asks a service’s calls for the window in bounded steps, and nothing again until it is time', async () => {
    const { backend, source } = await operationsOf([span('calls_total')]);
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const query = {
      groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
      window: milliseconds(3_600_000),
      seriesPoints: 0,
    };
    assert.ok((await source.numbers(query, never)).ok);
    const ranges = backend.asked.filter((u) => u.pathname.endsWith('query_range'));
    assert.ok(ranges.length >= 1 && ranges.length <= 3, `${ranges.length} requests`);
    const before = backend.asked.length;
    await source.numbers(query, never);
    await source.numbers({ ...query, window: milliseconds(300_000) }, never);
    assert.equal(backend.asked.length, before);
    backend.now += 67_000;
    await source.numbers(query, never);
    assert.equal(backend.asked.length, before + 1);
    const gone = await source.numbers(
      { ...query, groups: [{ key: 'g', service: serviceKey('elsewhere'), operations: [] }] },
      never,
    );
    assert.ok(gone.ok && gone.value[0]?.total === undefined && !gone.value[0]?.serviceAlive);
  });

  it('reads a service anew for a label of its own calls, not for one of another service’s', async () => {
    const series = [span('calls_total')];
    const { backend, source } = await operationsOf(series);
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const firstAsked = async (): Promise<number> => {
      const before = backend.asked.length;
      await source.numbers(
        {
          groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
          window: milliseconds(3_600_000),
          seriesPoints: 0,
        },
        never,
      );
      const ranges = backend.asked
        .slice(before)
        .filter((u) => u.pathname.endsWith('query_range'))
        .map((u) => Number(u.searchParams.get('start')) * 1000);
      return (backend.now - Math.min(...ranges)) / 60_000;
    };
    assert.ok((await firstAsked()) > 50);
    backend.now += 16 * 60_000;
    series.push(span('calls_total', { service_name: 'cart', http_route: '/a' }));
    assert.ok((await firstAsked()) < 20);
    backend.now += 16 * 60_000;
    series.pop();
    assert.ok((await firstAsked()) < 20);
    series.push(span('calls_total', { http_route: '/a' }));
    let longest = 0;
    for (let look = 0; look < 4; look += 1) {
      backend.now += 16 * 60_000;
      longest = Math.max(longest, await firstAsked());
    }
    assert.ok(longest > 50);
  });

  it('tells why percentiles are missing where native histograms can’t be read', async () => {
    const { backend, source } = await operationsOf([
      span('calls_total'),
      span('duration_seconds', { service_name: 'shop' }),
    ]);
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const metric = Object.fromEntries(
      Object.entries(span('')).filter(([label]) => label !== '__name__'),
    );
    backend.answer = (url) => {
      if (!url.pathname.endsWith('query_range')) return undefined;
      const at = Number(url.searchParams.get('end'));
      const histogram = { count: '4', sum: '1', buckets: [[0, '1', '+Inf', '4']] };
      const one = (url.searchParams.get('query') ?? '').includes('duration_seconds')
        ? { metric, histograms: [[at, histogram]] }
        : { metric, values: [[at, '4']] };
      const data = { resultType: 'matrix', result: [one] };
      return { text: JSON.stringify({ status: 'success', data }) };
    };
    const groups = [{ key: 'f', service: operation.service, operations: [operation.id] }];
    await source.numbers({ groups, window: milliseconds(300_000), seriesPoints: 0 }, never);
    await source.numbers({ groups, window: milliseconds(600_000), seriesPoints: 0 }, never);
    const states = await source.services();
    assert.ok(states.ok);
    assert.match(states.value[0]?.warnings.join() ?? '', /duration_seconds aren’t exponential/);
  });

  it('says what went wrong with a remedy, asks no more for a while, and recovers', async () => {
    const backend = new FakeBackend([span('calls_total')]);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    const refusals: [
      Partial<{ status: number; text: string; contentType: string; retryAfter: number }>,
      RegExp,
    ][] = [
      [{ status: 401, text: '' }, /sign in again/],
      [{ status: 404, text: '' }, /address/],
      [
        { status: 200, text: '<html>sign in</html>', contentType: 'text/html' },
        /Check the address/,
      ],
      [{ status: 200, text: '{"status":"success","data":{}}' }, /\/api\/v1\/query/],
      [{ status: 429, text: '', retryAfter: 90_000 }, /90 s/],
    ];
    for (const [answer, remedy] of refusals) {
      backend.answer = () => answer;
      backend.now += 700_000;
      const first = await source.services();
      assert.ok(!first.ok);
      assert.match(first.failure.remedy ?? '', remedy);
      assert.ok(!JSON.stringify(first).includes('s3cret'));
      const asked = backend.asked.length;
      assert.deepEqual(await source.services(), first);
      assert.equal(backend.asked.length, asked, 'asked again at once');
    }
    backend.now += 60_000;
    assert.ok(!(await source.services()).ok, 'asked to wait 90 s');
    backend.answer = () => undefined;
    backend.now += 31_000;
    assert.ok((await source.services()).ok);
    backend.answer = () => fail('unreachable', 'gone', 'start it');
    source.retry();
    assert.ok(!(await source.services()).ok);
    backend.answer = () => undefined;
    source.retry();
    assert.ok((await source.services()).ok);
  });

  it('quotes the backend in whole sentences, tenants by their name', async () => {
    const backend = new FakeBackend([span('calls_total')]);
    const headers = { 'X-Scope-OrgID': 'prod', Authorization: 'Bearer s3cret' };
    const how = {
      ...connection(),
      headers: () => Promise.resolve(ok(headers)),
      plainHeaders: { 'X-Scope-OrgID': 'prod' },
    };
    for (const error of ['no s3cret of prod', 'no s3cret of prod.']) {
      backend.answer = () => ({ status: 422, text: JSON.stringify({ status: 'error', error }) });
      const answer = await new PrometheusSource(how, backend.ports(), backend).services();
      assert.ok(!answer.ok);
      assert.match(answer.failure.message, /: no … of prod\.$/);
      assert.match(answer.failure.remedy ?? '', /prodlens\.environments/);
    }
  });

  it('asks nothing for recording rules that nobody waits for any more', async () => {
    const backend = new FakeBackend([span('calls_total')]);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    const cancelled = await source.recordingRules(AbortSignal.abort());
    assert.ok(!cancelled.ok);
    assert.equal(cancelled.failure.reason, 'aborted');
    assert.deepEqual(backend.asked, []);
    assert.ok((await source.recordingRules(new AbortController().signal)).ok, 'no pause after it');
  });

  it('answers for the other services while one fails, which is asked again when new data is due', async () => {
    const { backend, source } = await operationsOf([
      span('calls_total'),
      span('calls_total', { service_name: 'cart' }),
    ]);
    const ranges = (service: string): number =>
      backend.asked.filter(
        ({ pathname, search }) => pathname.endsWith('query_range') && search.includes(service),
      ).length;
    backend.answer = ({ pathname, searchParams }) => {
      if (!pathname.endsWith('query_range')) return undefined;
      const cart = (searchParams.get('query') ?? '').includes('cart');
      const [start = 0, end = 0, step = 0] = ['start', 'end', 'step'].map((name) =>
        Number(searchParams.get(name)),
      );
      const values = Array.from({ length: Math.round((end - start) / step) + 1 }, (_, i) => [
        start + i * step,
        cart ? 'NaN' : '3',
      ]);
      const metric = {
        service_name: cart ? 'cart' : 'shop',
        span_name: 'GET /a',
        span_kind: 'SPAN_KIND_SERVER',
      };
      const data = { resultType: 'matrix', result: [{ metric, values }] };
      return { text: JSON.stringify({ status: 'success', data }) };
    };
    const groups = source
      .operations()
      .map(({ id, service }) => ({ key: service, service, operations: [id] }))
      .sort((a, b) => a.key.localeCompare(b.key));
    const ask = (of = groups) =>
      source.numbers({ groups: of, window: milliseconds(300_000), seriesPoints: 0 }, never);
    const told = async () => {
      const answer = await ask();
      assert.ok(answer.ok, JSON.stringify(answer));
      return answer.value.map(({ total, problem }) => [
        (total?.count ?? 0) > 0,
        problem !== undefined,
      ]);
    };
    assert.deepEqual(await told(), [
      [false, true],
      [true, false],
    ]);
    const before = backend.asked.length;
    assert.deepEqual(await told(), [
      [false, true],
      [true, false],
    ]);
    assert.equal(backend.asked.length, before, 'asked for again at once');
    const states = await source.services();
    assert.ok(states.ok);
    assert.match(
      states.value.find((s) => s.service === 'cart')?.warnings.join() ?? '',
      /no numbers/,
    );
    // Whoever asks for it alone keeps the last good numbers.
    const alone = await ask(groups.slice(0, 1));
    assert.ok(!alone.ok && alone.failure.reason === 'invalid');
    const [cart, shop] = [ranges('cart'), ranges('shop')];
    backend.now += 67_000;
    await told();
    assert.deepEqual([ranges('cart'), ranges('shop')], [cart + 1, shop + 1]);
    backend.answer = () => fail('unreachable', 'gone', 'start it');
    backend.now += 67_000;
    assert.ok(!(await ask()).ok && !(await source.services()).ok);
  });

  it('goes on asking for a service that a look doesn’t find any more, and says that it is silent', async () => {
    const series = [span('calls_total')];
    const backend = new FakeBackend(series);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    await source.services();
    let scraped = true;
    backend.answer = ({ pathname, searchParams }) => {
      if (!pathname.endsWith('query_range')) return undefined;
      const [start = 0, end = 0, step = 0] = ['start', 'end', 'step'].map((name) =>
        Number(searchParams.get(name)),
      );
      const values = Array.from({ length: Math.round((end - start) / step) + 1 }, (_, i) => [
        start + i * step,
        '3',
      ]);
      const metric = { service_name: 'shop', span_name: 'GET /a', span_kind: 'SPAN_KIND_SERVER' };
      const result = scraped ? [{ metric, values }] : [];
      return {
        text: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }),
      };
    };
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const ask = async () => {
      const answer = await source.numbers(
        {
          groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
          window: milliseconds(3_600_000),
          seriesPoints: 0,
        },
        never,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      return answer.value[0];
    };
    const before = await ask();
    assert.equal(before?.serviceAlive, true);
    // Its series end, and with them what a look finds.
    scraped = false;
    const gone = series.splice(0);
    series.push(span('calls_total', { service_name: 'other' }));
    backend.now += 10 * 60_000;
    source.retry();
    const silent = await ask();
    assert.deepEqual([silent?.serviceAlive, silent?.observedAt], [false, before.observedAt]);
    const states = await source.services();
    assert.ok(states.ok);
    assert.deepEqual(
      states.value.map(({ service, alive }) => [service, alive]),
      [
        ['other', true],
        ['shop', false],
      ],
    );
    // Back, and no look yet that would find it.
    scraped = true;
    series.push(...gone);
    backend.now += 67_000;
    assert.equal((await ask())?.serviceAlive, true);
  });

  it('never throws on odd answers', async () => {
    const backend = new FakeBackend([span('calls_total')]);
    for (const text of [
      '',
      'null',
      '[]',
      '{"status":"success"}',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1}}]}}',
    ]) {
      backend.answer = () => ({ text });
      const source = new PrometheusSource(connection(), backend.ports(), backend);
      assert.equal((await source.services()).ok, false, text);
    }
  });
});
