import assert from 'node:assert/strict';
import { milliseconds } from '../../../../src/domain/units.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import { connection, FakeBackend, type Labels } from './fakeBackend.ts';

const never = new AbortController().signal;
const shop: Labels = {
  __name__: 'calls_total',
  service_name: 'shop',
  span_name: 'GET /a',
  span_kind: 'SPAN_KIND_SERVER',
  status_code: 'STATUS_CODE_UNSET',
  service_version: '1',
};

/** What is asked about a service whose calls have these labels, the questions of ranges apart. */
async function asked(labels: Labels) {
  const backend = new FakeBackend([{ ...shop, ...labels }]);
  const source = new PrometheusSource(connection(), backend.ports(), backend);
  const groups = [{ key: 'f', service: 'shop' as never, operations: [] }];
  await source.numbers({ groups, window: milliseconds(300_000), seriesPoints: 0 }, never);
  source.dispose();
  const of = (path: string): readonly string[] =>
    backend.asked
      .filter((url) => url.pathname.endsWith(path))
      .map((url) => url.searchParams.get('query') ?? '');
  return { look: of('/query'), ranges: of('/query_range') };
}

describe('labels of replicas', () => {
  it('make one counter of what several servers saw, without a question where the name says it', async () => {
    const plain = await asked({});
    const { look, ranges } = await asked({ prometheus_replica: 'k8s-0' });
    assert.equal(look.length, plain.look.length);
    assert.ok(ranges.length > 0);
    for (const query of ranges) assert.match(query, /max without \(prometheus_replica\)/);
    for (const query of plain.ranges) assert.doesNotMatch(query, /without/);
  });

  it('cost one question where they may be another’s', async () => {
    const plain = await asked({});
    const { look, ranges } = await asked({ replica: 'a', prometheus: 'b' });
    assert.equal(look.length, plain.look.length + 1);
    assert.equal(look.filter((query) => query.includes('prodlens_pairs')).length, 1);
    // This backend says neither that there are pairs nor what they counted: nothing is left out.
    for (const query of ranges) assert.doesNotMatch(query, /without/);
  });
});
