import assert from 'node:assert/strict';
import { ExponentialHistogram } from '../../../../src/domain/histogramExponential.ts';
import { atOnce } from '../../../../src/domain/turns.ts';
import { bucketRows as rowsInSteps } from '../../../../src/telemetry/prometheus/bucketRows.ts';
import { difference } from '../../../../src/telemetry/prometheus/slots/histogramGrowth.ts';
import { matrixRows } from '../../../../src/telemetry/prometheus/wire.ts';

const bucketRows = (...question: Parameters<typeof rowsInSteps>) =>
  atOnce(rowsInSteps(...question));

/** Of one native histogram at 60 s, bounds in the metric's unit. */
const native = (...buckets: readonly [number, string, string, string][]) =>
  counted(String(buckets.reduce((n, [, , , count]) => n + Number(count), 0)), ...buckets);
const counted = (count: string, ...buckets: readonly [number, string, string, string][]) => {
  const answer = matrixRows.read({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [{ metric: { a: 'x' }, histograms: [[60, { count, sum: '1', buckets }]] }],
    },
  });
  assert.ok(answer.ok);
  return answer.value;
};
const range = (vmrange: string, value: number) => ({
  labels: { a: 'x', vmrange },
  samples: [[60, value] as const],
});

describe('exponential histograms of a backend', () => {
  it('are read from Prometheus’ native ones, in milliseconds', () => {
    const rows = bucketRows(
      native(
        [0, '0.10511205190671431', '0.1146254050940386', '3'],
        [0, '0.11462540509403860', '0.125', '2'],
        [3, '-0.000001', '0.000001', '1'],
      ),
      1000,
    );
    const [slot] = rows[0]?.slots ?? [];
    assert.deepEqual(rows[0]?.labels, { a: 'x' });
    assert.equal(slot?.at, 60_000);
    const buckets = slot.histogram.buckets();
    assert.deepEqual(
      buckets.map(({ high, count }) => [Number(high.toPrecision(4)), count]),
      [
        [0.001, 1],
        [114.6, 3],
        [125, 2],
      ],
    );
    assert.ok(Math.abs((buckets[1]?.low ?? 0) - 105.1) < 0.1);
  });

  it('are read from VictoriaMetrics’ ranges, whose bounds have four digits', () => {
    const rows = bucketRows(
      [
        range('1.051e-01...1.146e-01', 9),
        range('1.146e-01...1.250e-01', 6),
        range('2.500e-01...2.726e-01', 0),
      ],
      1000,
    );
    const [slot] = rows[0]?.slots ?? [];
    assert.deepEqual(
      slot?.histogram.buckets().map(({ high, count }) => [Number(high.toPrecision(4)), count]),
      [
        [114.6, 9],
        [125, 6],
      ],
    );
  });

  it('keep finer buckets at a scale that says enough', () => {
    const width = 2 ** (1 / 2 ** 8);
    const rows = bucketRows(
      native(
        [0, '0.1', String(0.1 * width), '3'],
        [0, String(0.1 * width), String(0.1 * width ** 2), '1'],
      ),
      1000,
    );
    assert.equal(rows[0]?.slots[0]?.histogram.count, 4);
  });

  it('are none without a unit, with boundaries of their own, or of odd text', () => {
    const bucket = [0, '0.10511205190671431', '0.1146254050940386', '3'] as const;
    assert.deepEqual(bucketRows(native([...bucket]), undefined)[0]?.slots, []);
    assert.deepEqual(bucketRows(native([0, '0.1', '0.25', '3']), 1000)[0]?.slots, []);
    assert.deepEqual(bucketRows(native([0, '-2', '-1', '3']), 1000)[0]?.slots, []);
    // Decimal ones of VictoriaMetrics' own library.
    assert.deepEqual(bucketRows([range('1.000e-01...1.136e-01', 3)], 1000)[0]?.slots, []);
    for (const odd of ['', '1', 'a...b', '2...1', '1...2...3'])
      assert.deepEqual(bucketRows([range(odd, 3)], 1000)[0]?.slots, [], odd);
  });

  it('are none when a part of the calls lies in buckets without an end', () => {
    const bucket = [0, '0.10511205190671431', '0.1146254050940386', '3'] as const;
    const histogramsOf = (rows: ReturnType<typeof native>) => rows[0]?.histograms?.[0]?.[1];
    assert.deepEqual(histogramsOf(native([0, '-Inf', '1', '2'], [0, '1', '+Inf', '3'])), [
      { low: -Infinity, high: 1, count: 2 },
      { low: 1, high: Infinity, count: 3 },
    ]);
    assert.deepEqual(bucketRows(native([...bucket], [0, '8', '+Inf', '1']), 1000)[0]?.slots, []);
    assert.deepEqual(bucketRows(native([0, '-Inf', '0.1', '1']), 1000)[0]?.slots, []);
    assert.deepEqual(bucketRows(counted('4', [...bucket]), 1000)[0]?.slots, []);
    assert.equal(bucketRows(counted('3', [...bucket]), 1000)[0]?.slots.length, 1);
  });

  it('grow by what is new, at the coarser scale of both, and never shrink', () => {
    const of = (scale: number, ...values: readonly number[]): ExponentialHistogram => {
      const histogram = new ExponentialHistogram(scale);
      for (const value of values) histogram.record(value);
      return histogram;
    };
    const grown = difference(of(3, 0, 10, 20, 20, 500), of(5, 0, 10, 20));
    assert.equal(grown?.count, 2);
    assert.deepEqual(grown.buckets(), of(3, 20, 500).buckets());
    assert.equal(difference(of(4, 10), of(4, 10)), undefined);
    assert.equal(difference(of(4, 10), of(4, 20)), undefined);
    assert.equal(difference(of(4, 10), of(4, 10, 20)), undefined);
  });
});

describe('native histograms of boundaries of their own', () => {
  const own = (...buckets: readonly [number, string, string, string][]) => {
    const [row] = bucketRows(native(...buckets), 1000, undefined, () => true);
    return row?.slots[0]?.histogram;
  };

  it('are explicit ones, with one empty bucket between those that are named', () => {
    const read = own([0, '-Inf', '0.1', '4'], [0, '0.25', '0.5', '2'], [0, '5', '+Inf', '1']);
    assert.deepEqual(read?.buckets(), [
      { low: 0, high: 100, count: 4 },
      { low: 250, high: 500, count: 2 },
      { low: 5000, high: Infinity, count: 1 },
    ]);
  });

  it('are added and subtracted as if their empty buckets had been named', () => {
    const [a, b] = [
      own([0, '0.25', '0.5', '2']),
      own([0, '-Inf', '0.1', '4'], [0, '1', '2.5', '3']),
    ];
    assert.ok(a?.kind === 'explicit' && b?.kind === 'explicit');
    const sum = a.clone();
    assert.ok(sum.merge(b));
    assert.deepEqual(
      sum.buckets().map(({ low, high, count }) => [low, high, count]),
      [
        [0, 100, 4],
        [250, 500, 2],
        [1000, 2500, 3],
      ],
    );
    assert.deepEqual(difference(sum, a)?.buckets(), b.buckets());
    assert.equal(difference(a, sum), undefined);
    assert.equal(difference(a, a), undefined);
  });

  it('that overlap, of several layouts, are none', () => {
    assert.equal(own([0, '0.1', '0.5', '2'], [0, '0.25', '1', '2']), undefined);
  });
});
