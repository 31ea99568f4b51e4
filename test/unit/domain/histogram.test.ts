import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  mergeHistogram,
  histogramFromNumbers,
  histogramToNumbers,
  quantileOf,
} from '../../../src/domain/histogram.ts';
import {
  ExplicitHistogram,
  explicitFromCumulative,
} from '../../../src/domain/histogramExplicit.ts';
import { ExponentialHistogram } from '../../../src/domain/histogramExponential.ts';

const durations = fc.array(fc.double({ min: 1e-6, max: 1e8, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});
const of = (values: readonly number[], scale?: number): ExponentialHistogram => {
  const made = new ExponentialHistogram(scale);
  for (const value of values) made.record(value);
  return made;
};
const total = (h: { buckets(): readonly { count: number }[] }): number =>
  h.buckets().reduce((sum, b) => sum + b.count, 0);

describe('exponential histogram', () => {
  it('has the true quantile inside the bucket it names, at most 5 % wide', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (values, q) => {
        const quantile = quantileOf(of(values).buckets(), q);
        assert.ok(quantile);
        const sorted = [...values].sort((a, b) => a - b);
        const truth = sorted[Math.max(0, Math.ceil(q * values.length - 1e-9) - 1)] ?? 0;
        assert.ok(quantile.low <= truth * (1 + 1e-9) && truth <= quantile.high * (1 + 1e-9));
        assert.ok(quantile.high / quantile.low <= 1.05);
        assert.ok(quantile.value >= quantile.low && quantile.value <= quantile.high);
      }),
    );
  });

  it('merges as if all values had gone into one', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const merged = of(a);
        assert.equal(mergeHistogram(merged, of(b)), true);
        assert.deepEqual(merged.buckets(), of([...a, ...b]).buckets());
      }),
    );
  });

  it('brings the finer one down to the coarser on merge, losing no call', () => {
    fc.assert(
      fc.property(durations, durations, fc.integer({ min: 0, max: 5 }), (a, b, scale) => {
        const merged = of(a, 6);
        merged.merge(of(b, scale));
        assert.equal(merged.scale, scale);
        assert.equal(total(merged), a.length + b.length);
        assert.deepEqual(merged.buckets(), of([...a, ...b], scale).buckets());
      }),
    );
  });

  it('counts zeros apart and refuses negative and not-numbers', () => {
    const made = of([0, 0, 5, -1, Number.NaN]);
    assert.equal(made.count, 3);
    assert.deepEqual(quantileOf(made.buckets(), 0.5), { value: 0, low: 0, high: 0 });
  });

  it('keeps its unit: seconds read as milliseconds, and never mix with others', () => {
    const seconds = new ExponentialHistogram(4, 1000);
    seconds.record(2);
    const p50 = quantileOf(seconds.buckets(), 0.5);
    assert.ok(p50 && p50.low < 2000.001 && p50.high >= 1999.999);
    assert.equal(seconds.merge(of([2000])), false);
    assert.equal(seconds.count, 1);
  });

  it('widens the zero bucket as the data model prescribes', () => {
    const made = of([0.5, 8]);
    made.addRange(4, 0, [], 3, 1);
    assert.equal(made.count, 5);
    assert.equal(made.buckets()[0]?.count, 4, '0.5 is inside the wider zero bucket');
  });

  it('survives its flat form', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const made = of(values);
        assert.deepEqual(histogramFromNumbers(histogramToNumbers(made)).buckets(), made.buckets());
      }),
    );
  });
});

describe('explicit histogram', () => {
  it('keeps a boundary that lies in an empty bucket of the other', () => {
    const a = new ExplicitHistogram([10, 100], [1, 0, 4]);
    a.merge(new ExplicitHistogram([10, 50, 100, 200], [0, 3, 2, 1, 1]));
    // 200 lies among values of the first.
    assert.deepEqual(a.bounds, [10, 50, 100]);
    assert.deepEqual(
      a.buckets().map(({ count }) => count),
      [1, 3, 2, 6],
    );
  });

  it('merges on the boundaries that both have', () => {
    const a = new ExplicitHistogram([10, 50, 100], [1, 2, 3, 4]);
    a.merge(new ExplicitHistogram([20, 50, 200], [10, 20, 30, 40]));
    assert.deepEqual(a.bounds, [50]);
    assert.deepEqual(
      a.buckets().map((b) => b.count),
      [33, 77],
    );
  });

  it('loses no call whatever the boundaries', () => {
    const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 8 });
    fc.assert(
      fc.property(bounds, bounds, (x, y) => {
        const made = (b: number[]): ExplicitHistogram => {
          b.sort((m, n) => m - n);
          return new ExplicitHistogram(
            b,
            [...b, 0].map((_, i) => i + 1),
          );
        };
        const [a, b] = [made(x), made(y)];
        const sum = a.count + b.count;
        a.merge(b);
        assert.equal(a.count, sum);
        assert.equal(total(a), sum);
      }),
    );
  });

  it('says "beyond" in the open bucket, and nothing where there is only that', () => {
    assert.equal(
      quantileOf(new ExplicitHistogram([15_000], [1, 99]).buckets(), 0.95)?.beyond,
      true,
    );
    assert.equal(quantileOf(new ExplicitHistogram([], [7]).buckets(), 0.5), undefined);
    assert.equal(quantileOf([], 0.5), undefined);
  });

  it('is never mixed with the exponential kind', () => {
    const explicit = new ExplicitHistogram([1], [1, 1]);
    assert.equal(mergeHistogram(explicit, of([1])), false);
    assert.equal(mergeHistogram(of([1]), explicit), false);
    assert.equal(explicit.count, 2);
  });

  it('is not made of cumulative counts that go down by more than 0.1 %', () => {
    assert.equal(explicitFromCumulative([1, 2], [500, 400, 1000]), undefined);
    assert.equal(explicitFromCumulative([1, 2], [500, 499.5, 1000])?.count, 1000);
    assert.deepEqual(
      explicitFromCumulative([1, 2], [5, 8, 10])
        ?.buckets()
        .map((b) => b.count),
      [5, 3, 2],
    );
  });
});
