import assert from 'node:assert/strict';
import type { MetricRecord } from '../../../../src/telemetry/local/model.ts';
import { at, histogramMetric, newCore, numbers, request, resource, t0 } from './builders.ts';

const all = () => true;
const minute = 60_000;

const feed = (points: readonly MetricRecord[]) => {
  const core = newCore();
  let rejected = 0;
  for (const point of points)
    rejected += core.metrics([point], at(point.time.seconds * 1000 - t0)).rejected;
  return { core, rejected };
};
const count = (points: readonly MetricRecord[], now = 10 * minute) =>
  numbers(feed(points).core, all, at(now)).total?.count;

describe('metrics of services without spans', () => {
  const one = (start: number, time: number, counts: readonly number[], more: object = {}) =>
    histogramMetric({ start: t0 + start, time: t0 + time, counts, ...more });

  it('count a first point whole if it began after us, else it is a baseline only', () => {
    assert.equal(count([one(1000, minute, [5, 0, 0, 0])]), 5);
    assert.equal(count([one(-minute, minute, [5, 0, 0, 0])]), undefined);
    assert.equal(
      count([one(-minute, minute, [5, 0, 0, 0]), one(-minute, 2 * minute, [7, 1, 0, 0])]),
      3,
    );
  });

  it('read Micrometer’s requests: uri is the route, status says what failed', () => {
    const requests = (uri: string, status: string, n: number) =>
      one(1000, minute, [n, 0, 0, 0], {
        name: 'http.server.requests',
        unit: 'milliseconds',
        bounds: [100, 500, 1000],
        attributes: { uri, method: 'GET', status, outcome: 'X', exception: 'none' },
      });
    const { core } = feed([
      requests('/pets/{id}', '200', 5),
      requests('/pets/{id}', '500', 2),
      requests('/pets/{id}', '404', 1),
      requests('NOT_FOUND', '404', 3),
      requests('root', '200', 4),
    ]);
    const of = (route: string | undefined) =>
      numbers(core, ({ http }) => http?.route === route, at(10 * minute)).total;
    assert.equal(of('/pets/{id}')?.count, 8);
    assert.equal(of('/pets/{id}')?.errors, 2);
    assert.equal(of('/')?.count, 4);
    assert.equal(of(undefined)?.count, 3);
  });

  it('count requests once where two instruments time them', () => {
    const attributes = { uri: '/a', method: 'GET', status: '200', outcome: 'SUCCESS' };
    const both = [
      one(1000, minute, [5, 0, 0, 0]),
      one(1000, minute, [5, 0, 0, 0], { name: 'http.server.requests', unit: 'ms', attributes }),
    ];
    assert.equal(count(both), 5);
    assert.equal(count(both.reverse()), 5);
  });

  it('take a lower value and a later start as resets, added whole', () => {
    const before = one(1000, minute, [5, 0, 0, 0]);
    assert.equal(count([before, one(1000, 2 * minute, [2, 0, 0, 0])]), 7);
    assert.equal(count([before, one(90_000, 2 * minute, [9, 0, 0, 0])]), 14);
  });

  it('never add two processes that write one series', () => {
    const { core } = feed([
      one(1000, minute, [5, 0, 0, 0]),
      one(2000, minute + 1000, [50, 0, 0, 0]),
      one(1000, 2 * minute, [9, 0, 0, 0]),
      one(2000, 2 * minute + 1000, [90, 0, 0, 0]),
    ]);
    const found = numbers(core, all, at(3 * minute));
    assert.equal(found.total, undefined);
    assert.match(core.services(at(3 * minute))[0]?.warnings.join() ?? '', /no service.instance.id/);
  });

  it('tell processes apart by all resource attributes', () => {
    const of = (id: string) => ({ resource: resource({ instance: id, attributes: { id } }) });
    assert.equal(
      count([
        one(1000, minute, [5, 0, 0, 0], of('a')),
        one(2000, minute + 1000, [50, 0, 0, 0], of('b')),
        one(1000, 2 * minute, [9, 0, 0, 0], of('a')),
        one(2000, 2 * minute + 1000, [90, 0, 0, 0], of('b')),
      ]),
      99,
    );
  });

  it('accept gaps of deltas and reject overlaps', () => {
    const delta = { temporality: 'delta' as const };
    const { core, rejected } = feed([
      one(0, minute, [5, 0, 0, 0], delta),
      one(30_000, 2 * minute, [7, 0, 0, 0], delta),
      one(3 * minute, 4 * minute, [9, 0, 0, 0], delta),
    ]);
    assert.equal(rejected, 1);
    assert.equal(numbers(core, all, at(5 * minute)).total?.count, 14);
  });

  it('give rates over four samples, and percentiles in their explicit buckets', () => {
    const points = Array.from({ length: 11 }, (_, i) =>
      one(1000, i * minute + 1000, [600 * i, 0, 0, 0]),
    );
    const { core } = feed(points);
    const found = numbers(core, all, at(10 * minute + 5000));
    assert.ok(Math.abs((found.total?.perSecond ?? 0) - 10) <= 1, String(found.total?.perSecond));
    assert.deepEqual([found.total?.p95Ms?.low, found.total?.p95Ms?.high], [0, 100]);
    assert.equal(found.releases[0]?.share, 1);
    assert.equal(found.serviceAlive, true);
  });

  it('say "beyond" for a quantile in the last, open bucket', () => {
    const { core } = feed([one(1000, minute, [0, 0, 0, 5])]);
    const p95 = numbers(core, all, at(2 * minute)).total?.p95Ms;
    assert.deepEqual(p95, { value: 1000, low: 1000, high: 1000, beyond: true });
  });

  it('read old names, milliseconds and the old convention’s attributes', () => {
    const { core } = feed([
      one(1000, minute, [4, 1, 0, 0], {
        name: 'http.server.duration',
        unit: 'ms',
        bounds: [5, 10, 25],
        attributes: { 'http.method': 'GET', 'http.target': '/items/{id}', 'http.status_code': 500 },
      }),
    ]);
    const found = numbers(core, (o) => o.http?.route === '/items/{id}', at(2 * minute));
    assert.equal(found.total?.errors, 5);
    assert.equal(found.total.p50Ms?.high, 5);
    const operation = core.operations().operations[0];
    assert.equal(operation?.source, 'metric');
    assert.equal(operation.http?.method, 'GET');
  });

  it('read RPC metrics: codes that are the server’s fault are errors', () => {
    const rpc = (code: string, n: number) =>
      one(1000, minute, [n, 0, 0, 0], {
        name: 'rpc.server.call.duration',
        attributes: {
          'rpc.system.name': 'grpc',
          'rpc.method': 'shop.Cart/Add',
          'rpc.response.status_code': code,
        },
      });
    const { core } = feed([rpc('OK', 10), rpc('NOT_FOUND', 3), rpc('INTERNAL', 2)]);
    const found = numbers(core, (o) => o.rpc?.method === 'shop.Cart/Add', at(2 * minute));
    assert.deepEqual([found.total?.count, found.total?.errors], [15, 2]);
  });

  it('refuse a unit that nobody stated', () => {
    assert.equal(count([one(1000, minute, [5, 0, 0, 0], { unit: 'fortnights' })]), undefined);
  });

  it('are never added to the spans of the same service', () => {
    const core = newCore();
    core.metrics([one(1000, minute, [5, 0, 0, 0])], at(minute));
    core.spans([request('/a', { end: t0 + minute })], at(minute));
    core.settle(at(minute));
    core.metrics([one(1000, 2 * minute, [50, 0, 0, 0])], at(2 * minute));
    const found = numbers(core, all, at(2 * minute));
    assert.equal(found.total?.count, 1);
    assert.match(found.total.source, /spans/);
  });

  it('keep a process without calls alive and running', () => {
    const core = newCore();
    core.spans([request('/a')], t0);
    core.settle(t0);
    for (let i = 1; i <= 10; i += 1)
      core.metrics(
        [one(0, i * minute, [], { name: 'process.cpu.time', unit: 's' })],
        at(i * minute),
      );
    const found = numbers(core, all, at(10 * minute + 30_000));
    assert.equal(found.serviceAlive, true);
    assert.equal(found.releases[0]?.running, true);
    assert.equal(found.total?.perSecond, 0);
  });

  it('merge different boundaries on those that are known of both', () => {
    const { core } = feed([
      one(1000, minute, [10, 10, 10, 0], { bounds: [0.1, 0.5, 1] }),
      one(1000, minute, [10, 10, 10, 0], {
        bounds: [0.2, 0.5, 2],
        attributes: { 'http.request.method': 'GET', 'http.route': '/a', 'server.port': 2 },
      }),
    ]);
    const found = numbers(core, all, at(2 * minute)).total;
    assert.equal(found?.count, 60);
    assert.deepEqual([found.p50Ms?.low, found.p50Ms?.high], [0, 500]);
    // Nothing of the first lies beyond its last boundary, so that the second's holds for both.
    assert.deepEqual([found.p99Ms?.low, found.p99Ms?.high], [500, 2000]);
    assert.equal(found.p99Ms?.beyond, undefined);
  });
});

describe('exponential histograms in metrics', () => {
  const point = (time: number, scale: number, offset: number, counts: readonly number[]) => {
    const made = histogramMetric({ start: t0 + 1000, time: t0 + time, counts: [] });
    const count = counts.reduce((a, b) => a + b, 0);
    const none = { offset: 0, counts: [] };
    return {
      ...made,
      value: {
        type: 'histogram' as const,
        histogram: {
          count,
          data: {
            layout: 'exponential' as const,
            scale,
            zeroCount: 0,
            zeroThreshold: 0,
            positive: { offset, counts },
            negative: none,
          },
        },
      },
    };
  };

  it('subtract across a lowered scale, as their writers lower it', () => {
    // At scale 1: (0.25, 0.354], (0.354, 0.5]; at scale 0 both are (0.25, 0.5].
    const found = numbers(
      feed([point(minute, 1, -4, [10, 10]), point(2 * minute, 0, -2, [25, 5])]).core,
      all,
      at(3 * minute),
    ).total;
    assert.equal(found?.count, 30);
    assert.deepEqual([found.p50Ms?.low, found.p50Ms?.high], [250, 500]);
  });
});
