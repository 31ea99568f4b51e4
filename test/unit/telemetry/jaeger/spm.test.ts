import assert from 'node:assert/strict';
import { fail, ok } from '../../../../src/domain/result.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import { canAskFor, noMetrics } from '../../../../src/telemetry/jaeger/spm/questions.ts';
import { spmRows } from '../../../../src/telemetry/jaeger/spm/wire.ts';
import { request, resource } from '../core/builders.ts';
import { hour, minute, never } from '../sampled/fakeTraces.ts';
import { look, Monitored, orders } from './monitored.ts';

const family = (metrics: unknown): unknown => ({
  name: 'service_operation_latencies',
  type: 'GAUGE',
  help: '0.95th quantile latency, grouped by service & operation',
  metrics,
});
const labels = [
  { name: 'service_name', value: 'shop' },
  { name: 'operation', value: orders },
];

describe('Jaeger’s span metrics', () => {
  it('are read with their gaps, which are text', () => {
    const read = spmRows.read(
      family([
        {
          labels,
          metricPoints: [
            { gaugeValue: { doubleValue: 'NaN' }, timestamp: '2026-11-21T07:55:34Z' },
            { gaugeValue: { doubleValue: 23.5 }, timestamp: '2026-11-21T07:56:04.5Z' },
            { gaugeValue: { doubleValue: -1 }, timestamp: '2026-11-21T07:57:04Z' },
            { gaugeValue: null, timestamp: '2026-11-21T07:58:04Z' },
            { gaugeValue: { doubleValue: 7 }, timestamp: 'yesterday' },
          ],
        },
        { labels: labels.slice(0, 1), metricPoints: [] },
        null,
      ]),
    );
    assert.ok(read.ok);
    assert.deepEqual(read.value, [
      {
        service: 'shop',
        operation: orders,
        points: [[Date.UTC(2026, 10, 21, 7, 56, 4, 500), 23.5]],
      },
    ]);
    assert.deepEqual(spmRows.read(family([])), ok([]));
    assert.deepEqual(spmRows.read(family(null)), ok([]));
    for (const other of [{}, [], null, 'x', family([7])]) assert.ok(!spmRows.read(other).ok);
  });

  it('give rate, share of failed calls and percentiles with no bounds but the highest bucket’s end', async () => {
    const monitored = new Monitored();
    const { total, releases, comparisons, sample, serviceAlive } = await look(monitored.source());
    assert.equal(total?.basis, 'all');
    assert.deepEqual([total.perSecond, total.errorRatio], [4, 0.25]);
    assert.deepEqual(total.p95Ms, { value: 140, low: 0, high: 150 });
    assert.deepEqual([total.count, total.errors], [undefined, undefined]);
    assert.deepEqual([releases, comparisons, sample, serviceAlive], [[], [], undefined, true]);
  });

  it('say of a value at the highest bucket’s end that it lies beyond it', async () => {
    const monitored = new Monitored();
    monitored.values['0.99'] = 150;
    const { total } = await look(monitored.source());
    assert.deepEqual(total?.p99Ms, { value: 150, low: 150, high: 150, beyond: true });
    assert.equal(total.p95Ms?.beyond, undefined);
  });

  it('never say that there are no errors, no calls, or a rate of what has just begun', async () => {
    const monitored = new Monitored();
    Object.assign(monitored.values, { errors: 0, calls: 0 });
    const quiet = await look(monitored.source());
    assert.equal(quiet.total?.basis, 'all');
    assert.deepEqual([quiet.total.perSecond, quiet.total.errorRatio], [undefined, undefined]);
    const young = new Monitored();
    young.before = 0;
    assert.equal((await look(young.source())).total?.perSecond, undefined);
    // Nothing at all in the window: the sample may have met a call that rate() missed.
    const silent = new Monitored();
    silent.values = { calls: 0 };
    assert.equal((await look(silent.source())).total?.basis, 'sample');
  });

  it('have durations in the unit that agrees with the traces, else none', async () => {
    const quantiles = (by: number): Record<string, number> => ({
      '0.5': 80 * by,
      '0.95': 140 * by,
      '0.99': 148 * by,
      '1': 150 * by,
    });
    for (const [by, p95] of [
      [1, 140],
      [0.001, 140],
      [1e-6, undefined],
      [1000, undefined],
    ] as const) {
      const monitored = new Monitored();
      Object.assign(monitored.values, quantiles(by));
      const { total } = await look(monitored.source());
      const told = total?.p95Ms?.value;
      assert.equal(told === undefined ? told : Math.round(told), p95, `× ${by}`);
      assert.equal(total?.perSecond, 4);
    }
  });

  it('are asked for six times per service and refresh, the whole window of a long one less often', async () => {
    const monitored = new Monitored();
    const { traces, asked } = monitored;
    const source = monitored.source();
    const counted = async (window: number): Promise<readonly string[]> => {
      asked.length = 0;
      await look(source, window);
      await look(source, window);
      return asked.map(({ what }) => what);
    };
    await look(source);
    const six = ['calls', 'errors', 'latencies', 'latencies', 'latencies', 'latencies'];
    traces.now += minute;
    assert.deepEqual(await counted(hour), six);
    assert.deepEqual(await counted(24 * hour), six);
    traces.now += minute;
    assert.deepEqual(await counted(24 * hour), ['calls']);
    traces.now += 11 * minute;
    assert.deepEqual(await counted(24 * hour), six);
    traces.focused = false;
    traces.now += 10 * minute;
    assert.deepEqual(await counted(24 * hour), []);
    for (const { ratePer, lookback } of asked) assert.ok(ratePer % minute === 0 && lookback > 0);
  });

  it('give way to the sample where there are none, and say why', async () => {
    const monitored = new Monitored();
    monitored.failing = Promise.resolve(ok(noMetrics));
    const source = monitored.source();
    assert.equal((await look(source)).total?.basis, 'sample');
    await look(source);
    assert.equal(monitored.asked.length, 1);
    assert.match(JSON.stringify(source.report()), /no metrics storage/);
    monitored.traces.now += 16 * minute;
    monitored.failing = undefined;
    assert.equal((await look(source)).total?.basis, 'all');
  });

  it('aren’t asked for where “select” is wanted, or the sample by a person, or a name is a pattern', async () => {
    const chosen = new Monitored();
    const { total } = await look(chosen.source({}, { sources: { '*': 'sample' } }));
    assert.equal(total?.basis, 'sample');
    const selecting = new Monitored();
    const source = selecting.source({ 'deployment.environment.name': 'production' });
    await source.services(never);
    assert.match(JSON.stringify(source.report()), /narrowed/);
    assert.deepEqual([chosen.asked, selecting.asked], [[], []]);
    assert.deepEqual(['shop.front-1', 'a|b', 'a.*', ''].map(canAskFor), [
      true,
      false,
      false,
      false,
    ]);
  });

  it('that fail leave the last good numbers with the reason, and aren’t asked for again at once', async () => {
    const monitored = new Monitored();
    const source = monitored.source();
    assert.equal((await look(source)).total?.basis, 'all');
    monitored.traces.now += minute;
    monitored.asked.length = 0;
    monitored.failing = Promise.resolve(fail('invalid', 'Prometheus is away.', 'Wait.'));
    const group = {
      key: orders,
      service: source.operations()[0]?.service ?? ('none' as never),
      operations: source.operations().map(({ id }) => id),
    };
    const ask = () =>
      source.numbers({ groups: [group], window: milliseconds(hour), seriesPoints: 0 }, never);
    for (let again = 0; again < 3; again += 1) {
      const answer = await ask();
      assert.ok(!answer.ok);
      assert.equal(answer.failure.message, 'Prometheus is away.');
    }
    assert.equal(monitored.asked.length, 1);
    monitored.traces.now += minute;
    monitored.failing = undefined;
    assert.ok((await ask()).ok);
  });

  it('of a service of two namespaces are nobody’s', async () => {
    const monitored = new Monitored();
    const { spans, now } = monitored.traces;
    const other = resource({});
    spans.push(
      request('/orders/:id', {
        end: now - 5 * minute,
        ms: 100,
        resource: { ...other, service: `acme/${other.service}` as typeof other.service },
      }),
    );
    // The store that is imitated finds services by their whole key.
    const newest = monitored.traces.newest.bind(monitored.traces);
    monitored.traces.newest = async (question) => {
      const answer = await newest(question);
      return answer.ok ? ok({ ...answer.value, spans }) : answer;
    };
    const { total } = await look(monitored.source());
    assert.notEqual(total?.basis, 'all');
  });
});
