import assert from 'node:assert/strict';
import type { Operation } from '../../src/domain/operation.ts';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import {
  historyText,
  startWithHistory,
  type CounterHistory,
  type HistoryServer,
  type Labels,
} from './historyServer.ts';
import { sourceAt } from './realPrometheus.ts';

const never = new AbortController().signal;
const minute = 60;

describe('a service with calls of several kinds on a real Prometheus', function () {
  this.timeout(180_000);
  const now = Math.floor(Date.now() / 60_000) * minute;
  const begin = now - 120 * minute;
  // Ahead of now, so that the newest slot is recorded as well.
  const end = now + 15 * minute;
  const every = 15;
  const from = now - 40 * minute;
  const to = now - 10 * minute;
  /** So many calls with each sample of half an hour. */
  const counter = (labels: Labels, perSample: number): CounterHistory => {
    const samples: [number, number][] = [];
    for (let at = begin, value = 100; at <= end; at += every) {
      if (at > from && at <= to) value += perSample;
      samples.push([at, value]);
    }
    return { labels, samples };
  };
  const total = (perSample: number): number => ((to - from) / every) * perSample;
  const there = (labels: Labels): CounterHistory => ({
    labels,
    samples: counter({}, 0).samples.map(([at]) => [at, 1] as const),
  });
  const viaCollector = {
    job: 'collector',
    instance: 'c:1',
    exported_job: 'tea',
    exported_instance: 't1',
  };
  const direct = { job: 'tea', instance: 't1:80' };
  const conventions = [
    {
      name: 'Acme',
      calls: 'acme_requests_total',
      errors: 'acme_failed_total',
      labels: { service: 'app', route: 'path', method: 'verb' },
    },
  ];
  const bakery = { app: 'bakery', path: '/bread', verb: 'GET', instance: 'b1' };
  let server: HistoryServer;
  let source: BackendMetrics;

  before(async () => {
    const request = {
      http_request_method: 'GET',
      http_route: '/tea',
      http_response_status_code: '200',
    };
    const call = { rpc_system: 'grpc', rpc_service: 'tea.Pot', rpc_method: 'Pour' };
    server = await startWithHistory(
      historyText({
        http_server_request_duration_seconds_count: [counter({ ...viaCollector, ...request }, 4)],
        rpc_server_duration_milliseconds_count: [counter({ ...direct, ...call }, 7)],
        target_info: [
          there({ ...viaCollector, service_version: '2.0.0' }),
          there({ ...direct, service_version: '2.1.0' }),
        ],
        acme_requests_total: [counter(bakery, 5)],
        acme_failed_total: [counter(bakery, 2)],
      }),
    );
    source = sourceAt(server.url(), {}, { conventions });
    await source.services(never);
  });
  after(async () => {
    source.dispose();
    await server.stop();
  });

  const numbersOf = async (
    wanted: (operation: Operation) => boolean,
    of = source,
  ): Promise<FunctionNumbers> => {
    const operation = of.operations().find(wanted);
    assert.ok(operation !== undefined);
    const groups = [{ key: 'f', service: operation.service, operations: [operation.id] }];
    const window = milliseconds(3_600_000);
    const answer = await of.numbers({ groups, window, seriesPoints: 0 }, never);
    assert.ok(answer.ok && answer.value[0] !== undefined, JSON.stringify(answer));
    return answer.value[0];
  };
  const isRequest = ({ http }: Operation): boolean => http?.route === '/tea';
  const isCall = ({ rpc }: Operation): boolean => rpc?.method === 'tea.Pot/Pour';
  const isAcme = ({ service }: Operation): boolean => service === 'bakery';
  const releasesOf = ({ releases }: FunctionNumbers): readonly unknown[] =>
    releases.map(({ version, stats }) => [version, stats.count]);

  it('has the releases of each, where their processes go by different labels', async () => {
    assert.deepEqual(releasesOf(await numbersOf(isRequest)), [['2.0.0', total(4)]]);
    assert.deepEqual(releasesOf(await numbersOf(isCall)), [['2.1.0', total(7)]]);
  });

  it('has a page for each', () => {
    const all = source.operations().filter((one) => isRequest(one) || isCall(one));
    const [first] = all;
    assert.ok(first !== undefined);
    const linkTo = (operations: readonly Operation[]): string => {
      const group = {
        key: 'f',
        service: first.service,
        operations: operations.map(({ id }) => id),
      };
      return decodeURIComponent(source.linkTo?.(group, milliseconds(3_600_000))?.url ?? '');
    };
    assert.match(linkTo(all.filter(isRequest)), /rate\(http_server_request/);
    assert.doesNotMatch(linkTo(all.filter(isRequest)), /rpc_server/);
    assert.match(linkTo(all.filter(isCall)), /rate\(rpc_server_duration/);
    assert.match(linkTo(all), /http_server_request.*rpc_server_duration/);
  });

  it('has recording rules for all of them, failures with a counter of their own as well, that give the same numbers', async () => {
    const acme = await numbersOf(isAcme);
    assert.deepEqual([acme.total?.count, acme.total?.errors], [total(5), total(2)]);
    const rules = await source.recordingRules?.(never);
    assert.ok(rules?.ok === true, JSON.stringify(rules));
    await server.record(rules.value, now - 90 * minute, end);
    const recorded = sourceAt(server.url(), {}, { conventions });
    await recorded.services(never);
    const again = await numbersOf(isAcme, recorded);
    assert.deepEqual([again.total?.count, again.total?.errors], [total(5), total(2)]);
    assert.deepEqual(releasesOf(await numbersOf(isRequest, recorded)), [['2.0.0', total(4)]]);
    assert.deepEqual(releasesOf(await numbersOf(isCall, recorded)), [['2.1.0', total(7)]]);
    // The metrics themselves say nothing any more: what there is was recorded.
    const used = recorded.report()['services'] as Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      Object.fromEntries(used.map((one) => [one['service'], one['recordingRules']])),
      { bakery: ['calls', 'errors'], tea: ['calls'] },
    );
    recorded.dispose();
  });
});
