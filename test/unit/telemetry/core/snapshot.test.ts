import assert from 'node:assert/strict';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';
import {
  at,
  child,
  exception,
  histogramMetric,
  newCore,
  numbers,
  request,
  resource,
  t0,
} from './builders.ts';

const minute = 60_000;
const all = () => true;

function filled() {
  const core = newCore();
  for (let m = 0; m < 30; m += 1) {
    const entry = request('/a', {
      end: t0 + m * minute,
      code: m % 10 === 0 ? 500 : 200,
      ms: 10 + m,
    });
    const inner = child(entry, {
      name: 'inner',
      events: [exception('E', 'm')],
      resource: entry.resource,
    });
    core.spans([entry, inner], at(m * minute));
    core.metrics(
      [
        histogramMetric({
          resource: resource({ service: 'other' as never }),
          start: t0 + 1,
          time: t0 + m * minute + 1000,
          counts: [m * 10, 0, 0, 0],
        }),
      ],
      at(m * minute + 1000),
    );
    core.tick(at(m * minute));
  }
  core.settle(at(30 * minute));
  return core;
}

/** Rates begin anew with the process that counts: what came meanwhile isn't known. */
const withoutRates = ({ total, callsOut, ...rest }: FunctionNumbers) => ({
  ...rest,
  releases: rest.releases.map((r) => ({ ...r, share: 0, stats: { ...r.stats, perSecond: 0 } })),
  total: { ...total, perSecond: 0 },
  callsOut: { ...callsOut, perSecond: 0 },
});

describe('a snapshot', function () {
  this.timeout(60_000);
  it('brings back numbers, operations, exceptions, traces and releases', () => {
    const core = filled();
    const bytes = core.snapshot(at(30 * minute));
    const restored = newCore({ now: at(31 * minute) });
    assert.deepEqual(restored.restore(bytes, at(31 * minute)), { ok: true, value: undefined });
    assert.deepEqual(restored.operations().operations, core.operations().operations);
    assert.notEqual(restored.operations().epoch, core.operations().epoch);
    const now = at(31 * minute);
    for (const wanted of [all, (o: { name: string }) => o.name === 'inner'])
      assert.deepEqual(
        withoutRates(numbers(restored, wanted, now)),
        withoutRates(numbers(core, wanted, now)),
      );
    const query = { service: resource().service, operations: [], kind: 'slow', limit: 10 } as const;
    assert.deepEqual(restored.searchTraces(query, now), core.searchTraces(query, now));
    const id = core.searchTraces(query, now)[0]?.traceId ?? '';
    assert.deepEqual(restored.trace(id), core.trace(id));
  });

  it('continues: the same operations, and cumulative metrics without a gap', () => {
    const core = filled();
    const restored = newCore({ now: at(31 * minute) });
    restored.restore(core.snapshot(at(30 * minute)), at(31 * minute));
    restored.spans([request('/a', { end: t0 + 32 * minute })], at(32 * minute));
    restored.metrics(
      [
        histogramMetric({
          resource: resource({ service: 'other' as never }),
          start: t0 + 1,
          time: t0 + 32 * minute,
          counts: [400, 0, 0, 0],
        }),
      ],
      at(32 * minute),
    );
    restored.settle(at(32 * minute));
    assert.equal(restored.operations().operations.length, core.operations().operations.length);
    const server = (o: { kind: string; source: string }) =>
      o.kind === 'server' && o.source === 'span';
    assert.equal(numbers(restored, server, at(32 * minute)).total?.count, 31);
    assert.equal(
      numbers(restored, (o) => o.source === 'metric', at(32 * minute)).total?.count,
      400,
    );
  });

  it('leaves a pause that the window would hide: it begins after it, once there is something to count', () => {
    const core = filled();
    const taken = core.snapshot(at(30 * minute));
    const server = (o: { kind: string; source: string }) =>
      o.kind === 'server' && o.source === 'span';
    const short = newCore({ now: at(32 * minute) });
    short.restore(taken, at(32 * minute));
    short.spans([request('/a', { end: t0 + 33 * minute })], at(33 * minute));
    short.settle(at(33 * minute));
    const whole = numbers(short, server, at(33 * minute));
    assert.equal(whole.total?.count, 31);
    assert.ok(whole.window.from <= t0, 'two minutes of half an hour are no matter');
    const long = newCore({ now: at(50 * minute) });
    long.restore(taken, at(50 * minute));
    const silent = numbers(long, server, at(50 * minute));
    assert.equal(silent.total?.count, 30, 'nothing came since: the last numbers, with their age');
    assert.equal(silent.observedAt, at(29 * minute));
    long.spans([request('/a', { end: t0 + 52 * minute })], at(52 * minute));
    long.settle(at(52 * minute));
    const after = numbers(long, server, at(52 * minute));
    assert.deepEqual([after.window.from, after.total?.count], [at(50 * minute), 1]);
    const again = newCore({ now: at(53 * minute) });
    again.restore(long.snapshot(at(53 * minute)), at(53 * minute));
    assert.equal(numbers(again, server, at(54 * minute)).window.from, at(50 * minute));
    const day = numbers(long, server, at(300 * minute), { window: 24 * 60 * minute });
    assert.equal(day.total?.count, 31, 'of a long window it is a small part');
  });

  it('of yesterday is old data, not new: no rate, silence since its end', () => {
    const core = filled();
    const now = at(24 * 60 * minute);
    const restored = newCore({ now });
    restored.restore(core.snapshot(at(30 * minute)), now);
    const found = numbers(restored, (o) => o.source === 'span', now);
    assert.equal(found.total, undefined);
    assert.equal(found.serviceAlive, false);
    assert.equal(found.silentSince, at(29 * minute));
  });

  it('that is broken, cut, foreign or of another version leaves the core empty and usable', () => {
    const good = filled().snapshot(at(30 * minute));
    const flipped = Uint8Array.from(good, (b, i) => (i === good.length >> 1 ? b ^ 1 : b));
    const otherVersion = Uint8Array.from(good, (b, i) => (i === 4 ? b + 1 : b));
    for (const bytes of [
      flipped,
      otherVersion,
      good.subarray(0, good.length - 10),
      new Uint8Array(),
      new TextEncoder().encode('{"not":"ours"}'.repeat(10)),
    ]) {
      const core = filled();
      const result = core.restore(bytes, at(31 * minute));
      assert.equal(result.ok ? 'ok' : result.failure.reason, 'invalid');
      assert.equal(core.operations().operations.length, 0);
      core.spans([request('/a', { end: t0 + 31 * minute })], at(31 * minute));
      core.settle(at(31 * minute));
      assert.equal(numbers(core, all, at(31 * minute)).total?.count, 1);
    }
  });

  it('can be taken while traces are open, and again', () => {
    const core = filled();
    core.spans([request('/b', { end: t0 + 31 * minute })], at(31 * minute));
    const first = core.snapshot(at(31 * minute));
    core.settle(at(32 * minute));
    const second = core.snapshot(at(32 * minute));
    const restored = newCore({ now: at(33 * minute) });
    assert.equal(restored.restore(first, at(33 * minute)).ok, true);
    assert.equal(restored.restore(second, at(33 * minute)).ok, true);
    const b = numbers(restored, (o) => o.http?.route === '/b', at(33 * minute));
    assert.equal(b.total?.count, 1);
  });

  it('is not needed after clear: nothing is left', () => {
    const core = filled();
    const { epoch } = core.operations();
    const { revision } = core;
    core.clear();
    assert.notEqual(core.operations().epoch, epoch);
    assert.ok(core.revision > revision);
    assert.deepEqual(core.services(at(31 * minute)), []);
  });
});
