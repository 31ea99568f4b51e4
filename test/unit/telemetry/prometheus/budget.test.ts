import assert from 'node:assert/strict';
import { fail, ok, type Result } from '../../../../src/domain/result.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { RangeAnswer } from '../../../../src/telemetry/prometheus/api.ts';
import { readBack } from '../../../../src/telemetry/prometheus/slots/readBack.ts';
import type { Chunk } from '../../../../src/telemetry/prometheus/slots/slotGrid.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import { connection, FakeBackend, type Labels } from './fakeBackend.ts';

const never = new AbortController().signal;
const minute = 60_000;

const spans = (metric: string, name: string, more: Labels = {}): Labels => ({
  __name__: metric,
  service_name: 'shop',
  span_name: name,
  span_kind: 'SPAN_KIND_SERVER',
  ...more,
});

/** A service of which each operation is called once a slot, and some ask for. */
class Shop {
  readonly backend: FakeBackend;
  readonly source: PrometheusSource;
  readonly timers: { readonly after: number; readonly run: () => void }[] = [];
  focused = true;
  /** Calls in each slot, by operation. */
  calls: (name: string) => number = () => 1;
  refuse: (url: URL) => Partial<{ status: number; text: string }> | undefined = () => undefined;

  constructor(names: readonly string[]) {
    this.backend = new FakeBackend([
      ...names.map((name) => spans('calls_total', name)),
      spans('duration_seconds_bucket', names[0] ?? '', { le: '+Inf' }),
    ]);
    const { backend } = this;
    backend.answer = (url) => {
      if (!url.pathname.endsWith('query_range')) return undefined;
      const refused = this.refuse(url);
      if (refused !== undefined) return refused;
      const [start, end, step] = ['start', 'end', 'step'].map((n) =>
        Number(url.searchParams.get(n)),
      ) as [number, number, number];
      const ends = Array.from(
        { length: Math.round((end - start) / step) + 1 },
        (_, i) => start + i * step,
      );
      const buckets = (url.searchParams.get('query') ?? '').includes('duration_seconds_bucket');
      const result = names.flatMap((name) =>
        (buckets ? ['0.1', '+Inf'] : ['']).map((le) => ({
          metric: {
            service_name: 'shop',
            span_name: name,
            span_kind: 'SPAN_KIND_SERVER',
            ...(le === '' ? {} : { le }),
          },
          values: ends.map((at) => [at, String(this.calls(name))]),
        })),
      );
      const data = { resultType: 'matrix', result };
      return { text: JSON.stringify({ status: 'success', data }) };
    };
    this.source = new PrometheusSource(
      connection(),
      {
        ...backend.ports(),
        focused: () => this.focused,
        after: (after, run) => {
          const timer = { after, run };
          this.timers.push(timer);
          return { dispose: () => void this.timers.splice(this.timers.indexOf(timer), 1) };
        },
      },
      backend,
    );
  }

  ranges(): readonly URLSearchParams[] {
    return this.backend.asked
      .filter((url) => url.pathname.endsWith('query_range'))
      .map((url) => url.searchParams);
  }

  /** Requests that asking for the operations of these names makes. */
  async ask(names: readonly string[], window = 5 * minute, since?: number) {
    const before = this.ranges().length;
    const groups = this.source
      .operations()
      .filter(({ name }) => names.includes(name))
      .map(({ id, service }) => ({ key: id, service, operations: [id] }));
    const answer = await this.source.numbers(
      {
        groups,
        window: milliseconds(window),
        seriesPoints: 30,
        ...(since === undefined ? {} : { since: since as never }),
      },
      never,
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    return { numbers: answer.value, asked: this.ranges().slice(before) };
  }
}

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `GET /${i}`);

describe('requests to a Prometheus', () => {
  it('are two per refresh, whatever the number of functions and the window, from the newest slot on', async () => {
    for (const window of [5 * minute, 60 * minute, 24 * 60 * minute]) {
      const shop = new Shop(names(30));
      await shop.source.services();
      await shop.ask(names(30), window);
      for (let refresh = 0; refresh < 5; refresh += 1) {
        shop.backend.now += 67_000;
        const { asked, numbers } = await shop.ask(names(30), window);
        assert.equal(asked.length, 2);
        for (const question of asked) {
          const from = Number(question.get('start')) * 1000;
          assert.ok(shop.backend.now - from < 6 * minute, 'asked for what was known');
        }
        assert.ok(numbers.every(({ total }) => (total?.count ?? 0) > 0));
        // Re-showing, shorter windows, sparklines.
        assert.equal((await shop.ask(names(3), 5 * minute)).asked.length, 0);
        await shop.source.services();
      }
    }
  });

  it('have durations of the busiest ready before a file is opened, and of others in one question for all', async () => {
    const shop = new Shop(names(230));
    shop.calls = (name) => (name === 'GET /225' || name === 'GET /226' ? 1 : 9);
    await shop.source.services();
    const first = await shop.ask(['GET /0']);
    assert.equal(first.asked.length, 2);
    assert.equal((await shop.ask(['GET /7', 'GET /100'])).asked.length, 0);
    const late = await shop.ask(['GET /225']);
    assert.equal(late.asked.length, 1);
    assert.match(late.asked[0]?.get('query') ?? '', /span_name=~"GET \/225"/);
    assert.notEqual(late.numbers[0]?.total?.p95Ms, undefined);
    // The next one within five seconds waits for those that come with it.
    for (const name of ['GET /226', 'GET /227', 'GET /228'])
      assert.equal((await shop.ask([name])).asked.length, 0);
    let told = 0;
    shop.source.onDidChange(() => {
      told += 1;
    });
    assert.equal(shop.timers.length, 1);
    shop.backend.now += shop.timers[0]?.after ?? 0;
    shop.timers[0]?.run();
    assert.equal(told, 1);
    const together = await shop.ask(['GET /226', 'GET /227', 'GET /228']);
    assert.equal(together.asked.length, 1);
    assert.ok(together.numbers.every(({ total }) => total?.p95Ms !== undefined));
  });

  it('find what a service of a backend with others begins to do within five minutes, by one question for all', async () => {
    const series = [
      spans('calls_total', 'GET /a'),
      spans('calls_total', 'GET /x', { service_name: 'cart' }),
    ];
    const backend = new FakeBackend(series);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    const found = (): readonly string[] => source.operations().map(({ name }) => name);
    await source.services();
    series.push(spans('calls_total', 'GET /b'));
    backend.now += 2 * minute;
    const before = backend.asked.length;
    await source.services();
    assert.equal(backend.asked.length, before);
    backend.now += 3 * minute;
    await source.services();
    await source.services();
    assert.equal(backend.asked.length, before + 1);
    assert.deepEqual(found(), ['GET /a', 'GET /x', 'GET /b']);
    series.push(spans('calls_total', 'GET /c', { service_name: 'mail' }));
    backend.now += 5 * minute;
    await source.services();
    assert.deepEqual(found(), ['GET /a', 'GET /x', 'GET /b', 'GET /c']);
    assert.match(source.summary() ?? '', /3 services/);
  });

  /** Requests of a look at what there is, in each quarter of an hour of a day in which nothing changes. */
  async function lookedIn(
    series: readonly Labels[],
    pause: number,
    quarters: number,
  ): Promise<{ readonly first: number; readonly later: readonly number[] }> {
    const backend = new FakeBackend(series);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    await source.services();
    const first = backend.asked.length;
    const later = Array.from({ length: quarters }, () => 0);
    const began = backend.now;
    for (let at = pause; at <= quarters * 15 * minute; at += pause) {
      backend.now = began + at;
      const before = backend.asked.length;
      await source.services();
      const quarter = Math.ceil(at / (15 * minute)) - 1;
      later[quarter] = (later[quarter] ?? 0) + backend.asked.length - before;
    }
    source.dispose();
    return { first, later };
  }

  it('for what there is are two per service in a quarter of an hour, and few whatever the number of services', async () => {
    const one = [spans('calls_total', 'GET /a'), spans('duration_seconds_bucket', 'GET /a')];
    const twenty = Array.from({ length: 20 }, (_, i) =>
      one.map((labels) => ({ ...labels, service_name: `shop-${i}` })),
    ).flat();
    for (const pause of [15_000, 67_000]) {
      const alone = await lookedIn(one, pause, 12);
      assert.ok(alone.first <= 6, `${alone.first} at first`);
      assert.ok(Math.max(...alone.later) <= 2, alone.later.join());
      // Not a pause, a beat.
      assert.ok(Math.min(...alone.later) >= 1, alone.later.join());
      const many = await lookedIn(twenty, pause, 12);
      assert.ok(many.first <= 6, `${many.first} at first`);
      assert.ok(Math.max(...many.later) <= 9, many.later.join());
    }
  });

  it('for what there is ask every kind of question again, also of a backend of one service', async () => {
    const series = [spans('calls_total', 'GET /a')];
    const backend = new FakeBackend(series);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    await source.services();
    const kinds = (): ReadonlySet<string> =>
      new Set(
        backend.asked.map(
          ({ pathname, searchParams }) =>
            `${pathname} ${(searchParams.get('query') ?? '').replace(/[^a-z].*\[15m\]$/, ' samples')}`,
        ),
      );
    const all = kinds();
    backend.asked.length = 0;
    for (let at = 0; at < 13 * 60; at += 1) {
      backend.now += minute;
      await source.services();
    }
    const again = kinds();
    const left = [...all].filter((kind) => !again.has(kind));
    // The version alone may be a day old.
    assert.deepEqual(
      left.map((kind) => kind.trim()),
      ['/prom/api/v1/status/buildinfo'],
    );
  });

  it('for a service that isn’t there, or whose series never show how often they are sampled, become fewer and fewer', async () => {
    const series = [spans('calls_total', 'GET /a')];
    const backend = new FakeBackend(series);
    const source = new PrometheusSource(connection(), backend.ports(), backend);
    await source.services();
    const [operation] = source.operations();
    assert.ok(operation !== undefined);
    const missing = { key: 'g', service: serviceKey('elsewhere'), operations: [operation.id] };
    const query = { groups: [missing], window: milliseconds(5 * minute), seriesPoints: 0 };
    const before = backend.asked.length;
    let soon = 0;
    for (let at = 0; at < 60; at += 1) {
      backend.now += minute;
      await source.numbers(query, never);
      if (at < 6) soon = backend.asked.length - before;
    }
    assert.ok(soon >= 2, `${soon} in six minutes`);
    assert.ok(backend.asked.length - before <= 25, `${backend.asked.length - before} in an hour`);

    const young = new FakeBackend(series);
    young.answer = (url) =>
      (url.searchParams.get('query') ?? '').endsWith('[15m]')
        ? { text: '{"status":"success","data":{"resultType":"matrix","result":[]}}' }
        : undefined;
    const rare = new PrometheusSource(connection(), young.ports(), young);
    await rare.services();
    const first = young.asked.length;
    for (let at = 0; at < 4 * 60; at += 1) {
      young.now += 15_000;
      await rare.services();
      if (at === 8) assert.ok(young.asked.length - first >= 8, 'the distance was not looked for');
    }
    assert.ok(young.asked.length - first <= 60, `${young.asked.length - first} in an hour`);
  });

  it('go as a form where they are too long for an address, and without narrowing where no form is taken', async () => {
    const shop = new Shop(names(300));
    const forms: Labels[] = [];
    const post = shop.backend.post.bind(shop.backend);
    shop.backend.post = (address, form) => {
      forms.push(form);
      return post(address, form);
    };
    await shop.source.services();
    const { asked } = await shop.ask(['GET /0']);
    assert.equal(asked.length, 2);
    assert.equal(forms.length, 1);
    assert.equal(forms[0]?.['query']?.match(/GET \/\d+/g)?.length, 200 * 7);
    const other = new Shop(names(300));
    other.backend.post = () =>
      Promise.resolve(ok({ url: '', status: 405, contentType: '', text: '' }));
    await other.source.services();
    const { asked: short, numbers } = await other.ask(['GET /0']);
    assert.equal(short.length, 2);
    assert.doesNotMatch(short[1]?.get('query') ?? '', /GET \/1/);
    assert.notEqual(numbers[0]?.total?.p95Ms, undefined);
  });

  it('of durations go without narrowing where the server says after the whole query that it is too long', async () => {
    const shop = new Shop(names(300));
    shop.refuse = ({ searchParams }) => {
      const query = searchParams.get('query') ?? '';
      const error = `error when executing query=${JSON.stringify(query)} on the time range: too long query; len=${query.length} bytes; mustn't exceed \`-search.maxQueryLen=16384\` bytes`;
      return query.length > 16_384
        ? { status: 422, text: JSON.stringify({ status: 'error', errorType: '422', error }) }
        : undefined;
    };
    await shop.source.services();
    const { asked, numbers } = await shop.ask(names(300));
    assert.ok(asked.some((question) => (question.get('query') ?? '').length > 16_384));
    assert.ok(numbers.every(({ total }) => total?.p95Ms !== undefined));
    shop.backend.now += 67_000;
    const next = await shop.ask(names(300));
    assert.ok(next.asked.every((question) => (question.get('query') ?? '').length < 16_384));
  });

  it('have durations where no form is taken and the questions are a little too long for an address', async () => {
    for (const count of [15, 40, 65])
      for (const status of [403, 405]) {
        const shop = new Shop(names(count));
        let posted = 0;
        shop.backend.post = () => {
          posted += 1;
          return Promise.resolve(ok({ url: '', status, contentType: '', text: '' }));
        };
        await shop.source.services();
        for (let refresh = 0; refresh < 3; refresh += 1) {
          const { numbers } = await shop.ask(['GET /0']);
          assert.notEqual(numbers[0]?.total?.p95Ms, undefined, `${count} operations`);
          shop.backend.now += 67_000;
        }
        assert.ok(posted <= 1, `${posted} forms`);
        // The refusal may have been of another kind.
        shop.backend.now += 10 * minute;
        const { numbers } = await shop.ask(['GET /0']);
        assert.notEqual(numbers[0]?.total?.p95Ms, undefined);
        if (count > 15) assert.equal(posted, status === 403 ? 2 : 1);
      }
  });

  it('stop while nobody looks, but for a rollback that is watched', async () => {
    const shop = new Shop(names(3));
    await shop.source.services();
    await shop.ask(['GET /0']);
    shop.focused = false;
    shop.backend.now += 10 * minute;
    assert.equal((await shop.ask(['GET /0'])).asked.length, 0);
    assert.equal(
      (await shop.ask(['GET /0'], 5 * minute, shop.backend.now - minute)).asked.length,
      2,
    );
    shop.focused = true;
    shop.backend.now += 10 * minute;
    assert.equal((await shop.ask(['GET /0'])).asked.length, 2);
  });

  it('are counted by the minute, with what they cost the backend where it says so', async () => {
    const shop = new Shop(names(3));
    await shop.source.services();
    await shop.ask(['GET /0']);
    const report = shop.source.report();
    assert.equal(report['requests'], shop.backend.asked.length);
    assert.ok(Number(report['bytes']) > 1_000);
    const perMinute = report['perMinute'] as Record<string, number>;
    assert.equal(perMinute['requests'], shop.backend.asked.length);
    assert.equal(perMinute['samples'], undefined);
    shop.refuse = () => ({
      text: JSON.stringify({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [],
          stats: { samples: { totalQueryableSamples: 700 } },
        },
      }),
    });
    shop.backend.now += 67_000;
    await shop.ask(['GET /0']);
    assert.equal(shop.source.report()['samples'], 1_400);
  });

  it('of a window that the backend finds too large cover a part of it, and say so', async () => {
    const shop = new Shop(names(3));
    const mostPoints = 40;
    shop.refuse = (question) => {
      const { searchParams: p } = question;
      const points = (Number(p.get('end')) - Number(p.get('start'))) / Number(p.get('step')) + 1;
      return points * Number(p.get('step')) > mostPoints * 60
        ? {
            status: 422,
            text: '{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}',
          }
        : undefined;
    };
    await shop.source.services();
    const { numbers, asked } = await shop.ask(['GET /0'], 24 * 60 * minute);
    assert.ok(asked.length < 60, `${asked.length} requests`);
    const from = numbers[0]?.window.from ?? 0;
    assert.ok(shop.backend.now - from >= 30 * minute && shop.backend.now - from < 24 * 60 * minute);
    const states = await shop.source.services();
    assert.ok(states.ok);
    assert.match(
      states.value[0]?.warnings.join() ?? '',
      /numbers begin at .*costs the backend too much/,
    );
    shop.backend.now += 67_000;
    assert.equal((await shop.ask(['GET /0'], 24 * 60 * minute)).asked.length, 2);
  });

  it('of durations that cost too much go back for those in sight, over nothing twice, and say so as long as it is so', async () => {
    const shop = new Shop(names(3));
    const { now } = shop.backend;
    shop.refuse = ({ searchParams: p }) =>
      /duration_seconds_bucket.*\|/.test(p.get('query') ?? '') &&
      Number(p.get('start')) * 1000 < now - 50 * minute
        ? {
            status: 422,
            text: '{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}',
          }
        : undefined;
    await shop.source.services();
    const { asked } = await shop.ask(['GET /0'], 6 * 60 * minute);
    const read = asked
      .filter((question) => (question.get('query') ?? '').includes('duration_seconds_bucket'))
      .filter(
        (question) =>
          shop.refuse(new URL(`http://prometheus.test/?${question.toString()}`)) === undefined,
      )
      .map((question) => {
        const [start, end, step] = ['start', 'end', 'step'].map((n) => Number(question.get(n)));
        const alone = !(question.get('query') ?? '').includes('|');
        return { from: (start ?? 0) - (step ?? 0), to: end ?? 0, alone };
      })
      .sort((a, b) => a.from - b.from);
    assert.ok(read.some(({ alone }) => alone) && read.some(({ alone }) => !alone));
    for (const [i, { to }] of read.entries())
      assert.ok(i === read.length - 1 || read[i + 1]?.from === to, JSON.stringify(read));
    assert.ok((read[0]?.from ?? 0) * 1000 <= now - 6 * 60 * minute);
    for (let refresh = 0; refresh < 2; refresh += 1) {
      const states = await shop.source.services();
      assert.ok(states.ok);
      assert.match(states.value[0]?.warnings.join() ?? '', /percentiles are of a part/);
      shop.backend.now += 67_000;
      await shop.ask(['GET /0'], 6 * 60 * minute);
    }
  });
});

describe('a stretch that is read back', () => {
  const chunks: readonly Chunk[] = [
    { from: 0, to: 1_000, step: 100 },
    { from: 1_000, to: 1_500, step: 50 },
    { from: 1_500, to: 1_600, step: 10 },
  ];
  const limits = { cost: 1_000, bytes: 1_000_000, requests: 10 };
  const read = async (
    answer: (chunk: Chunk) => Result<Omit<RangeAnswer, 'rows'>>,
    over = limits,
  ) => {
    const asked: Chunk[] = [];
    const stretch = await readBack(
      chunks,
      (chunk) => {
        asked.push(chunk);
        const one = answer(chunk);
        return Promise.resolve(one.ok ? ok({ rows: [], ...one.value }) : one);
      },
      over,
    );
    return { asked, stretch };
  };

  it('begins with the newest and is given in order', async () => {
    const { asked, stretch } = await read(() => ok({ bytes: 1 }));
    assert.deepEqual(asked, [...chunks].reverse());
    assert.ok(stretch.ok);
    assert.deepEqual(
      stretch.value.pieces.map(({ chunk }) => chunk),
      chunks,
    );
    assert.deepEqual([stretch.value.from, stretch.value.capped], [0, false]);
  });

  it('ends where its cost reaches the limit, known from what was read', async () => {
    const { asked, stretch } = await read(({ from, to, step }) =>
      ok({ bytes: 1, cost: ((to - from) / step) * 70 }),
    );
    assert.deepEqual(asked, [chunks[2], { from: 1_300, to: 1_500, step: 50 }]);
    assert.ok(stretch.ok);
    assert.deepEqual([stretch.value.from, stretch.value.capped], [1_300, true]);
    const heavy = await read(() => ok({ bytes: 500_000 }));
    assert.equal(heavy.asked.length, 2);
    assert.ok(heavy.stretch.ok && heavy.stretch.value.capped);
  });

  it('is asked for in halves where it is refused, and fails for another reason or when nothing is taken', async () => {
    const halves = await read(({ from, to, step }) =>
      (to - from) / step > 5 ? fail('tooLarge', 'too many samples') : ok({ bytes: 1 }),
    );
    assert.ok(halves.stretch.ok && halves.stretch.value.pieces.length >= 4);
    let at = halves.stretch.value.from;
    for (const { chunk } of halves.stretch.value.pieces) {
      assert.equal(chunk.from, at);
      at = chunk.to;
    }
    assert.equal(at, 1_600);
    assert.ok(!(await read(() => fail('unreachable', 'gone'))).stretch.ok);
    const nothing = await read(() => fail('tooLarge', 'too many samples'));
    assert.ok(!nothing.stretch.ok);
    assert.ok(nothing.asked.length <= 10);
  });
});
