import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Operation } from '../../src/domain/operation.ts';
import type { FunctionNumbers, Quantile } from '../../src/domain/stats.ts';
import { serviceKey } from '../../src/domain/service.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics, BackendPorts, BackendTraces } from '../../src/telemetry/backend.ts';
import { traceBackends } from '../../src/telemetry/registry.ts';
import { RecordingProxy } from './recordingProxy.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { asOtlp, sampleTraffic } from './sampleTraffic.ts';
import { post, urlFrom } from './traceBackend.ts';
import { until } from './untilFound.ts';

const never = new AbortController().signal;
const window = 5 * 60_000;
/** Of the durations that Jaeger makes metrics of (scripts/backends/jaeger.mjs). */
const boundaries = [0, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, Infinity];
const acme = (name: string) => serviceKey(name, 'acme');

/**
 * Requests to one environment and release: the collector's exporter for Prometheus keeps one of two resources that differ in nothing that becomes
 * a label. Those of `/slow` take longer than the last boundary. */
function requests(service: string, count: number): readonly SampleTrace[] {
  return sampleTraffic(service, count, Date.now()).map((trace, i) => {
    const slow = i % 10 === 0;
    const milliseconds = slow ? 12_000 + i : trace.milliseconds;
    const route = slow ? '/slow' : trace.route;
    return {
      ...trace,
      route,
      milliseconds,
      environment: 'production',
      version: '2.0.0',
      spans: trace.spans.slice(0, 1).map((span) => ({
        ...span,
        environment: 'production',
        version: '2.0.0',
        name: `GET ${route}`,
        micros: milliseconds * 1000,
        attributes: { ...span.attributes, 'http.route': route },
      })),
    };
  });
}

describe('Jaeger with a Prometheus behind it as a source of numbers', function () {
  this.timeout(180_000);
  const service = `Front-${randomBytes(4).toString('hex')}`;
  const proxy = new RecordingProxy(process.env['PRODLENS_TEST_JAEGER_SPM'] ?? '');
  const send = async (traces: readonly SampleTrace[]): Promise<void> => {
    for (let i = 0; i < traces.length; i += 100)
      await post(
        `${urlFrom('PRODLENS_TEST_JAEGER_SPM_OTLP')}/v1/traces`,
        asOtlp(traces.slice(i, i + 100)),
      );
  };
  /** What Prometheus has from before (scripts/backends/jaeger.mjs). */
  const history = JSON.parse(process.env['PRODLENS_TEST_JAEGER_SPM_HISTORY'] ?? '{}') as {
    readonly service: string;
    readonly operation: string;
    readonly hours: number;
    readonly every: number;
    readonly served: Readonly<Record<string, number>>;
    readonly failed: Readonly<Record<string, number>>;
  };
  /** Traces of it, of what its durations are. */
  const archived = (): readonly SampleTrace[] =>
    requests(history.service, 30).map((trace, i) => ({
      ...trace,
      spans: trace.spans.map((span) => ({
        ...span,
        name: history.operation,
        micros: (i % 3 === 0 ? 40 : 90) * 1000,
        attributes: { ...span.attributes, 'http.route': history.operation.replace('GET ', '') },
      })),
    }));
  let traffic: readonly SampleTrace[] = [];
  let opened: { readonly traces: BackendTraces; readonly source: BackendMetrics };
  let offset = 0;

  function open(
    url: string,
    over: { readonly select?: Readonly<Record<string, string>> } = {},
  ): typeof opened {
    let source: BackendMetrics | undefined = undefined;
    const ports: BackendPorts = {
      now: () => Date.now() + offset,
      after: () => ({ dispose: () => undefined }),
      operation: (id) => source?.operations().find((one) => one.id === id),
      refreshEvery: () => milliseconds(60_000),
      focused: () => true,
      compare: () => assert.fail('nothing is compared'),
    };
    const traces = traceBackends['jaeger']?.(
      {
        kind: 'jaeger',
        url,
        select: over.select ?? {},
        environment: 'test',
        headers: () => Promise.resolve({ ok: true, value: {} }),
      },
      ports,
    );
    source = traces?.numbers?.();
    assert.ok(traces !== undefined && source !== undefined);
    return { traces, source };
  }
  const asked = (from = 0): readonly string[] =>
    proxy.asked.slice(from).flatMap(({ path }) => /^\/api\/metrics\/(.*)$/.exec(path)?.[1] ?? []);
  const operationsOf = (
    source: BackendMetrics,
    route: string,
    of = acme(service),
  ): readonly Operation[] =>
    source.operations().filter((one) => one.service === of && one.name === `GET ${route}`);
  async function numbersOf(
    route: string,
    { source } = opened,
    { length = window, of = service } = {},
  ): Promise<FunctionNumbers> {
    const group = {
      key: route,
      service: acme(of),
      operations: operationsOf(source, route, acme(of)).map(({ id }) => id),
    };
    const answer = await source.numbers(
      { groups: [group], window: milliseconds(length), seriesPoints: 0 },
      never,
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    const [numbers] = answer.value;
    assert.ok(numbers !== undefined);
    return numbers;
  }

  /** What was sent is asked for some seconds after its scrape. */
  const settledNumbersOf = (route: string): Promise<FunctionNumbers> =>
    until(`the numbers of ${route}`, async () => {
      offset += 60_000;
      const numbers = await numbersOf(route);
      return numbers.total?.basis === 'all' && numbers.total.p50Ms !== undefined
        ? numbers
        : JSON.stringify(numbers.total);
    });

  before(async () => {
    opened = open(await proxy.start());
    // The first value of a series is missed by rate(): what is counted comes after it was scraped.
    await send(requests(service, 40));
    const { source } = opened;
    await until('the operations of the metrics', async () => {
      source.retry();
      const seen = await source.services(never);
      assert.ok(seen.ok, JSON.stringify(seen));
      const found = operationsOf(source, '/carts').map((one) => one.source);
      return found.includes('metric') ? found : JSON.stringify([seen.value, source.report()]);
    });
    traffic = requests(service, 600);
    await send(traffic);
    await until('the calls of the metrics', async () => {
      offset += 60_000;
      const { total } = await numbersOf('/carts');
      return total?.basis === 'all' ? true : JSON.stringify(total);
    });
  });
  after(() => {
    opened.source.dispose();
    proxy.stop();
  });

  it('gives the share of failed calls of all requests, and no release, total, verdict or rate of what has just begun', async () => {
    for (const route of ['/carts', '/orders/:id']) {
      const sent = traffic.filter((trace) => trace.route === route);
      const failed = sent.filter((trace) => trace.failed).length / sent.length;
      // Further scrapes, until all that was sent is in one.
      const numbers = await until(`the failed calls of ${route}`, async () => {
        offset += 60_000;
        const seen = await numbersOf(route);
        return Math.abs((seen.total?.errorRatio ?? 0) - failed) < 0.02
          ? seen
          : JSON.stringify([seen.total, failed]);
      });
      const { total } = numbers;
      assert.deepEqual(
        [total?.basis, total?.count, total?.errors, total?.perSecond],
        ['all', undefined, undefined, undefined],
      );
      assert.deepEqual([numbers.releases, numbers.comparisons], [[], []]);
      assert.equal(numbers.sample, undefined);
      assert.equal(numbers.serviceAlive, true);
    }
  });

  it('gives rates, shares and percentiles of steady calls as they were, at every window', async () => {
    const { served, failed, every, hours } = history;
    const route = history.operation.replace('GET ', '');
    await send(archived());
    const { source } = opened;
    await until('the service of the history', async () => {
      source.retry();
      await source.services(never);
      const found = operationsOf(source, route, serviceKey(history.service, 'acme'));
      return found.some((one) => one.source === 'metric') ? true : JSON.stringify(found);
    });
    const all = [served, failed].flatMap((counts) => Object.entries(counts));
    const calls = all.reduce((sum, [, count]) => sum + count, 0);
    const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
    const ends = all.flatMap(([end, count]) => Array.from({ length: count }, () => Number(end)));
    ends.sort((a, b) => a - b);
    for (const minutes of [5, 15, 60, 360, 1440]) {
      offset += 60_000;
      const numbers = await numbersOf(route, opened, {
        length: minutes * 60_000,
        of: history.service,
      });
      const { total } = numbers;
      const told = (total?.perSecond ?? 0) * every;
      assert.ok(Math.abs(told - calls) < 0.02 * calls, `${minutes} min: ${told} of ${calls}`);
      assert.ok(Math.abs((total?.errorRatio ?? 0) - failures / calls) < 0.01, `${minutes} min`);
      for (const [q, quantile] of [
        [0.5, total?.p50Ms],
        [0.95, total?.p95Ms],
        [0.99, total?.p99Ms],
      ] as const) {
        const to = ends[Math.ceil(q * ends.length) - 1] ?? NaN;
        const from = boundaries[boundaries.indexOf(to) - 1] ?? NaN;
        assert.ok(
          quantile !== undefined && quantile.value >= from && quantile.value <= to,
          `${minutes} min, ${q}: ${from}–${to}, told ${JSON.stringify(quantile)}`,
        );
        assert.deepEqual([quantile.low, quantile.high], [0, 500]);
      }
      const seen = (numbers.window.to - numbers.window.from) / 60_000;
      // Where the window is longer than what there is, it says so; coarsely.
      if (minutes <= 60) assert.ok(Math.abs(seen - minutes) < 0.1, `${seen} of ${minutes} min`);
      else assert.ok(seen <= hours * 60 + 30 && seen > 60, `${seen} of ${minutes} min`);
    }
  });

  it('gives percentiles in the true bucket, with no bounds but those that are known', async () => {
    for (const route of ['/carts', '/orders/:id']) {
      const sorted = traffic
        .filter((trace) => trace.route === route)
        .map((trace) => trace.milliseconds)
        .sort((a, b) => a - b);
      const { total } = await settledNumbersOf(route);
      for (const [q, told] of [
        [0.5, total?.p50Ms],
        [0.95, total?.p95Ms],
        [0.99, total?.p99Ms],
      ] as const) {
        const real = sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
        const bucket = boundaries.findIndex((end) => real <= end);
        const [from = 0, to = 0] = [boundaries[bucket - 1], boundaries[bucket]];
        assert.ok(
          told !== undefined && told.value >= from && told.value <= to,
          `${route} ${q}: ${real} in ${from}–${to}, told ${JSON.stringify(told)}`,
        );
        assert.ok(told.low === 0 && told.high >= real, JSON.stringify(told));
        assert.equal(told.beyond, undefined);
      }
    }
  });

  it('says of calls beyond the last boundary that they are beyond it', async () => {
    const { total } = await settledNumbersOf('/slow');
    const beyond: Quantile = {
      value: milliseconds(10_000),
      low: milliseconds(10_000),
      high: milliseconds(10_000),
      beyond: true,
    };
    assert.deepEqual([total?.p50Ms, total?.p95Ms], [beyond, beyond]);
  });

  it('sends six questions of metrics for a service and refresh, and none in between', async () => {
    offset += 60_000;
    const before = proxy.asked.length;
    await numbersOf('/carts');
    await numbersOf('/orders/:id');
    assert.deepEqual(asked(before).toSorted(), [
      'calls',
      'errors',
      ...Array.from({ length: 4 }, () => 'latencies'),
    ]);
  });

  it('warns that releases can’t be known, and how they could be', async () => {
    const seen = await opened.source.services(never);
    assert.ok(seen.ok);
    const own = seen.value.find((state) => state.service === acme(service));
    assert.match(own?.warnings.join(' ') ?? '', /connect the Prometheus behind Jaeger/);
    assert.match(opened.source.summary() ?? '', /know no releases/);
  });

  it('isn’t asked where “select” is wanted, and a Jaeger without metrics is asked once: both give a sample', async () => {
    const before = proxy.asked.length;
    const selecting = open(proxy.url, {
      select: { 'deployment.environment.name': 'production' },
    });
    const sampled = await until('a sample', async () => {
      selecting.source.retry();
      await selecting.source.services(never);
      const { total } = await numbersOf('/carts', selecting);
      return total ?? 'nothing yet';
    });
    assert.equal(sampled.basis, 'sample');
    assert.deepEqual(asked(before), []);
    selecting.source.dispose();

    const plain = new RecordingProxy(process.env['PRODLENS_TEST_JAEGER'] ?? '');
    const alone = open(await plain.start());
    await post(`${urlFrom('PRODLENS_TEST_JAEGER_OTLP')}/v1/traces`, asOtlp(requests(service, 20)));
    const { total } = await until('a sample without metrics', async () => {
      await alone.source.services(never);
      offset += 60_000;
      const numbers = await numbersOf('/carts', alone);
      return numbers.total === undefined ? 'nothing yet' : numbers;
    });
    assert.equal(total?.basis, 'sample');
    assert.equal(plain.asked.filter(({ path }) => path.startsWith('/api/metrics/')).length, 1);
    assert.match(JSON.stringify(alone.source.report()), /no metrics storage/);
    alone.source.dispose();
    plain.stop();
  });
});
