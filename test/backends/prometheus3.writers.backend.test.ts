import assert from 'node:assert/strict';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import { startWithHistory } from './historyServer.ts';
import { sourceAt } from './realPrometheus.ts';

const never = new AbortController().signal;
const every = 10;
/** How often SDKs export by default. */
const exported = 60;

/** A process that pushes its own count of requests by OTLP, as SDKs do, at a second of its own. */
interface Process {
  readonly service: string;
  readonly instance?: string;
  readonly phase: number;
  /** What it has counted by a moment, Unix seconds. */
  readonly count: (at: number) => number;
}

describe('processes that push to a Prometheus', function () {
  this.timeout(120_000);
  const now = Math.floor(Date.now() / 1000);
  const begin = Math.floor(now / 600) * 600 - 40 * 60;
  const restart = begin + 25 * 60;
  const perPush = (at: number, from = begin): number => 3 * Math.floor((at - from) / every);
  const newestExport = (at: number, from = begin): number =>
    exported * Math.floor((at - from) / exported);
  const processes: readonly Process[] = [
    { service: 'nameless', phase: 0, count: (at) => 4_000 + perPush(at) },
    { service: 'nameless', phase: 4, count: (at) => 100 + perPush(at) },
    { service: 'named', instance: 'a', phase: 0, count: (at) => 4_000 + perPush(at) },
    { service: 'named', instance: 'b', phase: 4, count: (at) => 100 + perPush(at) },
    {
      service: 'restarted',
      phase: 0,
      count: (at) => (at < restart ? 50 + perPush(at) : perPush(at, restart)),
    },
    // A collector that is scraped shows the newest export: of one of two, each 60 calls a minute.
    {
      service: 'collected',
      phase: 0,
      count: (at) =>
        at % exported < exported / 2
          ? 4_000 + newestExport(at)
          : 100 + newestExport(at - exported / 2),
    },
    {
      service: 'collected-restarted',
      phase: 0,
      count: (at) => (at < restart ? 50 + newestExport(at) : newestExport(at, restart)),
    },
    // Lives for two minutes at a time.
    {
      service: 'failing',
      phase: 0,
      count: (at) => perPush(at, begin + Math.floor((at - begin) / 120) * 120),
    },
  ];
  let server: Awaited<ReturnType<typeof startWithHistory>>;
  let source: BackendMetrics;

  before(async () => {
    server = await startWithHistory(undefined);
    for (let second = begin; second <= now; second += 1) {
      const due = processes.filter(({ phase }) => second % every === phase);
      if (due.length === 0) continue;
      const resourceMetrics = due.map((one) => pushed(one, second));
      const answer = await fetch(`${server.url()}/api/v1/otlp/v1/metrics`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceMetrics }),
      });
      assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
    }
    source = sourceAt(server.url(), {});
  });
  after(async () => {
    source.dispose();
    await server.stop();
  });

  const numbersOf = async (service: string, window = 30 * 60_000): Promise<FunctionNumbers> => {
    await source.services(never);
    const operation = source.operations().find((one) => one.service === service);
    assert.ok(operation !== undefined, service);
    const answer = await source.numbers(
      {
        groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
        window: milliseconds(window),
        seriesPoints: 0,
      },
      never,
    );
    assert.ok(answer.ok && answer.value[0] !== undefined, JSON.stringify(answer));
    return answer.value[0];
  };

  it('have no number where several push as one, but the reason with the remedy, also where they export six times less often than they are scraped', async () => {
    for (const of of ['nameless', 'collected']) {
      const { problem = '', total, releases, failed } = await numbersOf(of);
      assert.match(problem, /Several processes write one series of http_server_request_duration/);
      assert.match(problem, /service\.instance\.id/);
      assert.deepEqual([total, releases, failed], [undefined, [], undefined]);
      const services = await source.services(never);
      assert.ok(services.ok);
      const state = services.value.find(({ service }) => service === of);
      assert.ok(state?.warnings.some((warning) => warning.includes('service.instance.id')));
    }
  });

  it('have their numbers where each has an instance of its own, one restarts, or lives for two minutes at a time', async () => {
    for (const [service, perSecond] of [
      ['named', 0.6],
      ['restarted', 0.3],
      ['collected-restarted', 1],
    ] as const) {
      const { problem, total, window } = await numbersOf(service);
      assert.equal(problem, undefined, service);
      // Nothing was pushed for the time that pushing took.
      const expected = perSecond * (Math.min(now, window.to / 1000) - window.from / 1000);
      const { count = 0 } = total ?? {};
      // The newest slot isn't over yet, and what was counted in a slot before a restart in it is in no sample at its end.
      const least = expected - perSecond * (service.endsWith('restarted') ? 90 + 60 : 90);
      assert.ok(count > least && count < expected * 1.02, `${service}: ${count} of ${expected}`);
    }
    assert.equal((await numbersOf('failing')).problem, undefined);
  });
});

const pushed = ({ service, instance, count }: Process, second: number) => ({
  resource: {
    attributes: [
      { key: 'service.name', value: { stringValue: service } },
      ...(instance === undefined
        ? []
        : [{ key: 'service.instance.id', value: { stringValue: instance } }]),
    ],
  },
  scopeMetrics: [
    {
      metrics: [
        {
          name: 'http.server.request.duration',
          unit: 's',
          histogram: {
            aggregationTemporality: 2,
            dataPoints: [
              {
                timeUnixNano: `${second}000000000`,
                attributes: [
                  { key: 'http.request.method', value: { stringValue: 'GET' } },
                  { key: 'http.route', value: { stringValue: '/orders' } },
                  { key: 'http.response.status_code', value: { intValue: '200' } },
                ],
                count: String(count(second)),
                sum: count(second) / 100,
                explicitBounds: [0.1, 1],
                bucketCounts: [String(count(second)), '0', '0'],
              },
            ],
          },
        },
      ],
    },
  ],
});
