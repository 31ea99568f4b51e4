import assert from 'node:assert/strict';
import { ok } from '../../../../src/domain/result.ts';
import {
  askGrowth,
  fitsRecorded,
  readRecorded,
  recordedGrowth,
  recordedOf,
} from '../../../../src/telemetry/prometheus/recording/recorded.ts';
import { recordedDelay } from '../../../../src/telemetry/prometheus/recording/names.ts';
import { growth } from '../../../../src/telemetry/prometheus/slots/growth.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import { connection, FakeBackend } from './fakeBackend.ts';
import type { MatrixRow } from '../../../../src/telemetry/prometheus/wire.ts';

const minute = 60_000;
const from = 1_800_000_000_000;
const record = 'prodlens:calls_total:growth1m';

const marks = (counts: readonly number[], step: number): MatrixRow => ({
  labels: { prodlens_of: record },
  samples: counts.flatMap((count, i) =>
    count === 0 ? [] : [[(from + (i + 1) * step) / 1000, count] as const],
  ),
});
const calls: MatrixRow = {
  labels: { span_name: 'a' },
  samples: [1, 2, 3].map((n) => [(from + n * minute) / 1000, n] as const),
};

describe('recording rules', () => {
  it('record what ended half a minute ago: samples that are under way then belong to no minute otherwise', () => {
    assert.equal(
      growth('c', [], ['a'], minute, 10 * minute, 'counter', { by: ['s'], delay: recordedDelay }),
      'sum by (a) ((last_over_time(c{}[60s] offset 30s) - last_over_time(c{}[600s] offset 90s)) >= 0' +
        ' or (last_over_time(c{}[60s] offset 30s) and last_over_time(c{}[600s] offset 90s))' +
        ' or ((last_over_time(c{}[60s] offset 30s) and on (s) last_over_time(c{}[600s] offset 90s))' +
        ' unless last_over_time(c{}[24h:20m] offset 90s)) or last_over_time(c{}[60s] offset 30s) * 0)',
    );
  });
});

describe('recorded series', () => {
  it('are used only where they keep every label that is asked for', () => {
    const all = [
      { record, by: 'service_name,span_name' },
      { record, by: 'cluster,service_name,span_name,span_kind' },
      { record, by: 'service_name,span_kind,span_name' },
      { record: 'prodlens:other:growth1m', by: 'service_name,span_name,zone' },
    ];
    assert.deepEqual(recordedOf('calls_total', ['span_name', 'span_kind'], all), all[2]);
    assert.deepEqual(recordedOf('calls_total', ['span_name', 'cluster'], all), all[1]);
    assert.equal(recordedOf('calls_total', ['span_name', 'zone'], all), undefined);
    assert.equal(recordedOf('calls', ['span_name'], all), undefined);
  });

  it('stand for whole minutes only', () => {
    assert.deepEqual([10_000, minute, 90_000, 5 * minute].map(fitsRecorded), [
      false,
      true,
      false,
      true,
    ]);
  });

  it('are summed without the evaluation at the very beginning of a slot, with the number of evaluations beside', () => {
    const query = recordedGrowth({ record, by: 'a,b' }, ['s="x"'], ['a'], 5 * minute);
    assert.equal(
      query,
      `sum by (a) (sum_over_time(${record}{prodlens_by="a,b",prodlens_of="",s="x"}[299999ms] offset -30s))` +
        ` or sum by (prodlens_of) (sum_over_time(${record}{prodlens_by="a,b",prodlens_of="${record}"}[299999ms] offset -30s))`,
    );
  });

  it('are whole up to the first slot that lacks an evaluation, or has one twice', () => {
    const chunk = { from, to: from + 3 * minute, step: minute };
    const complete = (counts: readonly number[]): number =>
      (readRecorded([calls, marks(counts, minute)], chunk).completeTo - from) / minute;
    assert.equal(complete([1, 1, 1]), 3);
    assert.equal(complete([1, 0, 1]), 1);
    assert.equal(complete([0, 1, 1]), 0);
    assert.equal(complete([1, 1, 2]), 2);
    assert.equal(readRecorded([calls], chunk).completeTo, from);
    const longer = { from, to: from + 10 * minute, step: 5 * minute };
    assert.equal(readRecorded([marks([5, 4], 5 * minute)], longer).completeTo, from + 5 * minute);
    assert.deepEqual(readRecorded([calls, marks([1, 1, 1], minute)], chunk).rows, [calls]);
    const failures: MatrixRow = {
      ...marks([1, 0, 1], minute),
      labels: { prodlens_of: 'prodlens:failures_total:growth1m', prodlens_errors: '1' },
    };
    const both = readRecorded([calls, marks([1, 1, 1], minute), failures], chunk, 2);
    assert.deepEqual([both.completeTo, both.endsWhole], [from + minute, true]);
    assert.deepEqual(both.rows, [calls]);
    const one = readRecorded([calls, marks([1, 1, 1], minute)], chunk, 2);
    assert.deepEqual([one.completeTo, one.endsWhole], [from, false]);
  });
});

describe('a backend that evaluates recording rules', () => {
  const labels = {
    service_name: 'shop',
    span_name: 'GET /a',
    span_kind: 'SPAN_KIND_SERVER',
    status_code: 'STATUS_CODE_UNSET',
  };
  const by = 'otel_status_code,service_name,span_kind,span_name,status_code';

  /** Asks for five minutes; `evaluated` says whether the minute that ends then was. */
  async function asked(evaluated: (end: number) => boolean, times = () => 1) {
    const backend = new FakeBackend([
      { __name__: 'calls_total', ...labels },
      { __name__: record, prodlens_of: record, prodlens_by: by },
    ]);
    backend.answer = (url) => {
      if (!(url.searchParams.get('query') ?? '').includes('prodlens:calls')) return undefined;
      const [start, end] = ['start', 'end'].map((name) => Number(url.searchParams.get(name)));
      if (!url.pathname.endsWith('query_range') || start === undefined || end === undefined)
        return undefined;
      const ends = Array.from({ length: (end - start) / 60 + 1 }, (_, i) => start + i * 60);
      const values = ends.filter(evaluated).map((at) => [at, String(times())]);
      const result = [
        { metric: labels, values },
        { metric: { prodlens_of: record }, values },
      ];
      return {
        text: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }),
      };
    };
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    const ask = async (): Promise<{ readonly kinds: string[]; readonly count?: number }> => {
      backend.asked.length = 0;
      await source.services();
      const [operation] = source.operations();
      assert.ok(operation !== undefined);
      const answer = await source.numbers(
        {
          groups: [{ key: 'f', service: operation.service, operations: [operation.id] }],
          window: milliseconds(5 * minute),
          seriesPoints: 0,
        },
        new AbortController().signal,
      );
      assert.ok(answer.ok);
      const ranges = backend.asked.filter(({ pathname }) => pathname.endsWith('query_range'));
      backend.asked.splice(0, Infinity, ...ranges);
      const count = answer.value[0]?.total?.count;
      return {
        kinds: backend.asked.map((url) =>
          (url.searchParams.get('query') ?? '').includes(record) ? 'recorded' : 'raw',
        ),
        ...(count === undefined ? {} : { count }),
      };
    };
    return { backend, ask };
  }

  it('is asked for recorded series only', async () => {
    const { ask } = await asked(() => true);
    const { kinds, count } = await ask();
    assert.deepEqual(new Set(kinds), new Set(['recorded']));
    assert.equal(count, 4);
  });

  it('is asked for the metrics themselves where a minute wasn’t recorded', async () => {
    const hole = new FakeBackend([]).now / 1000 - 180;
    const { ask } = await asked((end) => end !== hole);
    assert.equal((await ask()).kinds.at(-1), 'raw');
  });

  it('is asked for the metrics alone while its newest minutes are recorded twice, until the next look at what it has', async () => {
    let times = 2;
    const { backend, ask } = await asked(
      () => true,
      () => times,
    );
    const later = async (minutes: number): Promise<readonly string[]> => {
      backend.now += minutes * minute;
      return (await ask()).kinds;
    };
    assert.ok((await later(0)).includes('recorded'));
    for (let i = 0; i < 3; i += 1) assert.deepEqual(new Set(await later(2)), new Set(['raw']));
    assert.deepEqual(new Set(await later(10)), new Set(['recorded', 'raw']));
    times = 1;
    assert.deepEqual(new Set(await later(2)), new Set(['raw']));
    assert.deepEqual(new Set(await later(16)), new Set(['recorded']));
    assert.deepEqual(new Set(await later(2)), new Set(['recorded']));
  });

  it('is asked for recorded series still where only an old minute wasn’t recorded', async () => {
    const hole = new FakeBackend([]).now / 1000 - 180;
    const { backend, ask } = await asked((end) => end !== hole);
    await ask();
    backend.now += 5 * minute;
    assert.deepEqual(new Set((await ask()).kinds), new Set(['recorded']));
  });

  it('has the lease renewed before each of both requests', async () => {
    const order: string[] = [];
    await askGrowth(
      {
        queryRange: ({ query }) => {
          order.push(query);
          return Promise.resolve(ok({ rows: [], bytes: 0 }));
        },
      },
      { raw: 'raw', recorded: 'recorded' },
      { from, to: from + minute, step: minute },
      new AbortController().signal,
      { beforeAsking: () => Promise.resolve(void order.push('renew')) },
    );
    assert.deepEqual(order, ['renew', 'recorded', 'renew', 'raw']);
  });

  it('is asked for a newest minute only when its evaluation has had time', async () => {
    const { backend, ask } = await asked(() => true);
    const begin = backend.now;
    const newest = async (now: number): Promise<number> => {
      backend.now = now;
      await ask();
      const ends = backend.asked.map((url) => Number(url.searchParams.get('end')) * 1000);
      return Math.max(...ends) - begin;
    };
    assert.equal(await newest(begin + 45_000), -minute);
    assert.equal(await newest(begin + 115_000), minute);
  });
});
