import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ok, type Result } from '../../src/domain/result.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { createExchange, type FormExchange } from '../../src/http/exchange.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import { PrometheusSource } from '../../src/telemetry/prometheus/source.ts';
import { scrapeOnly, until, url } from './realPrometheus.ts';
import { RecordingProxy, type Recorded } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { sourcePorts } from './sourcePorts.ts';

const never = new AbortController().signal;
const minute = 60_000;
const quarter = 15 * minute;
const metric = 'traces_span_metrics_calls_total';

describe('what a look at a real Prometheus asks', function () {
  this.timeout(240_000);
  const servicesOf = (environment: string, count: number): readonly SpanMetricsExporter[] =>
    Array.from({ length: count }, (_, i) => {
      const service = { service_name: `${environment}-${i}`, service_version: '1.0.0' };
      return new SpanMetricsExporter({ ...service, deployment_environment: environment });
    });
  const exporters = [...servicesOf('look-one', 1), ...servicesOf('look-twenty', 20)];
  const proxy = new RecordingProxy(url);
  let address: string;
  /** How much time has passed for the windows, but not for the server. */
  let later = 0;
  const folders: string[] = [];

  const open = (environment: string, sharedFolder?: string): BackendMetrics =>
    new PrometheusSource(
      {
        kind: 'prometheus',
        url: address,
        select: { 'deployment.environment': environment },
        environment: 'test',
        headers: () => Promise.resolve(ok({})),
      },
      sourcePorts({
        now: () => Date.now() + later,
        refreshEvery: () => milliseconds(minute),
        ...(sharedFolder === undefined ? {} : { sharedFolder }),
      }),
      asIfLater(() => later),
    );
  /** Without what other suites left on the same server. */
  const looks = (from: number): readonly Recorded[] =>
    proxy.asked
      .slice(from)
      .filter(({ path, parameters }) => !path.endsWith('/labels') || isOurs(parameters));
  const isOurs = (parameters: URLSearchParams): boolean =>
    (parameters.get('match[]') ?? '').includes(metric);

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    address = await proxy.start();
    for (const exporter of exporters) exporter.calls('GET /look', 'UNSET', [3, 30, 300]);
    scrapeOnly(await Promise.all(exporters.map((exporter) => exporter.start())));
    for (const [environment, count] of [
      ['look-one', 1],
      ['look-twenty', 20],
    ] as const) {
      const source = open(environment);
      await until('all services, and how often they are sampled', async () => {
        source.retry();
        await source.services(never);
        const services = source.report()['services'] as readonly { sampleIntervalMs: number }[];
        const known = services.filter(({ sampleIntervalMs }) => sampleIntervalMs < 2_000);
        return known.length === count ? known : undefined;
      });
      source.dispose();
    }
  });
  after(async () => {
    scrapeOnly([]);
    await Promise.all(exporters.map((exporter) => exporter.stop()));
    proxy.stop();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  /** Requests in each of the following quarters of an hour, in which somebody looks every fifteen seconds. */
  async function quarters(sources: readonly BackendMetrics[], count: number) {
    const asked: number[] = [];
    const began = later;
    for (let i = 0; i < count; i += 1) {
      const from = proxy.asked.length;
      for (let at = 15_000; at <= quarter; at += 15_000) {
        later = began + i * quarter + at;
        for (const source of sources) await source.services(never);
      }
      asked.push(looks(from).length);
    }
    return asked;
  }

  for (const [environment, count, most] of [
    ['look-one', 1, 2],
    ['look-twenty', 20, 9],
  ] as const)
    it(`is six things at first, then ${most} at most in a quarter of an hour, of ${count} ${count === 1 ? 'service' : 'services'}`, async () => {
      const source = open(environment);
      const from = proxy.asked.length;
      const states = await source.services(never);
      assert.ok(states.ok && states.value.length === count, JSON.stringify(states));
      const first = looks(from);
      assert.equal(
        first.length,
        6,
        first.map(({ parameters }) => parameters.toString()).join('\n'),
      );
      const asked = await quarters([source], 4);
      assert.ok(Math.max(...asked) <= most, asked.join());
      assert.ok(Math.min(...asked) >= 1, asked.join());
      const after = await source.services(never);
      assert.ok(after.ok && after.value.length === count);
      source.dispose();
    });

  it('is no more for three windows, and for those that are opened later', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pl-look-'));
    folders.push(folder);
    const windows = Array.from({ length: 3 }, () => open('look-one', folder));
    const from = proxy.asked.length;
    for (const window of windows) assert.ok((await window.services(never)).ok);
    assert.equal(looks(from).length, 6);
    const asked = await quarters(windows, 2);
    assert.ok(Math.max(...asked) <= 2, asked.join());
    for (const window of windows) window.dispose();
    const before = proxy.asked.length;
    const next = open('look-one', folder);
    const states = await next.services(never);
    assert.ok(states.ok && states.value.length === 1);
    assert.ok(looks(before).length <= 5, `${looks(before).length} of a new session`);
    next.dispose();
  });
});

/** Takes a server along into a time that hasn't come: it is asked about now, and its clock is shown as that much ahead. */
function asIfLater(later: () => number): FormExchange {
  const exchange = createExchange({ timeout: 30_000, maxBytes: 32_000_000 });
  const earlier = (name: string, value: string): string =>
    ['time', 'start', 'end'].includes(name) ? String(Number(value) - later() / 1000) : value;
  const dated = <T extends { readonly date?: number }>(answer: Result<T>): Result<T> =>
    answer.ok && answer.value.date !== undefined
      ? ok({ ...answer.value, date: answer.value.date + later() })
      : answer;
  return {
    get: async (address, signal, headers) => {
      const url = new URL(address);
      for (const [name, value] of [...url.searchParams])
        url.searchParams.set(name, earlier(name, value));
      return dated(await exchange.get(url.href, signal, headers));
    },
    post: async (address, form, signal, headers) => {
      const entries = Object.entries(form).map(
        ([name, value]) => [name, earlier(name, value)] as const,
      );
      return dated(await exchange.post(address, Object.fromEntries(entries), signal, headers));
    },
  };
}
