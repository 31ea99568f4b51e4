import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../src/domain/operation.ts';
import { ok } from '../../src/domain/result.ts';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { growth } from '../../src/telemetry/prometheus/slots/growth.ts';
import { probe } from '../../src/telemetry/registry.ts';
import { scrapeOnly, signedIn, slot, sourceFor, until, url } from './realPrometheus.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';

const never = new AbortController().signal;
/** What the scrapes after a moment add, per series: the difference to the scrape before, or all of it after a restart. */
function growthAfter(
  { scrapes }: SpanMetricsExporter,
  from: number,
  key: string,
  began: boolean,
): number {
  let sum = 0;
  let before: number | undefined = began ? undefined : (scrapes[0]?.calls.get(key) ?? 0);
  for (const { at, calls } of scrapes) {
    const now = calls.get(key);
    if (now === undefined) continue;
    if (at > from) sum += before === undefined || now < before ? now : now - before;
    before = now;
  }
  return sum;
}

describe('growth of counters in the history of a real Prometheus', () => {
  it('has what a new series begins with, and not the past of one that comes back after hours', async () => {
    const now = Number(process.env['PRODLENS_TEST_PROMETHEUS_HISTORY']);
    const step = 60;
    const query = new URLSearchParams({
      query: growth('archive_calls_total', [], ['instance'], step * 1000, 3_600_000),
      // From before the return of the one to after the beginning of the other.
      start: String(now - 50 * 60),
      end: String(now - 20 * 60),
      step: String(step),
    });
    const answer = await fetch(`${url}/api/v1/query_range?${query.toString()}`, {
      headers: signedIn,
    });
    const { data } = (await answer.json()) as {
      data: { result: { metric: { instance: string }; values: [number, string][] }[] };
    };
    const sums = Object.fromEntries(
      data.result.map(({ metric, values }) => [
        metric.instance,
        values.reduce((sum, [, value]) => sum + Number(value), 0),
      ]),
    );
    assert.deepEqual(sums, { steady: 31 * 4, returning: 0, new: 5 });
  });
});

describe('a real Prometheus', function () {
  this.timeout(180_000);
  const name = 'GET /orders/:id';
  const steady = new SpanMetricsExporter({ service_name: 'shop', service_version: '1.0.0' });
  const canary = new SpanMetricsExporter({ service_name: 'shop', service_version: '1.1.0' });
  const source = sourceFor({});
  let numbers: FunctionNumbers;
  let operation: Operation;

  const ask = async (): Promise<FunctionNumbers> => {
    const answer = await source.numbers(
      {
        groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
        window: milliseconds(5 * 60_000),
        seriesPoints: 30,
      },
      never,
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.ok(answer.value[0] !== undefined);
    return answer.value[0];
  };

  before(async () => {
    assert.notEqual(url, '', 'run through scripts/test-backends.mjs');
    // An old process: what it counted before it was ever scraped belongs to no window.
    steady.calls(name, 'UNSET', new Array<number>(1000).fill(3));
    const addresses = [await steady.start(), await canary.start()];
    const scrape = (count: number): void => {
      scrapeOnly(addresses.slice(0, count));
    };
    scrape(1);
    await until('a first scrape', async () => (steady.scrapes.length > 0 ? true : undefined));
    operation = await until('an operation', async () => {
      source.retry();
      await source.services(never);
      // It takes a few samples to see how often they are taken.
      return JSON.stringify(source.report()).includes('"sampleIntervalMs":1') &&
        !JSON.stringify(source.report()).includes('15000')
        ? source.operations()[0]
        : undefined;
    });
    // Into the middle of the next slot, so that no scrape lies at an edge.
    await delay(slot - (Date.now() % slot) + 3_000);
    for (let second = 0; second < 8; second += 1) {
      steady.calls(name, 'UNSET', [3, 30, 300]);
      await delay(500);
    }
    steady.calls(name, 'ERROR', [700, 700, 700, 700, 700]);
    await delay(3_000);
    canary.calls(name, 'UNSET', new Array<number>(40).fill(30));
    canary.calls(name, 'ERROR', [20_000, 20_000, 20_000]);
    scrape(2);
    await until('a scrape of the canary', async () => canary.scrapes.length > 1 || undefined);
    steady.restart();
    steady.calls(name, 'UNSET', [3, 3]);
    await delay(1_500);
    const last = Date.now();
    numbers = await until('the last slot', async () => {
      const now = await ask();
      return Date.now() > Math.ceil(last / slot) * slot + 6_000 ? now : undefined;
    });
  });

  after(async () => {
    scrapeOnly([]);
    source.dispose();
    await steady.stop();
    await canary.stop();
  });

  it('is recognised at its address, and at that of its page', async () => {
    // Of those with a base path, the address alone is enough.
    const base = new URL(url).pathname;
    for (const address of [url, base === '/' ? `${url}/graph` : new URL(url).origin]) {
      const found = await probe(
        address,
        { headers: () => Promise.resolve(ok(signedIn)) },
        new AbortController().signal,
      );
      assert.ok(found.ok, JSON.stringify(found));
      const [one] = found.value;
      assert.deepEqual([found.value.length, one?.kind, one?.url], [1, 'prometheus', url]);
      assert.match(one?.version ?? '', /^\d+\.\d+/);
    }
  });

  it('is found, with its convention, releases and clock', async () => {
    assert.match(source.summary() ?? '', /^Prometheus \d.*: span metrics of 1 service\.$/);
    assert.equal(operation.kind, 'server');
    assert.equal(operation.name, name);
    const services = await source.services(never);
    assert.ok(services.ok);
    assert.deepEqual(
      services.value.map((s) => [s.service, s.alive, s.releases.map((r) => r.version).sort()]),
      [['shop', true, ['1.0.0', '1.1.0']]],
    );
  });

  it('gives exactly the calls and errors that were scraped, the first value of a new series and a restart included', () => {
    const { from } = numbers.window;
    const byRelease = new Map(numbers.releases.map((r) => [r.version, r.stats]));
    const old = byRelease.get('1.0.0');
    const oldErrors = growthAfter(steady, from, `${name} ERROR`, true);
    assert.equal(oldErrors, 5);
    assert.equal(old?.errors, oldErrors);
    assert.equal(old.count, growthAfter(steady, from, `${name} UNSET`, false) + oldErrors);
    assert.equal(old.count, 24 + 5 + 2);
    const young = byRelease.get('1.1.0');
    assert.deepEqual([young?.count, young?.errors], [43, 3]);
    assert.equal(numbers.total?.count, 31 + 43);
    assert.equal(
      numbers.series.reduce((sum, point) => sum + point.count, 0),
      31 + 43,
    );
  });

  it('has every percentile in its true bucket, and says when it lies beyond the last', () => {
    const young = numbers.releases.find((r) => r.version === '1.1.0')?.stats;
    assert.ok(young?.p50Ms !== undefined && young.p50Ms.low >= 10 && young.p50Ms.high <= 50);
    assert.equal(young.p99Ms?.beyond, true);
    assert.equal(young.p99Ms.value, 15_000);
  });

  it('knows no client errors where no status is a label', () => {
    assert.equal(numbers.total?.clientErrors, undefined);
  });

  it('refuses a selection by a label that is not there', async () => {
    const other = sourceFor({ 'deployment.environment.name': 'production' });
    const answer = await other.services(never);
    other.dispose();
    assert.ok(!answer.ok);
    assert.match(answer.failure.message, /deployment\.environment\.name/);
  });

  it('asks for two things per refresh at most', async () => {
    const requests = (): number => Number(source.report()['requests']);
    await ask();
    const before = requests();
    await delay(slot);
    await ask();
    await ask();
    assert.ok(requests() - before <= 2, `${requests() - before} requests`);
  });
});
