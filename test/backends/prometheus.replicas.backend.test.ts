import assert from 'node:assert/strict';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import {
  historyText,
  startWithHistory,
  type CounterHistory,
  type Labels,
} from './historyServer.ts';
import { sourceAt } from './realPrometheus.ts';
import { numbersOf } from './onlyOperation.ts';

const never = new AbortController().signal;
const minute = 60;

/** A process that makes two calls a second while it is busy, and what servers that scrape it keep. */
interface Process {
  readonly labels: Labels;
  /** Unix seconds; a restart begins anew. */
  readonly starts: readonly number[];
  /** What it has counted when it starts. */
  readonly first?: number;
}

/** A server that scrapes: its own labels, the second of its scrapes, and when it was away. */
interface Replica {
  readonly labels: Labels;
  readonly phase: number;
  readonly away?: readonly [from: number, to: number];
}

describe('replicas of a Prometheus, without deduplication', function () {
  this.timeout(120_000);
  const now = Math.floor(Date.now() / 60_000) * minute;
  const ago = (minutes: number): number => now - minutes * minute;
  const begin = ago(180);
  // Ahead of now, so that the newest slot is whole however long this takes.
  const end = ago(-15);
  /** Nobody calls around the restart: what a process counted since its last scrape is known to nobody. */
  const busy = (at: number): boolean =>
    at > ago(50) && at <= ago(10) && !(at > ago(21) && at <= ago(18));
  const calls = (from: number, to: number): number => {
    let sum = 0;
    for (let at = from + 1; at <= to; at += 1) sum += busy(at) ? 2 : 0;
    return sum;
  };
  const old = [begin - 600];
  const scraped = ({ labels, starts, first = 0 }: Process, by: Replica): CounterHistory => {
    const samples: [number, number][] = [];
    for (let at = begin + by.phase; at <= end; at += 15) {
      const start = starts.findLast((one) => one <= at);
      const isAway = by.away !== undefined && at > by.away[0] && at <= by.away[1];
      if (start !== undefined && !isAway) samples.push([at, first + calls(start, at)]);
    }
    return { labels: { ...labels, ...by.labels }, samples };
  };
  const pair = (label: string, names: readonly [string, string]): readonly Replica[] => [
    { labels: { [label]: names[0] }, phase: 0 },
    { labels: { [label]: names[1] }, phase: 7, away: [ago(40), ago(30)] },
  ];
  /** What the servers say of the targets that they scrape. */
  const scrapes = (job: string, instances: readonly string[], by: readonly Replica[]) =>
    instances.flatMap((instance) =>
      by.map((one) => ({
        labels: { job, instance, ...one.labels },
        samples: scraped({ labels: {}, starts: old }, one).samples.map(([at]) => [at, 1] as const),
      })),
    );
  const span = (service: string, instance: string): Labels => ({
    service_name: service,
    span_name: 'GET /orders',
    span_kind: 'SPAN_KIND_SERVER',
    status_code: 'STATUS_CODE_UNSET',
    service_version: '1',
    job: service,
    instance,
  });
  const lost: readonly Replica[] = [
    { labels: { replica: 'A' }, phase: 0 },
    { labels: { replica: 'B' }, phase: 7, away: [ago(25), end] },
  ];
  const balanced = (service: string, replica: string): CounterHistory =>
    scraped({ labels: span(service, 'collector'), starts: old }, { labels: { replica }, phase: 0 });
  const all = (processes: readonly Process[], replicas: readonly Replica[]): CounterHistory[] =>
    processes.flatMap((one) => replicas.map((by) => scraped(one, by)));
  let server: Awaited<ReturnType<typeof startWithHistory>>;
  let source: BackendMetrics;

  before(async () => {
    server = await startWithHistory(
      historyText({
        traces_span_metrics_calls_total: [
          ...all(
            [
              { labels: span('operated', 'a'), starts: old, first: 7_000 },
              { labels: span('operated', 'b'), starts: [...old, ago(20)] },
              { labels: span('operated', 'c'), starts: [ago(15)], first: 5 },
            ],
            pair('prometheus_replica', ['k8s-0', 'k8s-1']),
          ),
          // A shard of the same service, which other servers scrape.
          ...all(
            [{ labels: span('operated', 'd'), starts: old }],
            pair('prometheus_replica', ['k8s-shard-1-0', 'k8s-shard-1-1']),
          ),
          ...all([{ labels: span('plain', 'a'), starts: old }], pair('replica', ['A', 'B'])),
          // One of the servers is away for good.
          ...all([{ labels: span('alone', 'a'), starts: old }], lost),
          // Balanced: their counters say nothing. The label isn’t on `up`: it is the processes’ own.
          ...['pod-0', 'pod-1'].map((replica) => balanced('balanced', replica)),
          // Nothing is known of who scraped them.
          ...['pod-0', 'pod-1'].map((replica) => balanced('pushed', replica)),
          // Servers of two places: each scrapes itself, and processes by the same name.
          ...['eu', 'us'].map((place, i) =>
            scraped(
              { labels: span('places', 'a'), starts: [ago(170 - i * 125)], first: i * 900 },
              { labels: { prometheus: place }, phase: 0 },
            ),
          ),
          // Two processes behind one collector: their replica is what they are, not who scraped them.
          ...[old[0] ?? 0, ago(45)].map((start, i) =>
            scraped(
              { labels: span('pods', 'collector'), starts: [start], first: i * 900 },
              { labels: { replica: `pod-${i}` }, phase: 0 },
            ),
          ),
        ],
        up: [
          ...scrapes('plain', ['a'], pair('replica', ['A', 'B'])),
          ...scrapes('alone', ['a'], lost),
          ...scrapes('prometheus', ['localhost:9090'], pair('replica', ['A', 'B'])),
          ...scrapes('balanced', ['collector'], [{ labels: {}, phase: 0 }]),
          ...['eu', 'us'].flatMap((prometheus) =>
            scrapes('places', ['a'], [{ labels: { prometheus }, phase: 0 }]),
          ),
        ],
      }),
    );
    source = sourceAt(server.url(), {});
  });
  after(async () => {
    source.dispose();
    await server.stop();
  });

  const numbersOfService = async (service: string): Promise<FunctionNumbers> => {
    await source.services(never);
    const operation = source.operations().find((one) => one.service === service);
    assert.ok(operation !== undefined, service);
    return numbersOf(source, operation, 3_600_000);
  };

  it('count each call once, through a gap of one of them, a restart and a new process, and beside another shard', async () => {
    const { total } = await numbersOfService('operated');
    const steady = calls(ago(60), now);
    const young = 5 + calls(ago(15), now);
    assert.equal(total?.count, steady + steady + young + steady);
  });

  it('are told by their label where that may be another’s: by the targets that both scrape', async () => {
    assert.equal((await numbersOfService('plain')).total?.count, calls(ago(60), now));
    const services = source.report()['services'] as Readonly<Record<string, unknown>>[];
    const told = services.map(({ service, countedOnceFor }) => [service, countedOnceFor]);
    assert.deepEqual(Object.fromEntries(told), {
      operated: ['prometheus_replica'],
      plain: ['prometheus_replica', 'replica'],
      alone: ['prometheus_replica', 'replica'],
      pods: ['prometheus_replica'],
      balanced: ['prometheus_replica'],
      pushed: ['prometheus_replica'],
      places: ['prometheus_replica'],
    });
  });

  it('are known while one of them is away', async () => {
    assert.equal((await numbersOfService('alone')).total?.count, calls(ago(60), now));
  });

  it('are none where processes of their own have such a label', async () => {
    const { total } = await numbersOfService('pods');
    assert.equal(total?.count, calls(ago(60), now) + 900 + calls(ago(45), now));
    assert.equal((await numbersOfService('balanced')).total?.count, 2 * calls(ago(60), now));
  });

  it('are none where servers of two places scrape what has the same names', async () => {
    const { total } = await numbersOfService('places');
    assert.equal(total?.count, calls(ago(60), now) + 900 + calls(ago(45), now));
  });

  it('may be what has no up and counts alike: no number is shown', async () => {
    const { total, problem } = await numbersOfService('pushed');
    assert.equal(total, undefined);
    assert.match(problem ?? '', /differ in replica alone.*select one with select/);
  });
});
