import assert from 'node:assert/strict';
import { at, child, newCore, numbers, request, span, t0 } from './builders.ts';

const all = () => true;
const minute = 60_000;

/** Constant traffic, ten calls a second, sent in batches of five seconds as a batch processor does, ticked each second. */
function constantTraffic(minutes: number, lag: number) {
  const core = newCore();
  let now = 0;
  for (let from = 0; from < minutes * minute; from += 5000) {
    const batch = Array.from({ length: 50 }, (_, i) => request('/a', { end: t0 + from + i * 100 }));
    now = from + 5000 + lag;
    core.spans(batch, at(now));
    for (let s = 0; s < 5; s += 1) core.tick(at(now + s * 1000));
  }
  return { core, now: at(now + 4000) };
}

describe('time', function () {
  this.timeout(60_000);

  for (const minutes of [2, 10, 70])
    it(`reads constant traffic of 10/s as 10 ± 1 after ${minutes} minutes`, () => {
      const { core, now } = constantTraffic(minutes, 200);
      const found = numbers(core, all, now);
      const rate = found.total?.perSecond ?? 0;
      assert.ok(rate >= 9 && rate <= 11, String(rate));
      const seconds = (found.window.to - found.window.from) / 1000;
      const mean = (found.total?.count ?? 0) / seconds;
      assert.ok(mean >= 9 && mean <= 11, `count over the observed window: ${mean}`);
      assert.ok(seconds <= Math.min(minutes * 60 + 10, 3600));
      assert.ok(seconds >= Math.min(minutes * 60, 3600) * 0.98);
    });

  it('has no rate until there is one to trust, and never 0/s while calls come', () => {
    const core = newCore();
    for (let ms = 0; ms < 40_000; ms += 500) {
      core.spans(
        Array.from({ length: 5 }, (_, i) => request('/a', { end: t0 + ms + i * 100 })),
        at(ms + 500),
      );
      core.tick(at(ms + 500));
      const { total } = numbers(core, all, at(ms + 500));
      const rate = total?.perSecond;
      if (ms < 10_000) assert.equal(rate, undefined, `${ms} ms: ${rate}`);
      // The newest two seconds wait for their traces.
      if (ms >= 13_000) assert.ok(rate !== undefined && rate >= 9 && rate <= 11, `${ms}: ${rate}`);
    }
  });

  it('counts a function’s first calls at once into the rate of a service that has long been alive', () => {
    const { core, now } = constantTraffic(3, 200);
    core.spans([request('/new', { end: now }), request('/new', { end: now })], now);
    core.settle(now);
    const rate = numbers(core, (o) => o.http?.route === '/new', now).total?.perSecond ?? 0;
    assert.ok(rate > 0.03 && rate < 0.05, String(rate));
  });

  it('counts a rate anew after a restart: the pause between is not known', () => {
    const { core, now } = constantTraffic(3, 200);
    const began = at(now - t0 + 30_000);
    const restored = newCore({ now: began });
    restored.restore(core.snapshot(now), began);
    const feed = (from: number, to: number) => {
      for (let ms = from; ms < to; ms += 1000)
        restored.spans(
          Array.from({ length: 10 }, (_, i) => request('/a', { end: began + ms + i * 100 })),
          at(began - t0 + ms + 1000),
        );
      restored.settle(at(began - t0 + to));
      return numbers(restored, all, at(began - t0 + to)).total?.perSecond;
    };
    assert.equal(feed(0, 9000), undefined);
    const rate = feed(9000, 40_000) ?? 0;
    assert.ok(rate >= 9 && rate <= 11, String(rate));
  });

  it('reads traffic that stopped as stopped, and says nothing once the service is silent', () => {
    const { core, now } = constantTraffic(5, 200);
    assert.ok((numbers(core, all, now).total?.perSecond ?? 0) > 9);
    const later = at(now - t0 + 90_000);
    core.tick(later);
    const silent = numbers(core, all, later);
    assert.equal(silent.serviceAlive, false);
    assert.equal(silent.silentSince, silent.observedAt);
    assert.equal(silent.total?.perSecond, undefined);
    core.spans([request('/b', { end: later })], later);
    core.settle(later);
    const stopped = numbers(core, (o) => o.http?.route === '/a', later);
    assert.equal(stopped.serviceAlive, true);
    assert.equal(stopped.total?.perSecond, 0);
  });

  it('says the true start of a window that is observed in part', () => {
    const { core, now } = constantTraffic(2, 0);
    const found = numbers(core, all, now, { window: 60 * minute });
    assert.equal(found.window.from, t0);
    assert.equal(found.window.to, now);
    assert.equal(found.observedAt, at(119_900), 'the newest span end, not the time of the answer');
  });

  it('takes only calls after `since`', () => {
    const { core, now } = constantTraffic(4, 0);
    const found = numbers(core, all, now, { since: at(3 * minute) });
    assert.equal(found.window.from, at(3 * minute));
    assert.equal(found.total?.count, 600);
  });

  it('puts a span into the slot of its end, a late one too', () => {
    const core = newCore();
    core.spans([request('/a', { end: t0 })], at(0));
    core.spans([request('/a', { end: t0 - 10 * minute })], at(1000));
    core.settle(at(1000));
    assert.equal(numbers(core, all, at(1000), { window: 5 * minute }).total?.count, 1);
    assert.equal(numbers(core, all, at(1000), { window: 15 * minute }).total?.count, 2);
  });

  it('puts spans of clocks that are off into the slot of arrival, and counts them', () => {
    const core = newCore();
    core.spans(
      [
        request('/a', { end: t0 + 61_000 }),
        request('/a', { end: 0 }),
        request('/a', { end: t0 - 24.1 * 60 * minute }),
        request('/a', { end: t0 + 59_000 }),
      ],
      t0,
    );
    core.settle(t0);
    assert.equal(numbers(core, all, at(0), { window: 5 * minute }).total?.count, 4);
    assert.equal(core.counters()['spans.skewed'], 3);
  });

  it('counts a negative duration as a call without latency', () => {
    const core = newCore();
    core.spans([{ ...request('/a'), durationNanos: -5 }], t0);
    core.settle(t0);
    const { total } = numbers(core, all, at(0));
    assert.equal(total?.count, 1);
    assert.equal(total.p50Ms, undefined);
  });

  it('drops a span seen before (trace, span, kind, service), but not the other side of a call', () => {
    const core = newCore();
    const one = request('/a');
    const clientSide = { ...one, kind: 'client' as const };
    core.spans([one, clientSide], t0);
    core.spans([one], at(60_000));
    core.spans([one], at(9 * minute));
    core.settle(at(9 * minute));
    assert.equal(numbers(core, (o) => o.kind === 'server', at(9 * minute)).total?.count, 1);
    assert.equal(core.counters()['spans.duplicate'], 2);
    assert.equal(core.operations().operations.length, 2);
  });

  it('keeps windows of hours in coarser slots without losing a call', () => {
    const core = newCore();
    for (let m = 0; m < 30 * 60; m += 1) {
      core.spans([request('/a', { end: t0 + m * minute + 30_000 })], at(m * minute + 30_500));
      core.tick(at(m * minute + 59_000));
    }
    const now = at(30 * 60 * minute);
    core.settle(now);
    for (const [window, least] of [
      [5, 4],
      [60, 59],
      [360, 355],
      [1440, 1425],
    ] as const) {
      const found = numbers(core, all, now, { window: window * minute });
      const observed = (found.window.to - found.window.from) / minute;
      assert.ok(observed >= least && observed <= window, `${window}: ${observed}`);
      assert.equal(found.total?.count, Math.round(observed), `${window} min`);
    }
  });

  it('keeps numbers for thirty days, and no longer', () => {
    const core = newCore();
    const bytes = () => core.memoryBytes()['numbers'] ?? 0;
    const empty = bytes();
    core.spans([request('/a')], t0);
    core.settle(t0);
    const day = 24 * 60 * minute;
    core.tick(at(29 * day));
    assert.ok(bytes() > empty);
    assert.equal(numbers(core, all, at(29 * day), { window: 30 * day }).total?.count, 1);
    core.tick(at(31 * day));
    assert.equal(bytes(), empty);
  });

  it('gives a sparkline whose points add up to the count', () => {
    const { core, now } = constantTraffic(30, 0);
    const found = numbers(core, all, now, { window: 15 * minute, points: 30 });
    assert.ok(found.series.length >= 25 && found.series.length <= 32);
    const sum = found.series.reduce((n, p) => n + p.count, 0);
    assert.equal(sum, found.total?.count);
    assert.ok(found.series.slice(1, -1).every((p) => Math.abs(p.count - 300) <= 1));
    assert.ok(found.series.every((p) => p.p95Ms !== undefined || p.count === 0));
  });
});

describe('trace assembly', function () {
  this.timeout(60_000);
  it('counts what has its ancestors soon after, and what misses one when the trace is over', () => {
    const core = newCore();
    const entry = request('/a');
    const lost = span({ name: 'lost', parentSpanId: 'feedfeedfeedfeed' });
    core.spans([child(entry, { name: 'inner' }), lost], t0);
    core.tick(at(2500));
    assert.equal(core.operations().operations.length, 0, 'both wait for their parents');
    core.spans([entry], at(5000));
    core.tick(at(7500));
    const inner = core.operations().operations.find((o) => o.name === 'inner');
    assert.equal(inner?.entry?.name, 'GET /a');
    assert.equal(
      core.operations().operations.some((o) => o.name === 'lost'),
      false,
    );
    core.tick(at(10_500));
    assert.equal(
      core.operations().operations.some((o) => o.name === 'lost'),
      true,
    );
    assert.equal(core.counters()['spans.withoutParent'], 1);
  });

  it('counts the spans of a trace that never rests', () => {
    const core = newCore();
    const root = request('/stream');
    core.spans([root], t0);
    for (let s = 1; s <= 30; s += 1) {
      core.spans([child(root, { name: 'tick', end: t0 + s * 1000 })], at(s * 1000));
      core.tick(at(s * 1000));
    }
    const count = numbers(core, (o) => o.name === 'tick', at(30_000)).total?.count ?? 0;
    assert.ok(count >= 27, String(count));
  });

  it('gives a late child the ancestors of its trace while that is remembered', () => {
    const core = newCore();
    const entry = request('/a');
    core.spans([entry], t0);
    core.tick(at(3000));
    core.spans([child(entry, { name: 'later' })], at(6000));
    core.tick(at(9000));
    const later = core.operations().operations.find((o) => o.name === 'later');
    assert.equal(later?.entry?.http?.route, '/a');
  });

  it('survives circles, self-parents and deep chains', () => {
    const core = newCore();
    const a = span({ spanId: 'a'.repeat(16), parentSpanId: 'b'.repeat(16), name: 'a' });
    const b = {
      ...span({ name: 'b' }),
      traceId: a.traceId,
      spanId: 'b'.repeat(16),
      parentSpanId: a.spanId,
    };
    const self = span({ spanId: 'c'.repeat(16), parentSpanId: 'c'.repeat(16), name: 'self' });
    let last = span({ name: 'deep' });
    const chain = [last];
    for (let i = 0; i < 20_000; i += 1) {
      last = child(last, { name: 'deep' });
      chain.push(last);
    }
    core.spans([a, b, self, ...chain.reverse()], t0);
    core.tick(at(3000));
    core.settle(at(3000));
    assert.equal(numbers(core, (o) => o.name === 'deep', at(3000)).total?.count, 1);
    const count = (name: string) => numbers(core, (o) => o.name === name, at(3000)).total?.count;
    assert.deepEqual([count('a'), count('b'), count('self')], [1, 1, 1]);
  });

  it('joins a child to the span of its own service where two share an id', () => {
    const core = newCore();
    const client = span({ kind: 'client', name: 'call', spanId: 'd'.repeat(16) });
    const server = {
      ...request('/a', { traceId: client.traceId, spanId: client.spanId }),
    };
    core.spans([server, client, child(server, { name: 'inner' })], t0);
    core.settle(t0);
    const inner = core.operations().operations.find((o) => o.name === 'inner');
    assert.equal(inner?.entry?.http?.route, '/a');
  });
});
