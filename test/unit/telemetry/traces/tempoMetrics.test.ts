import assert from 'node:assert/strict';
import { tempoCounts } from '../../../../src/telemetry/tempo/counts.ts';
import { TempoApi } from '../../../../src/telemetry/tempo/api.ts';
import { tempoSeries } from '../../../../src/telemetry/tempo/metricsWire.ts';
import { shapeOf } from '../../../answerShape.ts';
import { contextOf, json, never, playback, recorded } from './playback.ts';
import { idOf, simulatedTempo } from './simulatedTempo.ts';

const minute = 60_000;
const from = Date.UTC(2026, 10, 26, 9, 0, 0);
const question = {
  service: 'front',
  namespace: 'shop',
  select: {},
  from,
  to: from + 2 * minute,
  step: minute,
};

/** Without the exemplars: these aren't read. */
const shapes = (body: unknown): readonly string[] =>
  [...shapeOf(body)].filter((one) => !one.includes('.exemplars')).sort();

async function simulatedAnswer(): Promise<unknown> {
  const { exchange } = simulatedTempo([
    { id: idOf(0), start: from + 10_000, name: 'GET /', namespace: 'shop' },
  ]);
  const query = new URLSearchParams({
    q: '{ resource.service.name = "front" && kind = server } | histogram_over_time(duration) by (name)',
    start: String(from / 1000),
    end: String(from / 1000 + 300),
    step: '30s',
  });
  const answer = await exchange.get(
    `http://tempo.test/api/metrics/query_range?${query.toString()}`,
    never,
    {},
  );
  assert.ok(answer.ok);
  return JSON.parse(answer.value.text);
}

describe('answers of Tempo’s TraceQL metrics', () => {
  it('are simulated in the shape of those that were recorded (2.8.0-rc: a rate, a quantile)', async () => {
    const simulated = shapes(await simulatedAnswer());
    const [rate, quantile] = ['metrics-rate', 'metrics-quantile'].map((one) =>
      shapes(recorded(`tempo/${one}`).body),
    );
    const both = [...new Set([...(rate ?? []), ...(quantile ?? [])])].sort();
    // The recorded stretches begin before there was traffic, and zeros are left out.
    assert.deepEqual(
      simulated.filter((one) => one !== '.series[].samples[].value: number'),
      both,
    );
  });

  it('are read as they were recorded, by the beginning of each step', () => {
    const read = tempoSeries.read(recorded('tempo/metrics-rate').body);
    assert.ok(read.ok);
    assert.deepEqual(read.value, [
      {
        labels: { 'resource.service.name': 'front', 'span.http.route': '/api/orders/{id}' },
        samples: [],
        fromStart: true,
      },
      {
        labels: { 'resource.service.name': 'stock', 'span.http.route': '/stock/:sku' },
        samples: [],
        fromStart: true,
      },
    ]);
  });

  const body = (series: readonly unknown[], more: object = {}) =>
    json({ series, metrics: {}, ...more });
  const bucket = (doubleValue: number) => ({ key: '__bucket', value: { doubleValue } });
  const name = { key: 'name', value: { stringValue: 'GET /' } };
  const at = (end: number, value?: unknown) => ({ timestampMs: String(from + end), value });
  const ask = async (answer: ReturnType<typeof json>) => {
    const { exchange } = playback(() => answer);
    return tempoCounts(new TempoApi(contextOf(exchange))).calls(question, never);
  };

  it('are of the step before their time since 2.9, and of the one after it before', async () => {
    const series = {
      labels: [name, bucket(2 ** 27 / 1e9)],
      samples: [at(0, 1), at(minute, 2), at(2 * minute, 4)],
    };
    for (const [promLabels, expected] of [
      [undefined, [2, 4]],
      ['{}', [1, 2]],
    ] as const) {
      const read = await ask(body([{ ...series, promLabels }]));
      assert.ok(read.ok);
      assert.deepEqual(
        read.value.flatMap(({ slots }) =>
          slots.map((slot) => [slot.at - from, slot.histogram.count]),
        ),
        expected.map((count, i) => [(i + 1) * minute, count]),
      );
    }
  });

  it('join buckets of one row, and keep rows apart by name, status, code and version', async () => {
    const row = (bound: number, labels: readonly unknown[]) => ({
      labels: [name, ...labels, bucket(bound / 1e9)],
      samples: [at(minute, 3)],
    });
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const read = await ask(
      body([
        row(2 ** 20, [text('status', 'unset'), text('span.http.status_code', 'nil')]),
        row(2 ** 21, [text('status', 'unset'), text('span.http.status_code', 'nil')]),
        row(2 ** 21, [text('status', 'error')]),
        row(2 ** 21, [{ key: 'span.http.status_code', value: { intValue: '404' } }]),
        row(2 ** 21, [text('resource.service.version', '2.0.0')]),
      ]),
    );
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.map(({ labels, slots }) => [
        labels.status,
        labels.code,
        labels.version,
        slots[0]?.histogram.buckets().map(({ low, high, count }) => [low, high, count]),
      ]),
      [
        [
          'unset',
          '',
          '',
          [
            [2 ** 19 / 1e6, 2 ** 20 / 1e6, 3],
            [2 ** 20 / 1e6, 2 ** 21 / 1e6, 3],
          ],
        ],
        ['error', '', '', [[2 ** 20 / 1e6, 2 ** 21 / 1e6, 3]]],
        ['', '404', '', [[2 ** 20 / 1e6, 2 ** 21 / 1e6, 3]]],
        ['', '', '2.0.0', [[2 ** 20 / 1e6, 2 ** 21 / 1e6, 3]]],
      ],
    );
  });

  for (const [what, answer] of [
    [
      'counts that are no whole numbers',
      body([{ labels: [name, bucket(1.024e-6)], samples: [at(minute, 0.5)] }]),
    ],
    [
      'counts below nothing',
      body([{ labels: [name, bucket(1.024e-6)], samples: [at(minute, -1)] }]),
    ],
    [
      'counts that are text',
      body([{ labels: [name, bucket(1.024e-6)], samples: [at(minute, 'NaN')] }]),
    ],
    ['no buckets', body([{ labels: [name], samples: [at(minute, 1)] }])],
    ['buckets of another kind', body([{ labels: [name, bucket(0.3)], samples: [at(minute, 1)] }])],
    [
      'something of it that can’t be read',
      body([{ labels: [name, bucket(1.024e-6)] }, { oops: true }]),
    ],
    ['a part of it', body([], { status: 'PARTIAL' })],
    ['a part of it, as a number', body([], { status: 1 })],
    [
      'series beyond measure',
      body(Array.from({ length: 20_001 }, () => ({ labels: [], samples: [] }))),
    ],
    ['something else', json({ status: 'success', data: { result: [] } })],
  ] as const)
    it(`aren’t believed with ${what}`, async () => {
      const read = await ask(answer);
      assert.ok(!read.ok && ['invalid', 'tooLarge'].includes(read.failure.reason));
    });

  it('are asked for within the limits of their language', async () => {
    const { exchange, asked } = playback(() => body([]));
    const read = await tempoCounts(new TempoApi(contextOf(exchange))).calls(
      { ...question, service: 'fr"ont', select: { 'deployment.environment.name': 'prod' } },
      never,
    );
    assert.ok(read.ok);
    assert.deepEqual(asked, [
      '/api/metrics/query_range?q={ resource.service.name = "fr\\"ont" && resource.service.namespace = "shop" && kind = server && (resource.deployment.environment.name = "prod" || span.deployment.environment.name = "prod") } | histogram_over_time(duration) by (name, status, resource.service.version, span.http.response.status_code, span.http.status_code)' +
        `&start=${from / 1000}&end=${from / 1000 + 120}&step=60s&exemplars=1`,
    ]);
  });
});
