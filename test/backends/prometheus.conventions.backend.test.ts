import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../src/domain/operation.ts';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { converts, scrapeOnly, signedIn, slot, sourceFor, until, url } from './realPrometheus.ts';
import { ScrapedProcess } from './scrapedProcess.ts';

const never = new AbortController().signal;
const source = sourceFor(
  {},
  {
    conventions: [
      {
        name: 'Acme',
        calls: 'acme_requests_total',
        durations: 'acme_request_time',
        unit: 'ms',
        labels: { service: 'app', release: 'build', route: 'path', method: 'verb' },
        failed: { label: 'result', values: ['panic'] },
      },
    ],
  },
);

/** OpenTelemetry's HTTP server metrics of one process, under the names that its exporter for Prometheus gives them. */
class HttpProcess extends ScrapedProcess {
  readonly #who: Readonly<Record<string, string>>;

  constructor(job: string, instance: string, version: string) {
    super();
    this.#who = { job, instance };
    this.begin(version);
  }

  begin(version: string): void {
    this.restart();
    this.info('target', { ...this.#who, service_version: version });
  }

  requests(route: string, status: string, seconds: readonly number[]): void {
    const labels = {
      ...this.#who,
      http_request_method: 'GET',
      http_route: route,
      http_response_status_code: status,
    };
    this.observe('http_server_request_duration_seconds', labels, seconds);
  }
}

const tea = { job: 'tea', instance: 't1', service_version: '3' };
const traceIdOf = (digit: string): string => digit.repeat(32);
const times = (n: number, seconds: number): number[] => new Array<number>(n).fill(seconds);

describe('conventions on a real Prometheus', function () {
  this.timeout(240_000);
  const replaced = new HttpProcess('acme/cart', 'cart-1', '1.0.0');
  const kept = new HttpProcess('acme/cart', 'cart-2', '1.0.0');
  const bakery = new ScrapedProcess([5, 50, 500]);
  const both = new ScrapedProcess([0.005, 0.05, 0.5, 5]);
  const oven = new HttpProcess('oven', 'o1', '2');
  const all = [replaced, kept, bakery, both];
  let operations: ReadonlyMap<string, Operation>;

  const serve = (requests: readonly number[], calls: readonly number[]): void => {
    const http = {
      http_request_method: 'GET',
      http_route: '/tea',
      http_response_status_code: '200',
    };
    const rpc = { rpc_system: 'grpc', rpc_service: 'tea.Pot', rpc_method: 'Pour' };
    both.observe('http_server_request_duration_seconds', { ...tea, ...http }, requests);
    // In milliseconds, of which the buckets' bounds know nothing.
    both.observe('rpc_server_duration_milliseconds', { ...tea, ...rpc }, calls);
  };
  const bake = (result: string, ms: readonly number[]): void => {
    const labels = { app: 'bakery', build: '7', path: '/bread/{id}', verb: 'GET', result };
    bakery.count('acme_requests', labels, ms.length);
    bakery.observe('acme_request_time', labels, ms);
  };
  const numbersOf = async (service: string): Promise<FunctionNumbers> => {
    const operation = operations.get(service);
    assert.ok(operation !== undefined, service);
    const answer = await source.numbers(
      {
        groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
        window: milliseconds(5 * 60_000),
        seriesPoints: 0,
      },
      never,
    );
    assert.ok(answer.ok && answer.value[0] !== undefined, JSON.stringify(answer));
    return answer.value[0];
  };
  const scraped = (process: ScrapedProcess): Promise<true> => {
    const before = process.scrapes;
    // One may be under way that began before.
    return until('a scrape', async () => process.scrapes > before + 1 || undefined);
  };

  before(async () => {
    replaced.exemplar = (value) => ({
      trace_id: traceIdOf(value > 0.2 ? 'a' : 'b'),
      span_id: '00f067aa0ba902b7',
    });
    kept.exemplar = () => ({ traceID: traceIdOf('c') });
    // Old processes: what they counted before belongs to no window.
    replaced.requests('/carts/:id', '200', times(500, 0.01));
    kept.requests('/carts/:id', '200', times(500, 0.01));
    bake('ok', times(300, 20));
    serve(times(90, 0.02), times(80, 2));
    oven.requests('/bake', '200', times(100, 0.02));
    const addresses = await Promise.all(all.map((process) => process.start()));
    const converted = [await oven.start()];
    // All of them are seen first in one slot: of two, the one that came a slot later would be taken for a new one.
    await delay(slot - (Date.now() % slot) + 500);
    scrapeOnly(addresses, converted);
    await Promise.all([...all, oven].map(scraped));
    operations = await until('operations, and how often samples come', async () => {
      source.retry();
      await source.services(never);
      const found = new Map(source.operations().map((one) => [one.service as string, one]));
      const services = source.report()['services'] as {
        service: string;
        sampleIntervalMs: number;
      }[];
      const measured = services.every(({ sampleIntervalMs }) => sampleIntervalMs < 3_000);
      return found.has('acme/cart') &&
        found.has('bakery') &&
        found.has('tea') &&
        found.has('oven') &&
        measured
        ? found
        : undefined;
    });
    await delay(slot - (Date.now() % slot) + 3_000);
    replaced.requests('/carts/:id', '200', times(30, 0.02));
    replaced.requests('/carts/:id', '500', times(9, 0.02));
    kept.requests('/carts/:id', '200', times(20, 0.02));
    bake('ok', times(40, 20));
    bake('panic', times(4, 200));
    serve(times(11, 0.2), times(7, 0.04));
    oven.requests('/bake', '200', times(8, 0.02));
    await scraped(replaced);
    // What a process counted in the slot in which it is replaced can't be known.
    await delay(slot - (Date.now() % slot) + 3_000);
    replaced.begin('1.1.0');
    replaced.requests('/carts/:id', '200', times(10, 0.3));
    await scraped(replaced);
    await delay(slot);
    replaced.requests('/carts/:id', '200', times(10, 0.3));
    replaced.requests('/carts/:id', '500', times(5, 0.3));
    kept.requests('/carts/:id', '200', times(20, 0.02));
    oven.requests('/bake', '200', times(9, 0.2));
    oven.requests('/bake', '500', times(3, 2));
    await Promise.all([...all, oven].map(scraped));
    const last = Date.now();
    await until('the last slot', async () => {
      for (const service of ['acme/cart', 'bakery', 'tea', 'oven']) await numbersOf(service);
      return Date.now() > Math.ceil(last / slot) * slot + 6_000 || undefined;
    });
  });

  after(async () => {
    scrapeOnly([]);
    source.dispose();
    for (const process of [...all, oven]) await process.stop();
  });

  it('lets PromQL’s own join of releases fail while both releases of a process are within its look-back', async () => {
    const query = `rate(http_server_request_duration_seconds_count{exported_job="acme/cart"}[1m]) * on (exported_job, exported_instance) group_left (service_version) target_info`;
    const parameters = new URLSearchParams({ query }).toString();
    const answer = await fetch(`${url}/api/v1/query?${parameters}`, { headers: signedIn });
    const { error = '' } = (await answer.json()) as { error?: string };
    assert.match(error, /duplicate series|many-to-many/);
  });

  it('has each release’s calls and errors by the process that was of it then', async () => {
    const { releases, total } = await numbersOf('acme/cart');
    const stats = new Map(releases.map(({ version, stats: one }) => [version, one]));
    assert.deepEqual([...stats.keys()].toSorted(), ['1.0.0', '1.1.0']);
    const [old, young] = [stats.get('1.0.0'), stats.get('1.1.0')];
    assert.deepEqual([old?.count, old?.errors], [30 + 9 + 20 + 20, 9]);
    assert.deepEqual([young?.count, young?.errors], [10 + 10 + 5, 5]);
    assert.equal(total?.count, 104);
    assert.ok(old?.p95Ms !== undefined && old.p95Ms.low >= 5 && old.p95Ms.high <= 50);
    assert.ok(young?.p95Ms !== undefined && young.p95Ms.low >= 50 && young.p95Ms.high <= 500);
    const services = await source.services(never);
    assert.ok(services.ok);
    const cart = services.value.find(({ service }) => service === 'acme/cart');
    assert.deepEqual(cart?.warnings, []);
  });

  it('knows traces of slow and of failed calls by the exemplars of their series', async () => {
    const operation = operations.get('acme/cart');
    assert.ok(operation !== undefined && source.exemplars !== undefined);
    const of = async (kind: 'slow' | 'failed'): Promise<readonly string[]> => {
      const query = { service: operation.service, operations: [operation.id], kind, limit: 3 };
      const ids = await source.exemplars?.(query, never);
      assert.ok(ids?.ok === true, JSON.stringify(ids));
      return ids.value;
    };
    const slow = await of('slow');
    assert.deepEqual([slow[0], slow.toSorted()], [traceIdOf('a'), ['a', 'b', 'c'].map(traceIdOf)]);
    // The first of them was the last to fail.
    assert.deepEqual(await of('failed'), ['a', 'b'].map(traceIdOf));
  });

  it('has a service’s requests and its RPCs, each with its own unit', async () => {
    const own = source.operations().filter(({ service }) => service === 'tea');
    const of = async (wanted: Operation | undefined) => {
      assert.ok(wanted !== undefined);
      const groups = [{ key: 'f', service: wanted.service, operations: [wanted.id] }];
      const window = milliseconds(5 * 60_000);
      const answer = await source.numbers({ groups, window, seriesPoints: 0 }, never);
      assert.ok(answer.ok);
      return answer.value[0];
    };
    const requests = await of(own.find(({ http }) => http?.route === '/tea'));
    const calls = await of(own.find(({ rpc }) => rpc?.method === 'tea.Pot/Pour'));
    assert.deepEqual([requests?.total?.count, calls?.total?.count], [11, 7]);
    assert.ok(requests?.total?.p50Ms !== undefined && calls?.total?.p50Ms !== undefined);
    const { p50Ms: slow } = requests.total;
    const { p50Ms: fast } = calls.total;
    assert.ok(slow.low >= 50 && slow.high <= 500 && fast.low >= 0.005 && fast.high <= 0.05);
  });

  it('reads histograms of boundaries of their own, native ones beside classic ones of the same name', async () => {
    const { total } = await numbersOf('oven');
    assert.deepEqual([total?.count, total?.errors], [20, 3]);
    const { p50Ms, p99Ms } = total ?? {};
    // 8 of 20 ms, 9 of 200 ms, 3 of 2 s: in (50, 500] and (500, 5000].
    assert.deepEqual([p50Ms?.low, p50Ms?.high, p99Ms?.low, p99Ms?.high], [50, 500, 500, 5000]);
    const [known] = (source.report()['services'] as Record<string, unknown>[]).filter(
      ({ service }) => service === 'oven',
    );
    const metric = 'http_server_request_duration_seconds';
    assert.deepEqual(
      [known?.['calls'], known?.['buckets']],
      converts ? [metric, metric] : [`${metric}_count`, `${metric}_bucket`],
    );
  });

  it('reads a person’s own metrics, with their failures, release and unit', async () => {
    const { releases, total } = await numbersOf('bakery');
    assert.deepEqual(
      releases.map(({ version, stats }) => [version, stats.count, stats.errors]),
      [['7', 44, 4]],
    );
    assert.deepEqual(source.problems?.(), []);
    assert.ok(total?.p50Ms !== undefined && total.p50Ms.low >= 5 && total.p50Ms.high <= 50);
    assert.ok(total.p99Ms !== undefined && total.p99Ms.low >= 50 && total.p99Ms.high <= 500);
    assert.equal(total.source, 'Acme');
  });
});
