import assert from 'node:assert/strict';
import { spanMetrics } from '../../../../src/telemetry/prometheus/conventions/spanMetrics.ts';
import { decodeUnits, withUnits } from '../../../../src/telemetry/prometheus/units.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import { connection, FakeBackend } from './fakeBackend.ts';

const never = new AbortController().signal;
const answer = (...units: readonly (string | undefined)[]) => ({
  status: 'success',
  data: { duration: units.map((unit) => ({ type: 'histogram', help: '', unit })) },
});

/** Milliseconds of the unit of a metric `duration`, by what metadata says of it. */
async function unitOf(said: unknown): Promise<number | undefined> {
  const found = await withUnits(
    { units: () => Promise.resolve(decodeUnits(said)) },
    {
      convention: spanMetrics,
      calls: 'calls_total',
      callsAre: 'counter',
      durations: [{ metric: 'duration_bucket', native: false }],
      service: 'service_name',
      replicas: [],
      perhapsReplicas: [],
      attributes: new Map(),
      matchers: [],
      selected: [],
    },
    never,
  );
  return found.durations[0]?.msPerUnit;
}

describe('units of durations that their name doesn’t tell', () => {
  it('are those of the backend’s metadata, in its spellings', async () => {
    for (const [unit, ms] of [
      ['ms', 1],
      ['milliseconds', 1],
      ['s', 1000],
      ['seconds', 1000],
      ['us', 0.001],
    ] as const)
      assert.equal(await unitOf(answer(unit, '', unit)), ms);
  });

  it('are unknown where it says none, two, or something else', async () => {
    for (const said of [
      answer(),
      answer(''),
      answer('s', 'ms'),
      answer('1'),
      answer('constructor'),
    ])
      assert.equal(await unitOf(said), undefined);
    for (const odd of [undefined, null, 1, 'x', {}, { data: [] }, { data: { duration: [1] } }])
      assert.equal(await unitOf(odd), undefined);
  });

  it('are asked for only where a name tells none, and not having them is no failure', async () => {
    const asked = async (durations: string) => {
      const labels = { service_name: 'shop', span_name: 'a', span_kind: 'b' };
      const backend = new FakeBackend([
        { __name__: 'calls_total', ...labels },
        { __name__: durations, ...labels },
      ]);
      backend.answer = (url) =>
        url.pathname.endsWith('/metadata') ? { status: 404, text: 'not found' } : undefined;
      const source = new PrometheusSource(connection(), backend.ports(), backend);
      const services = await source.services();
      assert.ok(services.ok && services.value.length === 1);
      source.dispose();
      return backend.asked
        .filter((url) => url.pathname.endsWith('/metadata'))
        .map((url) => url.searchParams.get('metric'));
    };
    assert.deepEqual(await asked('duration_bucket'), ['duration']);
    assert.deepEqual(await asked('duration_milliseconds_bucket'), []);
  });
});
