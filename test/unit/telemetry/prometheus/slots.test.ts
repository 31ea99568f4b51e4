import assert from 'node:assert/strict';
import { atOnce } from '../../../../src/domain/turns.ts';
import { bucketRows as rowsInSteps } from '../../../../src/telemetry/prometheus/bucketRows.ts';
import { growth, past } from '../../../../src/telemetry/prometheus/slots/growth.ts';
import { equals, oneOf, selector } from '../../../../src/telemetry/prometheus/selector.ts';
import {
  firstStart,
  planChunks,
  stepFor,
} from '../../../../src/telemetry/prometheus/slots/slotGrid.ts';
import { matrixRows } from '../../../../src/telemetry/prometheus/wire.ts';

const bucketRows = (...question: Parameters<typeof rowsInSteps>) =>
  atOnce(rowsInSteps(...question));

describe('slots of a backend', () => {
  it('hold four samples', () => {
    assert.deepEqual(
      [1_000, 5_000, 15_000, 30_000, 60_000].map((interval) => stepFor(interval)),
      [10_000, 60_000, 60_000, 300_000, 300_000],
    );
  });

  it('are asked for without holes or overlaps, in requests of bounded size, older ones coarser', () => {
    const now = 1_800_000_123_000;
    for (const window of [300_000, 3_600_000, 24 * 3_600_000]) {
      const step = 60_000;
      const to = Math.floor(now / step) * step;
      const from = firstStart(now - window, now, step);
      const chunks = planChunks(from, to, now, step);
      let at = from;
      for (const chunk of chunks) {
        assert.equal(chunk.from, at);
        assert.equal((chunk.to - chunk.from) % chunk.step, 0);
        assert.equal(chunk.from % chunk.step, 0);
        assert.ok((chunk.to - chunk.from) / chunk.step <= 100);
        at = chunk.to;
      }
      assert.equal(at, to);
      assert.ok(chunks.length <= 3, `${chunks.length} requests for ${window}`);
    }
  });
});

describe('queries', () => {
  it('quote what people and telemetry name', () => {
    assert.equal(selector('m', [equals('a', 'x"\\\n')]), 'm{a="x\\"\\\\\\n"}');
    assert.equal(selector('a.b', [equals('c.d', 'x')]), '{"a.b","c.d"="x"}');
    assert.equal(oneOf('r', ['/a/{id}', '/b']), 'r=~"/a/\\\\{id\\\\}|/b"');
  });

  it('count what counters grew by, the first value of a series included', () => {
    assert.equal(
      growth('c', ['s="x"'], ['a'], 60_000, 3_600_000),
      'sum by (a) ((last_over_time(c{s="x"}[60s]) - last_over_time(c{s="x"}[3600s] offset 60s)) >= 0' +
        ' or (last_over_time(c{s="x"}[60s]) and last_over_time(c{s="x"}[3600s] offset 60s))' +
        ' or ((last_over_time(c{s="x"}[60s]) and on () last_over_time(c{s="x"}[3600s] offset 60s))' +
        ' unless last_over_time(c{s="x"}[24h:20m] offset 60s)) or last_over_time(c{s="x"}[60s]) * 0)',
    );
  });
});

describe('queries of what was counted long ago', () => {
  const asked = (reading: 'counter' | 'count', of?: string): string =>
    past('c', ['s="x"'], ['a'], 60_000, 3_600_000, reading, {
      within: ['a', 'code'],
      ...(of !== undefined && { of }),
    });
  const month = (selection: string): string => `last_over_time(${selection}[30d:30m] offset 1d)`;

  it('leave out processes of which a counter has less than it had: they began anew', () => {
    const anew = (now: string, then: string): string =>
      `unless ignoring (a,code) (${now} < ${then}))`;
    const own = 'c{s="x"}';
    const now = `last_over_time(${own}[60s])`;
    const counters = asked('counter');
    assert.ok(counters.endsWith(` and ${month(own)} ${anew(now, month(own))}`), counters);
    const failures = asked('counter', 'all');
    const all = anew('last_over_time(all[60s])', month('all'));
    assert.ok(failures.endsWith(` and ${month(own)} ${all}`), failures);
  });

  it('compare native histograms by their numbers of values', () => {
    assert.equal(
      asked('count').match(/(?<!histogram_count\()last_over_time\(c\{s="x"\}\[60s/g),
      null,
    );
    assert.ok(asked('count').includes(`and histogram_count(${month('c{s="x"}')}) unless`));
  });
});

describe('queries of native histograms', () => {
  const of = 'last_over_time(h{}[60s])';
  const before = 'last_over_time(h{}[600s] offset 60s)';

  it('compare numbers of values: histograms can’t be compared with a number', () => {
    const query = growth('h', [], ['a'], 60_000, 600_000, 'histogram');
    assert.ok(
      query.startsWith(
        `sum by (a) (((${of} - ${before}) and histogram_count(${of}) >= histogram_count(${before}))`,
      ),
      query,
    );
    const count = growth('h', [], ['a'], 60_000, 600_000, 'count');
    assert.ok(
      count.startsWith(`sum by (a) ((histogram_count(${of}) - histogram_count(${before})) >= 0`),
      count,
    );
  });

  it('take a new series whole where the service was there before, not only the narrow part that is asked for', () => {
    const query = growth('b', ['s="x"', 'n=~"a"'], ['le'], 60_000, 600_000, 'counter', {
      of: 'c{s="x"}',
    });
    assert.match(query, /and on \(\) last_over_time\(c\{s="x"\}\[600s\] offset 60s\)/);
  });
});

describe('answers with buckets', () => {
  const row = (le: string, value: number) => ({
    labels: { a: 'x', le },
    samples: [[60, value] as const],
  });

  it('become histograms in milliseconds by the unit, or by the producer’s own boundaries', () => {
    const inSeconds = bucketRows([row('+Inf', 5), row('0.05', 3), row('0.01', 1)], 1000);
    assert.deepEqual(inSeconds[0]?.slots[0]?.histogram.buckets(), [
      { low: 0, high: 10, count: 1 },
      { low: 10, high: 50, count: 2 },
      { low: 50, high: Infinity, count: 2 },
    ]);
    assert.equal(inSeconds[0].slots[0].at, 60_000);
    const guessed = bucketRows([row('+Inf', 5), row('0.05', 3), row('0.01', 1)], undefined);
    assert.deepEqual(guessed, inSeconds);
    assert.deepEqual(bucketRows([row('+Inf', 5), row('0.07', 3)], undefined), []);
  });

  it('are no histogram where a boundary is missing or counts go down', () => {
    assert.deepEqual(bucketRows([row('1', 3)], 1), []);
    assert.deepEqual(bucketRows([row('+Inf', 2), row('1', 3)], 1)[0]?.slots, []);
    const holed = bucketRows([row('+Inf', 2), { labels: { a: 'x', le: '1' }, samples: [] }], 1);
    assert.deepEqual(holed[0]?.slots, []);
  });

  it('that are partial, or not of this API, are refused; values that are no numbers are left out, and told', () => {
    const matrix = (values: unknown, more: object = {}) =>
      matrixRows.read({
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: { a: 'x' }, values }] },
        ...more,
      });
    assert.deepEqual(
      matrix([
        [1, 'NaN'],
        [2, '+Inf'],
        [3, '4'],
      ]),
      {
        ok: true,
        value: [{ labels: { a: 'x' }, samples: [[3, 4]], odd: true }],
      },
    );
    const partial = matrix([], { warnings: ['store eu is away'] });
    assert.ok(!partial.ok);
    assert.match(partial.failure.message, /store eu is away/);
    assert.ok(matrix([], { warnings: ['PromQL warning: metric might not be a counter'] }).ok);
    for (const odd of [undefined, null, 1, 'x', {}, { status: 'success', data: [] }])
      assert.equal(matrixRows.read(odd).ok, false);
  });
});
