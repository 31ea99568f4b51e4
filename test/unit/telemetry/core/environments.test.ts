import assert from 'node:assert/strict';
import { at, histogramMetric, newCore, numbers, request, resource, t0 } from './builders.ts';

const all = () => true;
const minute = 60_000;
const name = 'deployment.environment.name';
const staging = resource({ environment: 'staging' });
const dev = resource({ environment: 'dev' });

function both() {
  const core = newCore();
  for (let s = 0; s < 120; s += 1) {
    const end = t0 + s * 1000;
    core.spans([request('/a', { end, resource: dev, ms: 10 })], at(s * 1000));
    const slow = { end, resource: staging, ms: 900, code: 500 };
    core.spans([request('/a', slow), request('/a', slow)], at(s * 1000));
  }
  core.settle(at(2 * minute));
  return core;
}

describe('deployment environments of one service', function () {
  this.timeout(60_000);
  it('are never summed: without a choice there are no numbers, and the reason', () => {
    const core = both();
    const found = numbers(core, all, at(2 * minute));
    assert.equal(found.total, undefined);
    assert.deepEqual(found.releases, []);
    assert.match(found.problem ?? '', /several deployment environments arrives: dev, staging/);
    assert.equal(found.serviceAlive, true);
    const [state, ...others] = core.services(at(2 * minute));
    assert.deepEqual(others, []);
    assert.deepEqual([state?.alive, state?.releases], [true, []]);
    assert.equal(state?.problem, found.problem);
  });

  it('are told apart by `select`, releases and shares too', () => {
    const core = both();
    const now = at(2 * minute);
    for (const [environment, count, errors] of [
      ['dev', 120, 0],
      ['staging', 240, 240],
    ] as const) {
      const select = { [name]: environment };
      const found = numbers(core, all, now, { select });
      assert.deepEqual([found.total?.count, found.total?.errors], [count, errors]);
      assert.equal(found.releases[0]?.share, 1);
      assert.equal(core.services(now, select)[0]?.releases.length, 1);
      const { service } = resource();
      const traces = core.searchTraces(
        { service, operations: [], kind: 'recent', limit: 100, select },
        now,
      );
      assert.ok(traces.length > 0 && traces.every((t) => t.failed === errors > 0));
    }
  });

  it('that nobody selected, or that sent nothing in the window, leave no trace in the numbers', () => {
    const core = both();
    const none = numbers(core, all, at(2 * minute), { select: { [name]: 'production' } });
    assert.deepEqual([none.total, none.problem, none.serviceAlive], [undefined, undefined, false]);
    core.spans([request('/a', { end: t0 + 20 * minute, resource: dev })], at(20 * minute));
    core.settle(at(20 * minute));
    const found = numbers(core, all, at(20 * minute), { window: 15 * minute });
    assert.deepEqual([found.total?.count, found.problem], [1, undefined]);
  });

  it('can’t be selected by what the receiver doesn’t keep: that is said', () => {
    const found = numbers(both(), all, at(2 * minute), { select: { region: 'eu' } });
    assert.equal(found.total, undefined);
    assert.match(found.problem ?? '', /region/);
  });

  it('stay apart in a snapshot, and in metrics', () => {
    const core = both();
    for (const [environment, count] of [
      ['dev', 7],
      ['staging', 40],
    ] as const)
      core.metrics(
        [
          histogramMetric({
            resource: resource({ service: 'metrics' as never, environment }),
            start: t0 + 1,
            time: t0 + minute,
            counts: [count, 0, 0, 0],
          }),
        ],
        at(minute),
      );
    const restored = newCore({ now: at(2 * minute) });
    assert.equal(restored.restore(core.snapshot(at(2 * minute)), at(2 * minute)).ok, true);
    const select = { [name]: 'dev' };
    for (const one of [core, restored]) {
      const spans = numbers(one, (o) => o.source === 'span', at(2 * minute), { select });
      assert.equal(spans.total?.count, 120);
      const metrics = numbers(one, (o) => o.source === 'metric', at(2 * minute), { select });
      assert.equal(metrics.total?.count, 7);
    }
  });

  it('made up by a sender are bounded', () => {
    const core = newCore();
    for (let i = 0; i < 400; i += 1)
      core.spans([request('/a', { resource: resource({ environment: `e${i}` }) })], t0);
    assert.equal(core.spans([request('/b')], t0).rejected, 0);
    core.settle(t0);
    assert.ok((core.counters()['services'] ?? 0) <= 10);
    assert.equal(core.services(t0).length, 1);
  });
});
