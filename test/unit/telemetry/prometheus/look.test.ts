import assert from 'node:assert/strict';
import { serviceKey } from '../../../../src/domain/service.ts';
import { PrometheusApi } from '../../../../src/telemetry/prometheus/api.ts';
import type { KeptLook } from '../../../../src/telemetry/prometheus/look/keptLook.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import type { KeptEntry } from '../../../../src/telemetry/sharing/answers.ts';
import {
  AnswersInMemory,
  type AnswerStore,
} from '../../../../src/telemetry/sharing/answerStore.ts';
import { connection, FakeBackend, type Labels } from './fakeBackend.ts';

const never = new AbortController().signal;
const minute = 60_000;
const page = '<html><title>Sign in</title></html>';

const spans = (name: string, service = 'shop'): Labels => ({
  __name__: 'calls_total',
  service_name: service,
  span_name: name,
  span_kind: 'SPAN_KIND_SERVER',
});
const requests = (service: string, route: Labels = { http_route: '/cart' }): Labels => ({
  __name__: 'http_server_request_duration_seconds_count',
  job: service,
  http_request_method: 'GET',
  http_response_status_code: '200',
  ...route,
});

/** Somebody looks, at what a backend has, again and again. */
function open(series: Labels[]) {
  const backend = new FakeBackend(series);
  const source = new PrometheusSource(connection(), backend.ports(), backend);
  return {
    backend,
    source,
    /** @param each what happens before each look */
    pass: async (minutes: number, each: () => void = () => undefined, pause = 15_000) => {
      for (const end = backend.now + minutes * minute; backend.now < end;) {
        backend.now += pause;
        each();
        const states = await source.services();
        assert.ok(states.ok, JSON.stringify(states));
      }
    },
    asked: (path: string): number =>
      backend.asked.filter(({ pathname }) => pathname.endsWith(path)).length,
    found: (): readonly string[] => source.operations().map(({ name }) => name),
  };
}

describe('answers of a look at a Prometheus', () => {
  it('are kept once they are understood: a gateway’s page, given once, is asked past', async () => {
    const { backend, source, pass, asked } = open([spans('GET /a')]);
    await source.services();
    let given = 0;
    backend.answer = ({ pathname }) => {
      if (given > 0 || !pathname.endsWith('/label/__name__/values')) return undefined;
      given = backend.now;
      return { text: page, contentType: 'text/html' };
    };
    await pass(5 * 60, () => undefined, minute);
    assert.ok(given > 0);
    assert.ok(asked('/label/__name__/values') >= 3);
  });

  it('that can’t be read where they are kept are asked for', async () => {
    const backend = new FakeBackend([spans('GET /a')]);
    const api = new PrometheusApi(connection(), backend, () => backend.now);
    const added: string[] = [];
    const kept = {
      find: () =>
        Promise.resolve({ body: new TextEncoder().encode(page), clockOffset: 0, at: backend.now }),
      add: ({ subject }: { subject: string }) => Promise.resolve(void added.push(subject)),
      renew: () => Promise.resolve(),
    } as unknown as KeptLook;
    const names = await api.withLook(kept, () => api.metricNames('{a="b"}', never));
    assert.deepEqual(names, { ok: true, value: ['calls_total'] });
    assert.deepEqual(added, ['metrics']);
    backend.answer = () => ({ text: page, contentType: 'text/html' });
    assert.equal((await api.withLook(kept, () => api.metricNames('{a="b"}', never))).ok, false);
    assert.deepEqual(added, ['metrics'], 'what isn’t understood is kept');
  });

  it('that are too large to be shared aren’t asked for with each look', async () => {
    const series = Array.from({ length: 100 }, (_, i) => spans('GET /a', `shop-${i}`));
    const { backend, source, pass } = open(series);
    let large = 0;
    backend.answer = ({ searchParams }) => {
      if (!(searchParams.get('query') ?? '').startsWith('group')) return undefined;
      large += 1;
      const result = series.map((metric) => ({ metric, value: [backend.now / 1000, '1'] }));
      const data = { resultType: 'vector', result };
      const text = JSON.stringify({ status: 'success', data });
      return { text: text.padEnd(8_100_000, ' ') };
    };
    await source.services();
    await pass(10, () => undefined, minute);
    assert.ok(large >= 2 && large <= 3, `${large} in ten minutes`);
  });

  it('that can’t be written are remembered by the window', async () => {
    const now = 1_800_000_000_000;
    const nothing: AnswerStore = {
      now: () => now,
      entries: [],
      body: () => Promise.resolve(undefined),
      add: () => Promise.resolve(),
      renew: () => Promise.resolve(),
      alone: (work) => work(),
    };
    const store = new AnswersInMemory(() => now, nothing);
    const entry = (at: number): KeptEntry => ({ kind: 'k', from: at, to: at, step: 0, at });
    await store.add(entry(now), new TextEncoder().encode('first'));
    await store.add(entry(now + 1), new TextEncoder().encode('second'));
    assert.equal(store.entries.length, 1);
    const [kept] = store.entries;
    assert.ok(kept !== undefined);
    assert.equal(new TextDecoder().decode(await store.body(kept)), 'second');
  });
});

describe('a look at a Prometheus', () => {
  it('notices within twenty minutes that samples come in another distance', async () => {
    for (const [first, then] of [
      [15, 60],
      [60, 10],
    ] as const)
      for (const late of [0, 3, 7, 11]) {
        const { backend, source, pass } = open([spans('GET /a')]);
        let changedAt = Infinity;
        backend.answer = ({ searchParams }) => {
          if (!(searchParams.get('query') ?? '').endsWith('[15m]')) return undefined;
          const times: number[] = [];
          for (let at = backend.now / 1000 - 900; at <= backend.now / 1000;) {
            times.push(at);
            at += at * 1000 < changedAt ? first : then;
          }
          const values = times.map((at) => [at, '1']);
          const data = { resultType: 'matrix', result: [{ metric: {}, values }] };
          return { text: JSON.stringify({ status: 'success', data }) };
        };
        const distance = (): number =>
          (source.report()['services'] as readonly { sampleIntervalMs: number }[])[0]
            ?.sampleIntervalMs ?? 0;
        await source.services();
        await pass(60 + late);
        assert.equal(distance(), first * 1000);
        changedAt = backend.now;
        await pass(20);
        assert.equal(distance(), then * 1000, `${first} to ${then}, ${late}`);
      }
  });

  it('finds a service that begins with a metric of its own within minutes while a file of it is open', async () => {
    const series = [spans('GET /a')];
    const { backend, source, pass, found } = open(series);
    await source.services();
    await pass(40);
    series.push(requests('cart'));
    const expect = (): void => {
      source.expects('cart.ts', []);
    };
    await pass(3, expect);
    assert.match(source.summary() ?? '', /2 services/);
    assert.equal(found().length, 2);
    const { length } = backend.asked;
    await pass(15);
    assert.ok(backend.asked.length - length <= 6, `${backend.asked.length - length} afterwards`);
  });

  it('finds routes that come with a service’s first request within minutes while a file of it is open', async () => {
    const series = [requests('shop', {})];
    const { source, pass } = open(series);
    await source.services();
    await pass(20);
    series.push(requests('shop'));
    await pass(3, () => {
      source.expects('shop.ts', [serviceKey('shop')]);
    });
    assert.match(JSON.stringify(source.operations()), /"route":"\/cart"/);
  });

  it('asks little for a file that nothing ever comes of, and nothing for one of a service whose routes are there', async () => {
    const countOf = async (services: readonly string[] | undefined): Promise<number> => {
      const { backend, source, pass } = open([spans('GET /a')]);
      await source.services();
      const { length } = backend.asked;
      await pass(4 * 60, () => {
        if (services !== undefined)
          source.expects(
            'model.ts',
            services.map((name) => serviceKey(name)),
          );
      });
      return backend.asked.length - length;
    };
    const usual = await countOf(undefined);
    assert.equal(await countOf(['shop']), usual);
    const more = (await countOf([])) - usual;
    assert.ok(more > 0 && more <= 24, `${more} more in four hours`);
  });
});
