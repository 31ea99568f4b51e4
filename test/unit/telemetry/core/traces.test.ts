import assert from 'node:assert/strict';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { TraceQuery } from '../../../../src/telemetry/ports.ts';
import type { TelemetryCore } from '../../../../src/telemetry/local/core.ts';
import { at, child, exception, newCore, numbers, request, resource, span, t0 } from './builders.ts';

const service = resource().service;
const search = (core: TelemetryCore, over: Partial<TraceQuery> = {}) =>
  core.searchTraces({ service, operations: [], kind: 'recent', limit: 20, ...over }, t0);

/** Requests of one operation, fifty a second, all of them over at the end; their trace ids. */
function busy(core: TelemetryCore, requests: number): string[] {
  const ids: string[] = [];
  for (let i = 0; i < requests; i += 1) {
    const entry = request('/a', { end: t0 + i * 20, ms: 10 });
    core.spans([entry, child(entry)], at(i * 20));
    ids.push(entry.traceId);
  }
  core.settle(at(requests * 20));
  core.tick(at(requests * 20));
  return ids;
}

const missing = (core: TelemetryCore, ids: readonly string[]): readonly string[] =>
  ids.filter((id) => core.trace(id) === undefined);

describe('the store of whole traces', () => {
  it('keeps the slowest, the failed and the recent ones of each operation', () => {
    const core = newCore();
    for (let i = 0; i < 200; i += 1) {
      const entry = request('/a', {
        end: t0 + i * 2000,
        ms: i === 17 ? 5000 : 10 + (i % 7),
        code: i === 23 ? 500 : 200,
      });
      core.spans([entry, child(entry, { name: 'inner' })], at(i * 2000));
      core.tick(at(i * 2000));
    }
    core.settle(at(400_000));
    const operations = core
      .operations()
      .operations.filter((o) => o.kind === 'server')
      .map((o) => o.id);
    const [slowest] = search(core, { kind: 'slow', operations });
    assert.equal(slowest?.duration, milliseconds(5000));
    const failed = search(core, { kind: 'failed', operations });
    assert.deepEqual([failed.length, failed[0]?.failed], [1, true]);
    const recent = search(core, { operations });
    assert.equal(recent[0]?.startedAt, at(398_000 - 13));
    assert.ok(recent.every((r) => core.trace(r.traceId)?.spans.length === 2));
  });

  it('finds every trace of the last minutes by its id, though lists take one a second', () => {
    const core = newCore();
    const ids = busy(core, 300);
    const operations = core.operations().operations.map((o) => o.id);
    assert.ok(search(core, { operations, limit: 1000 }).length < 20);
    assert.deepEqual(missing(core, ids), []);
    const { 'traces.recent': recent, 'traces.recentBytes': bytes } = core.counters();
    assert.ok((recent ?? 0) > 280 && (bytes ?? 0) > 280 * 300, `${recent} hold ${bytes}`);
    const snapshot = core.snapshot(at(60_000));
    assert.ok((core.counters()['traces.recentBytes'] ?? 0) < (bytes ?? 0), 'packed');
    const next = newCore();
    assert.ok(next.restore(snapshot, at(61_000)).ok);
    assert.deepEqual(missing(next, ids), [], 'also in the next window');
    assert.equal(next.counters()['traces.recent'], recent);
  });

  it('lets the oldest of them go first, and none of the slow and failed ones for them', () => {
    const core = newCore({ memoryLimitBytes: 1024 * 1024 });
    const slow = request('/a', { end: t0, ms: 9000 });
    core.spans([slow], at(0));
    const ids = busy(core, 1000);
    const gone = missing(core, ids);
    assert.ok(gone.length > 500 && gone.length < 1000, `${gone.length} gone`);
    assert.ok(!missing(core, ids.slice(-20)).length, 'the newest are there');
    assert.ok(core.trace(slow.traceId), 'the slowest is there');
    assert.ok((core.counters()['traces.recentBytes'] ?? 0) <= (1024 * 1024) / 16);
  });

  it('gives up recent traces before those of the shelves when the bytes run out', () => {
    const core = newCore({ memoryLimitBytes: 1024 * 1024 });
    const ids = busy(core, 100);
    const before = core.counters()['traces.recent'] ?? 0;
    const large = 'x'.repeat(3000);
    for (let i = 0; i < 30; i += 1)
      core.spans([span({ name: `op ${i}`, end: t0 + 60_000, attributes: { large } })], at(60_000));
    core.settle(at(60_000));
    core.tick(at(130_000));
    const counters = core.counters();
    assert.ok((core.memoryBytes()['traces'] ?? 0) <= 256 * 1024);
    assert.ok((counters['traces.recent'] ?? 0) < before);
    assert.equal(counters['traces.evicted'], 0, 'none of a shelf');
    assert.ok(missing(core, ids).length > 0);
  });

  it('shows a trace with exact times, its failures by our rules and its operations', () => {
    const core = newCore();
    const entry = request('/a', { code: 404, ms: 20, end: t0 + 20 });
    const start = { ...entry.start, nanos: entry.start.nanos + 1 };
    const inner = { ...child(entry, { name: 'inner', status: 'error' as const }), start };
    core.spans([inner, entry], t0);
    core.settle(t0);
    const trace = core.trace(entry.traceId) ?? assert.fail('not kept');
    assert.equal(trace.startUnixNanos, `${t0}000000`);
    assert.deepEqual(
      trace.spans.map((s) => s.offsetNanos),
      [0, 1],
    );
    assert.deepEqual(
      trace.spans.map((s) => s.failed),
      [false, false],
      'a 404 is no failure',
    );
    assert.equal(trace.spans[1]?.operation?.entry?.http?.route, '/a');
    assert.equal(trace.spans[1].parentSpanId, entry.spanId);
  });

  it('finds traces by attributes of their spans and resources, also packed ones', () => {
    const core = newCore();
    for (const [i, user] of ['ann', 'bob', 'ann'].entries()) {
      const entry = request('/a', { end: t0 + i * 2000, ms: 10 });
      const inner = child(entry, { attributes: { 'enduser.id': user, count: 7 + i } });
      core.spans([entry, inner], at(i * 2000));
      core.tick(at(i * 2000));
    }
    core.settle(at(60_000));
    const operations = core
      .operations()
      .operations.filter((o) => o.kind === 'server')
      .map((o) => o.id);
    const found = (...attributes: { key: string; value: string }[]): number =>
      search(core, { operations, attributes }).length;
    const check = (): void => {
      assert.equal(found(), 3);
      assert.equal(found({ key: 'enduser.id', value: 'ann' }), 2);
      assert.equal(found({ key: 'enduser.id', value: 'ann' }, { key: 'count', value: '9' }), 1);
      assert.equal(found({ key: 'enduser.id', value: 'an' }), 0);
      assert.equal(found({ key: 'constructor', value: '' }), 0);
      assert.equal(
        search(core, { operations, limit: 1, attributes: [{ key: 'enduser.id', value: 'bob' }] })
          .length,
        1,
      );
    };
    check();
    core.snapshot(at(60_000));
    check();
  });

  it('adds spans of other services that come later to the same trace', () => {
    const core = newCore();
    const entry = request('/a');
    core.spans([entry], t0);
    core.tick(at(3000));
    core.spans([child(entry, { kind: 'server', resource: resource({ release: 'x' }) })], at(6000));
    core.settle(at(20_000));
    assert.equal(core.trace(entry.traceId)?.spans.length, 2);
  });

  it('stays within its bytes, whatever comes', () => {
    const core = newCore({ memoryLimitBytes: 8 * 1024 * 1024 });
    for (let i = 0; i < 3000; i += 1) {
      const big = 'x'.repeat(4000);
      core.spans(
        [span({ name: `op ${i % 500}`, end: t0 + i * 1500, attributes: { big }, ms: i % 97 })],
        at(i * 1500),
      );
      core.tick(at(i * 1500));
    }
    core.settle(at(4_600_000));
    core.tick(at(4_700_000));
    assert.ok((core.memoryBytes()['traces'] ?? 0) <= 2 * 1024 * 1024);
    assert.ok((core.counters()['traces.evicted'] ?? 0) > 0);
    assert.ok(search(core, { kind: 'slow' }).length > 0);
  });

  it('forgets after a day', () => {
    const core = newCore();
    const entry = request('/a');
    core.spans([entry], t0);
    core.settle(t0);
    core.tick(at(23 * 3_600_000));
    assert.ok(core.trace(entry.traceId));
    core.tick(at(24.1 * 3_600_000));
    assert.equal(core.trace(entry.traceId), undefined);
  });

  it('cuts a trace of very many spans and says how many are missing', () => {
    const core = newCore();
    const entry = request('/a');
    const many = Array.from({ length: 11_000 }, () => child(entry));
    core.spans([entry, ...many], t0);
    core.settle(t0);
    const trace = core.trace(entry.traceId);
    assert.equal(trace?.spans.length, 10_000);
    assert.equal(trace.droppedSpans, 1001);
    assert.equal(numbers(core, (o) => o.name === 'work', at(0)).total?.count, 11_000);
  });
});

describe('exceptions', () => {
  it('group by type and message shape, counted once however many spans they pass', () => {
    const core = newCore();
    for (let i = 0; i < 3; i += 1) {
      const entry = request('/a', { code: 500 });
      const thrown = [
        exception(
          'DbError',
          `row ${i} of "users" is gone`,
          'Error\n    at Repo.find (/app/src/repo.ts:12:7)',
        ),
      ];
      const service = child(entry, { name: 'S.s', events: thrown, status: 'error' });
      core.spans(
        [entry, service, child(service, { name: 'R.r', events: thrown, status: 'error' })],
        t0,
      );
    }
    core.settle(t0);
    for (const wanted of ['server', 'S.s', 'R.r']) {
      const found = numbers(core, (o) => o.kind === wanted || o.name === wanted, at(0)).exceptions;
      assert.equal(found.length, 1, wanted);
      assert.equal(found[0]?.count, 3);
      assert.equal(found[0].messageShape, 'row <n> of "…" is gone');
      assert.equal(found[0].frames[0]?.line, 12);
      assert.ok(found[0].traceId !== undefined && core.trace(found[0].traceId));
      assert.deepEqual(found[0].releases, ['1.0.0']);
    }
  });

  it('of calls that went well, or were the client’s fault, are not errors to show', () => {
    const core = newCore();
    const handled = span({ name: 'f', events: [exception('E', 'flag missing')] });
    const refused = request('/a', { code: 401 });
    core.spans(
      [
        handled,
        refused,
        child(refused, { events: [exception('Unauthorized', 'no')], status: 'error' }),
      ],
      t0,
    );
    core.settle(t0);
    assert.deepEqual(numbers(core, () => true, at(0)).exceptions, []);
  });
});
