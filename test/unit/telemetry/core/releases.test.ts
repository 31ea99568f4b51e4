import assert from 'node:assert/strict';
import type { ComparisonContext, ComparisonSide } from '../../../../src/domain/comparison.ts';
import { compareReleases } from '../../../../src/releases/compareReleases.ts';
import type { TelemetryCore } from '../../../../src/telemetry/local/core.ts';
import { child, at, newCore, noVerdict, numbers, request, resource, span, t0 } from './builders.ts';

const all = () => true;
const minute = 60_000;
const v1 = resource({ release: '1.0.0' });
const v2 = resource({ release: '2.0.0' });

/** `perSecond` calls of a release each second in [from, to) ms. */
function traffic(
  core: TelemetryCore,
  of: typeof v1,
  from: number,
  to: number,
  perSecond: number,
  more: (i: number) => object = () => ({}),
): void {
  const batch = [];
  for (let t = from, i = 0; t < to; t += 1000 / perSecond, i += 1)
    batch.push(request('/a', { end: t0 + t, resource: of, ...more(i) }));
  core.spans(batch, at(to));
  core.settle(at(to));
}

describe('releases', function () {
  this.timeout(60_000);
  it('share the service’s entry calls of the live interval while they run', () => {
    const core = newCore();
    traffic(core, v1, 0, 3 * minute, 9);
    traffic(core, v2, minute, 3 * minute, 1);
    const [service] = core.services(at(3 * minute));
    const found = numbers(core, all, at(3 * minute));
    assert.deepEqual(
      found.releases.map((r) => [r.version, r.running, Math.round((r.share ?? 0) * 100)]),
      [
        ['1.0.0', true, 90],
        ['2.0.0', true, 10],
      ],
    );
    assert.deepEqual(
      service?.releases.map((r) => Math.round((r.share ?? 0) * 100)).sort(),
      [10, 90],
    );
    assert.equal(found.releases[0]?.stats.count, 9 * 180);
    assert.ok(Math.abs((found.releases[1]?.stats.perSecond ?? 0) - 1) < 0.2);
  });

  it('carry the commit that their processes name, unless they name several', () => {
    const commit = '4f0c1b2a9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a';
    const named = (revision: string) =>
      resource({ release: '1.0.0', attributes: { 'vcs.ref.head.revision': revision } });
    const core = newCore();
    traffic(core, named(commit.toUpperCase()), 0, minute, 1);
    const commitNow = (t: number) => numbers(core, all, at(t)).releases[0]?.commit;
    assert.equal(commitNow(minute), commit);
    assert.equal(core.services(at(minute))[0]?.releases[0]?.commit, commit);
    traffic(core, named('main; rm'), minute, 2 * minute, 1);
    assert.equal(commitNow(2 * minute), commit);
    traffic(core, named('0123456789abcdef'), 2 * minute, 3 * minute, 1);
    assert.equal(commitNow(3 * minute), undefined);
  });

  it('that have no calls in the live interval are past: shown without a share', () => {
    const core = newCore();
    traffic(core, v1, 0, 2 * minute, 5);
    traffic(core, v2, 2 * minute, 5 * minute, 5);
    const [running, past] = numbers(core, all, at(5 * minute)).releases;
    assert.deepEqual([running?.version, running?.running, running?.share], ['2.0.0', true, 1]);
    assert.deepEqual([past?.version, past?.running, past?.share], ['1.0.0', false, undefined]);
    assert.ok(past && Math.abs((past.lastSeen ?? 0) - (t0 + 2 * minute)) < 1000);
  });

  it('take the roots of traces as calls where a service has no entries', () => {
    const core = newCore();
    const loop = (of: typeof v1, end: number) => {
      const root = span({ name: 'loop', resource: of, end });
      return [root, child(root, { name: 'step' })];
    };
    for (let s = 0; s < 80; s += 1)
      core.spans(loop(s % 4 === 0 ? v2 : v1, t0 + s * 1000), at(s * 1000));
    core.settle(at(80_000));
    const found = numbers(core, (o) => o.name === 'step', at(80_000));
    assert.equal(Math.round((found.releases[0]?.share ?? 0) * 100), 75);
  });

  it('that come back after a gap in which others had calls are a new run, with its own numbers', () => {
    const core = newCore();
    traffic(core, v1, 0, minute, 1);
    traffic(core, v2, minute, 18 * minute, 1);
    traffic(core, v1, 18 * minute, 19 * minute, 1);
    const runs = numbers(core, all, at(19 * minute)).releases.filter((r) => r.version === '1.0.0');
    assert.deepEqual(runs.map((r) => [r.run, r.stats.count]).sort(), [
      [0, 60],
      [1, 60],
    ]);
  });

  it('are one run when everything was silent, or the gap is short', () => {
    const core = newCore();
    traffic(core, v1, 0, minute, 1);
    traffic(core, v1, 40 * minute, 41 * minute, 1);
    traffic(core, v2, 41 * minute, 45 * minute, 1);
    traffic(core, v1, 45 * minute, 46 * minute, 1);
    const runs = core.services(at(46 * minute))[0]?.releases.filter((r) => r.version === '1.0.0');
    assert.equal(runs?.length, 1);
  });

  it('without a version are one unknown release, never compared', () => {
    const asked: string[] = [];
    const core = newCore({
      compare: (a, b, c) => {
        asked.push(a.version, b.version);
        return noVerdict(a, b, c);
      },
    });
    traffic(core, resource({ release: '' }), 0, 2 * minute, 5);
    traffic(core, v1, 0, 2 * minute, 5);
    const found = numbers(core, all, at(2 * minute));
    const unknown = found.releases.find((r) => r.version === '');
    assert.ok(unknown?.running);
    assert.equal(unknown.share, undefined, 'several releases may hide in it');
    assert.deepEqual(asked, []);
  });

  it('beyond ten are a number', () => {
    const core = newCore();
    for (let i = 0; i < 60; i += 1)
      traffic(core, resource({ release: `v${i}` }), i * minute, (i + 1) * minute, 1);
    const found = numbers(core, all, at(60 * minute), { window: 120 * minute });
    assert.equal(found.releases.length, 10);
    assert.equal(found.releases[0]?.version, 'v59', 'the newest is never the one left out');
    assert.equal(found.releases[0].running, true);
    assert.equal(found.olderReleases, 50);
    assert.equal(found.total?.count, 3600, 'their calls are in the total');
  });

  it('made up by a sender push none of the others out', () => {
    const core = newCore();
    traffic(core, v1, 0, minute, 1);
    for (let i = 0; i < 300; i += 1)
      traffic(core, resource({ release: `x${i}` }), minute + i * 10, minute + i * 10 + 2, 1000);
    const found = numbers(core, all, at(minute + 3000));
    assert.ok(core.services(at(minute + 3000))[0]?.releases.length === 10);
    assert.equal(found.total?.count, 660);
    assert.equal((found.olderReleases ?? 0) + found.releases.length, 301);
    const restored = newCore({ now: at(2 * minute) });
    restored.restore(core.snapshot(at(2 * minute)), at(2 * minute));
    traffic(restored, resource({ release: 'x299' }), 2 * minute, 2 * minute + 1, 1000);
    assert.equal(numbers(restored, all, at(2 * minute)).total?.count, 661);
  });

  it('whose version stays while processes are replaced are told', () => {
    const core = newCore();
    for (const [i, instance] of ['a', 'b', 'c'].entries())
      traffic(core, resource({ instance }), i * 2 * minute, (i + 1) * 2 * minute, 1);
    assert.deepEqual(core.services(at(6 * minute))[0]?.warnings, [
      "version doesn't change with deploys",
    ]);
    const replicas = newCore();
    for (const instance of ['a', 'b', 'c']) traffic(replicas, resource({ instance }), 0, minute, 1);
    assert.deepEqual(replicas.services(at(minute))[0]?.warnings, []);
  });
});

describe('comparisons', function () {
  this.timeout(60_000);
  it('judge a release that fails and is slower as worse, and an equal one not', () => {
    for (const regressed of [true, false]) {
      const core = newCore({ compare: compareReleases });
      traffic(core, v1, 0, 12 * minute, 20, (i) => ({
        ms: 20 + (i % 10),
        code: i % 200 === 0 ? 500 : 200,
      }));
      traffic(core, v2, minute, 12 * minute, 4, (i) =>
        regressed
          ? { ms: 60 + (i % 10), code: i % 8 === 0 ? 500 : 200 }
          : { ms: 20 + (i % 10), code: i % 200 === 0 ? 500 : 200 },
      );
      const [comparison] = numbers(core, all, at(12 * minute)).comparisons;
      assert.equal(comparison?.verdict === 'worse', regressed, JSON.stringify(comparison));
    }
  });

  const recording = () => {
    const asked: [ComparisonSide, ComparisonSide, ComparisonContext][] = [];
    const core = newCore({
      compare: (a, b, c) => {
        asked.push([a, b, c]);
        return noVerdict(a, b, c);
      },
    });
    return { core, asked };
  };

  it('set a running release against the one with the largest share, on one grid, after its warm-up', () => {
    const { core, asked } = recording();
    traffic(core, v1, 0, 4 * minute, 9);
    traffic(core, v2, 2 * minute + 3000, 4 * minute, 1, (i) =>
      i % 4 === 0 ? { code: 500, ms: 900 } : { ms: 20 },
    );
    const found = numbers(core, all, at(4 * minute));
    assert.equal(found.comparisons.length, 1);
    const [candidate, baseline, context] = asked[0] ?? assert.fail('not compared');
    assert.equal(candidate.version, '2.0.0');
    assert.equal(baseline.version, '1.0.0');
    assert.equal(context.basis, 'concurrent');
    assert.equal(context.block, 10_000);
    const first = Math.ceil((t0 + 2 * minute + 13_000) / 10_000) * 10_000;
    assert.equal(candidate.blocks[0]?.at, first, 'the first 10 s are left out');
    assert.equal(baseline.blocks[0]?.at, first, 'both sides over the same time');
    const calls = candidate.blocks.reduce((n, b) => n + b.calls, 0);
    const errors = candidate.blocks.reduce((n, b) => n + b.errors, 0);
    const latencies = candidate.blocks.flatMap((b) => b.buckets);
    assert.equal(
      latencies.reduce((n, b) => n + b.count, 0),
      calls - errors,
      'latency of successful calls only',
    );
    assert.ok(latencies.every((b) => b.high < 900));
  });

  it('take sampled calls as evidence in their own number, not in the number they stand for', () => {
    const { core, asked } = recording();
    const half = () => ({ traceState: 'ot=th:8', code: 500 });
    traffic(core, v1, 0, 2 * minute, 8, half);
    traffic(core, v2, 0, 2 * minute, 2, half);
    const found = numbers(core, all, at(2 * minute));
    const [candidate] = asked[0] ?? assert.fail('not compared');
    const calls = candidate.blocks.reduce((n, b) => n + b.calls, 0);
    const errors = candidate.blocks.reduce((n, b) => n + b.errors, 0);
    assert.deepEqual([calls, errors], [220, 220]);
    assert.equal(found.total?.count, 2400);
  });

  it('keep instances apart where they are known', () => {
    const { core, asked } = recording();
    traffic(core, v1, 0, 2 * minute, 8);
    traffic(core, resource({ release: '2.0.0', instance: 'x' }), 0, 2 * minute, 2);
    traffic(core, resource({ release: '2.0.0', instance: 'y' }), 0, 2 * minute, 1);
    numbers(core, all, at(2 * minute));
    assert.equal(asked[0]?.[0].instances?.length, 2);
    assert.equal(asked[0][1].instances, undefined);
  });

  it('never blame a release for one slow instance, known or over the bound of instances', () => {
    for (const [instances, slow] of [
      [3, 0],
      [12, 11],
    ] as const) {
      const core = newCore({ compare: compareReleases });
      traffic(core, v1, 0, 12 * minute, 20, () => ({ ms: 20 }));
      for (let i = 0; i < instances; i += 1)
        traffic(
          core,
          resource({ release: '2.0.0', instance: `pod-${i}` }),
          0,
          12 * minute,
          2,
          () => (i === slow ? { ms: 900, code: 500 } : { ms: 20 }),
        );
      const [comparison] = numbers(core, all, at(12 * minute)).comparisons;
      assert.notEqual(comparison?.verdict, 'worse', JSON.stringify(comparison));
    }
  });

  it('blame a release that is slow on all of its instances, however many', () => {
    const core = newCore({ compare: compareReleases });
    traffic(core, v1, 0, 12 * minute, 30, () => ({ ms: 20 }));
    for (let i = 0; i < 12; i += 1)
      traffic(
        core,
        resource({ release: '2.0.0', instance: `pod-${i}` }),
        0,
        12 * minute,
        2,
        () => ({
          ms: 900,
        }),
      );
    assert.equal(numbers(core, all, at(12 * minute)).comparisons[0]?.verdict, 'worse');
  });

  it('after a full rollout are labelled before/after, over equal stretches laid side by side', () => {
    const { core, asked } = recording();
    traffic(core, v1, 0, 5 * minute, 5);
    traffic(core, v2, 5 * minute, 8 * minute, 5);
    numbers(core, all, at(8 * minute));
    const [candidate, baseline, context] = asked[0] ?? assert.fail('not compared');
    assert.deepEqual(
      [candidate.version, baseline.version, context.basis],
      ['2.0.0', '1.0.0', 'beforeAfter'],
    );
    const shared = candidate.blocks.filter((b) => baseline.blocks.some((o) => o.at === b.at));
    assert.ok(shared.length >= 15, String(shared.length));
  });

  it('share the error budget among all functions asked for, whatever one query holds', () => {
    const { core, asked } = recording();
    traffic(core, v1, 0, 2 * minute, 5);
    traffic(core, v2, 0, 2 * minute, 4);
    const ids = core.operations().operations.map((o) => o.id);
    const service = v1.service;
    const ask = (keys: readonly string[]) =>
      core.numbers(
        {
          groups: keys.map((key) => ({ key, service, operations: ids })),
          window: 3_600_000 as never,
          seriesPoints: 0,
        },
        at(2 * minute),
      );
    ask(['a', 'b', 'c']);
    ask(['a']);
    assert.deepEqual(
      asked.map((a) => a[2].functions),
      [3, 3, 3, 3],
    );
  });
});
