import assert from 'node:assert/strict';
import { fail, ok } from '../../../../src/domain/result.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { PrometheusApi } from '../../../../src/telemetry/prometheus/api.ts';
import type { KnownService } from '../../../../src/telemetry/prometheus/look/catalogue.ts';
import { spanMetrics } from '../../../../src/telemetry/prometheus/conventions/spanMetrics.ts';
import type { Found } from '../../../../src/telemetry/prometheus/look/discovery.ts';
import { renderedRules } from '../../../../src/telemetry/prometheus/recording/rules.ts';
import {
  tellReplicas,
  type ReplicasTold,
} from '../../../../src/telemetry/prometheus/look/replicas.ts';
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

const found: Found = {
  convention: spanMetrics,
  calls: 'calls_total',
  callsAre: 'counter',
  durations: [],
  service: 'service_name',
  attributes: new Map(),
  matchers: [],
  selected: [],
  replicas: ['prometheus_replica'],
  perhapsReplicas: ['replica'],
};
const unclear = { reason: 'invalid', message: 'Not known.' } as const;

/** A row that counts something of the label `replica`, of `shop` or of one of the label's values. */
const row = (what: string, count: number, labels: Labels = { service_name: 'shop' }) => ({
  labels: { ...labels, prodlens_pairs: `${what} replica` },
  samples: [[1, count] as const],
});
const both = ['a', 'b'].map((replica) => row('series', 3, { service_name: 'shop', replica }));

/** What is told of `shop` with these answers. */
async function told(
  answers: readonly Awaited<ReturnType<PrometheusApi['query']>>[],
  before?: ReplicasTold,
  service = 'shop',
  of = found,
) {
  const left = [...answers];
  // A gateway without POST: known as such by the first answer.
  const api = {
    query: () => Promise.resolve(left.shift() ?? ok([])),
    fits: () => left.length === answers.length,
  };
  const answer = await tellReplicas(api as unknown as PrometheusApi, of, () => before, never);
  return answer.ok ? answer.value(service as never) : answer;
}

describe('a label that may be of replicas', () => {
  const sure = { replicas: ['prometheus_replica'] };
  const with2 = { replicas: ['prometheus_replica', 'replica'] };
  const targets = (all: number, twice: number) =>
    ['a', 'b'].flatMap((replica) => [
      row('up', all, { replica }),
      row('uptwice', twice, { replica }),
    ]);

  it('is such where most targets were scraped twice within the day, also while one server is away', async () => {
    assert.deepEqual(await told([ok([...both, ...targets(4, 3), row('pairs', 3)])]), with2);
    const away = both.slice(0, 1);
    assert.deepEqual(await told([ok([...away, ...targets(4, 3)])]), with2);
    // Each scrapes itself; the label has the same values on another service's targets only.
    assert.deepEqual(await told([ok([...both, ...targets(4, 1)])]), sure);
    const others = [row('up', 4, { replica: 'c' }), row('uptwice', 4, { replica: 'c' })];
    assert.deepEqual(await told([ok([...both, ...others])]), sure);
  });

  it('is the processes’ own where the counters differ, or where `up` of their targets lacks it', async () => {
    const differ = [row('pairs', 9), row('known', 9), row('differ', 3)];
    assert.deepEqual(await told([ok([...both, ...differ])]), sure);
    assert.deepEqual(await told([ok([...both, ...differ, ...targets(4, 4)])]), sure);
    assert.deepEqual(await told([ok([...both, row('pairs', 9), row('own', 6)])]), sure);
  });

  it('leaves a service without numbers where neither is known: young processes, balanced ones', async () => {
    for (const rows of [[], [row('known', 9)], [row('known', 9), row('differ', 1)]]) {
      const answer = await told([ok([...both, row('pairs', 9), row('own', 5), ...rows])]);
      assert.ok('unclear' in answer);
      assert.match(answer.unclear.message, /may differ in replica alone/);
    }
  });

  it('is looked at with the other one only where neither alone says anything', async () => {
    const pairs = (label: string) => {
      const one = row('pairs', 9);
      return { ...one, labels: { ...one.labels, prodlens_pairs: `pairs ${label}` } };
    };
    const own = ok([...both, row('own', 6), row('pairs', 9), pairs('replica prometheus')]);
    const two = { ...found, perhapsReplicas: ['replica', 'prometheus'] };
    assert.deepEqual(await told([own], undefined, 'shop', two), sure);
    const answer = await told([ok([pairs('replica prometheus')])], undefined, 'shop', two);
    assert.ok('unclear' in answer);
    assert.match(answer.unclear.message, /replica and prometheus/);
  });

  it('is asked about in short questions where a gateway takes no long ones', async () => {
    const two = { ...found, perhapsReplicas: ['replica', 'prometheus'] };
    const answers = [fail('notFound', 'no POST'), ok([...both, ...targets(4, 4)]), ok([]), ok([])];
    assert.deepEqual(await told(answers, undefined, 'shop', two), with2);
  });

  it('stays what it was found to be while nothing says otherwise', async () => {
    assert.deepEqual(await told([ok([])], with2), with2);
    assert.deepEqual(await told([ok([...both, row('pairs', 9)])], with2), with2);
    const differ = [row('pairs', 9), row('known', 9), row('differ', 9)];
    assert.deepEqual(await told([ok([...both, ...differ])], with2), sure);
  });

  it('takes the numbers of no other service along where the backend refuses the question', async () => {
    const refused = fail('tooLarge', 'too many samples');
    const slow = fail('timeout', 'query timed out');
    const having = ok([{ labels: { service_name: 'shop' }, samples: [] }]);
    for (const failure of [refused, slow]) {
      assert.deepEqual(await told([failure, having], undefined, 'other'), sure);
      const answer = await told([failure, having]);
      assert.ok('unclear' in answer);
      assert.deepEqual(await told([failure, failure], { ...with2 }), with2);
      assert.deepEqual(await told([failure, having], { ...sure, unclear }), { ...sure, unclear });
    }
    const gone = fail('unreachable', 'gone');
    assert.deepEqual(await told([gone]), gone);
  });

  it('has its services told why they have no numbers, without a question about them', async () => {
    const backend = new FakeBackend([{ ...shop, replica: 'a' }]);
    backend.answer = (url) => {
      const query = url.searchParams.get('query') ?? '';
      if (!query.includes('prodlens_pairs')) return undefined;
      const { labels } = row('pairs', 1);
      const data = { resultType: 'vector', result: [{ metric: labels, value: [1, '1'] }] };
      return { text: JSON.stringify({ status: 'success', data }) };
    };
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    const groups = [{ key: 'f', service: 'shop' as never, operations: [] }];
    const answer = await source.numbers(
      { groups, window: milliseconds(300_000), seriesPoints: 0 },
      never,
    );
    assert.ok(answer.ok);
    assert.match(answer.value[0]?.problem ?? '', /calls_total may differ in replica alone/);
    assert.equal(answer.value[0]?.total, undefined);
    const states = await source.services();
    assert.ok(states.ok);
    assert.match(states.value[0]?.warnings.join() ?? '', /may differ in replica alone/);
    assert.ok(!backend.asked.some(({ pathname }) => pathname.endsWith('/query_range')));
    source.dispose();
  });
});

describe('recording rules of a metric with replicas', () => {
  const catalogueOf = (...all: readonly Partial<Found>[]) => ({
    ...{ version: '3', problems: [], at: 0, young: false, intervals: new Map() },
    services: new Map(
      all.map((one, i): [never, KnownService] => [
        String(i) as never,
        {
          ...{ service: String(i) as never, matchers: [], rows: [], releases: [], interval: 1 },
          ...{ found: { ...found, ...one }, buckets: undefined, recorded: {} },
        },
      ]),
    ),
  });

  it('are written only where they mean the same in all services', () => {
    const rules = renderedRules(catalogueOf({}, {}));
    assert.ok(rules.ok && rules.value.includes('max without (prometheus_replica)'));
    for (const other of [{ replicas: ['replica'] }, { unclear }]) {
      const none = renderedRules(catalogueOf(other, {}));
      assert.match(
        none.ok ? none.value : none.failure.message,
        /can’t be written for calls_total:/,
      );
      assert.ok(!none.ok);
      const part = renderedRules(catalogueOf({}, other, { calls: 'other_calls_total' }));
      assert.ok(part.ok && !part.value.includes('prodlens:calls_total'));
      assert.match(part.value, /^# A rule can’t be written for calls_total:/m);
      assert.match(part.value, /record: prodlens:other_calls_total/);
    }
  });
});
