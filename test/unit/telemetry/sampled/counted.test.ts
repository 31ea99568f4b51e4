import assert from 'node:assert/strict';
import { fail } from '../../../../src/domain/result.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';
import { SampledSource } from '../../../../src/telemetry/sampled/source.ts';
import { createTempoSource } from '../../../../src/telemetry/tempo/traceSource.ts';
import { contextOf, json, type Played } from '../traces/playback.ts';
import { idOf, simulatedTempo, type Kept, type Simulated } from '../traces/simulatedTempo.ts';
import { hour, look, minute, never } from './fakeTraces.ts';

const begin = Date.UTC(2026, 10, 26, 10, 0, 7);
const orders = 'GET /orders/:id';

/** A window on a simulated Tempo, whose clock moves when told. */
class Stage {
  now = begin;
  focused = true;
  tooLarge = false;
  readonly asked: string[];
  readonly source: SampledSource;

  constructor(
    kept: readonly Kept[],
    simulated: Simulated = {},
    options: Readonly<Record<string, unknown>> = {},
    url = 'http://tempo.test',
  ) {
    const { exchange, asked } = simulatedTempo(kept, simulated);
    this.asked = asked;
    const { sampling } = createTempoSource(contextOf(exchange, { now: () => this.now }));
    let drawn = 0;
    this.source = new SampledSource(
      { kind: 'tempo', url, select: {}, environment: 'test', options },
      {
        now: () => this.now,
        after: () => ({ dispose: () => undefined }),
        operation: () => undefined,
        refreshEvery: () => milliseconds(minute),
        focused: () => this.focused,
        compare: () => assert.fail('a sample is not compared'),
      },
      {
        ...sampling,
        time: () => this.now,
        newest: (question, signal) =>
          this.tooLarge
            ? Promise.resolve(fail('tooLarge', 'Its traces are too large.'))
            : sampling.newest(question, signal),
      },
      () => ((drawn += 1) * 0.382) % 1,
    );
  }

  /** As a window does: what is found is mapped to functions, and asked about. */
  async look(window = hour, name = orders): Promise<FunctionNumbers> {
    await look(this.source, [], window);
    await look(this.source, [name], window);
    const [numbers] = await look(this.source, [name], window);
    assert.ok(numbers !== undefined);
    return numbers;
  }

  count(path: string): number {
    return this.asked.filter((one) => one.startsWith(path)).length;
  }

  counts(): readonly string[] {
    return this.asked.filter((one) => one.startsWith('/api/metrics'));
  }

  why(): string {
    return JSON.stringify(this.source.report()['TraceQL metrics']);
  }
}

/** Requests, evenly up to now; every tenth fails, every fourth is of another release, each takes something else. */
const even = (count: number, length = hour, until = begin): readonly Kept[] =>
  Array.from({ length: count }, (_, i) => ({
    id: idOf(i),
    start: until - length + ((i + 0.37) * length) / count,
    name: orders,
    ms: 1 + ((i * 7919) % 997),
    version: i % 4 === 0 ? '2.0.0' : '1.0.0',
    code: i % 10 === 0 ? 500 : i % 10 === 1 ? 404 : 200,
  }));

const within = (kept: readonly Kept[], { window }: FunctionNumbers, end: number) =>
  kept.filter(({ start }) => start > window.from && start <= end);
/** Slots end on the minute, one after what is still coming. */
const lastEnd = (now: number): number => Math.floor((now - minute) / minute) * minute;

const plain = (status: number, body: string): Played => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

describe('requests that Tempo counts itself (TraceQL metrics, simulated)', () => {
  for (const version of ['2.8', '3.0'] as const)
    for (const [count, length] of [
      [40, hour],
      [3_000, hour],
      [3_000, 15 * minute],
    ] as const)
      it(`are told exactly: Tempo ${version}, ${count} in ${length / minute} min`, async () => {
        const kept = even(count, length + 10 * minute);
        const stage = new Stage(kept, { version });
        const numbers = await stage.look(length);
        const { total, releases, sample, comparisons, series } = numbers;
        assert.equal(sample?.counted, 'TraceQL metrics', stage.why());
        const counted = within(kept, numbers, lastEnd(begin));
        assert.deepEqual(
          [total?.count, total?.errors, total?.clientErrors],
          [
            counted.length,
            counted.filter(({ code }) => code === 500).length,
            counted.filter(({ code }) => code === 404).length,
          ],
        );
        assert.equal(sample.traces, counted.length);
        assert.deepEqual(
          releases.map((one) => [one.version, one.stats.count, one.share]).sort(),
          ['1.0.0', '2.0.0'].map((one) => [
            one,
            counted.filter((kept) => kept.version === one).length,
            undefined,
          ]),
        );
        // Whatever wasn't kept can't be known.
        assert.deepEqual(
          [total?.basis, total?.perSecond, total?.errorRatio, comparisons, series],
          ['sample', undefined, undefined, [], []],
        );
        const sorted = counted.map(({ ms = 0 }) => ms).sort((a, b) => a - b);
        for (const [q, told] of [
          [0.5, total?.p50Ms],
          [0.95, total?.p95Ms],
        ] as const) {
          const real = sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
          if (count === 40 && q === 0.95) continue;
          assert.ok(told !== undefined && told.low <= real && real <= told.high, `${q}: ${real}`);
        }
      });

  it('have percentiles between the bounds of Tempo’s buckets, powers of two of nanoseconds', async () => {
    const kept = even(3_000).map((one) => ({ ...one, ms: 100 }));
    const { total } = await new Stage(kept).look();
    assert.deepEqual([total?.p95Ms?.low, total?.p95Ms?.high], [2 ** 26 / 1e6, 2 ** 27 / 1e6]);
  });

  it('cost one question a minute, and a comparison a quarter of an hour', async () => {
    const kept = even(60_000, 2 * hour, begin + hour);
    const stage = new Stage(kept);
    await stage.look();
    // One brings the counts; six compare them with searches, two of these for counts.
    const compared = stage.asked.filter((one) => one.includes('select(resource.service.name'));
    assert.deepEqual([stage.counts().length, compared.length], [3, 4]);
    for (let i = 0; i < 14; i += 1) {
      stage.now += minute;
      stage.asked.length = 0;
      await stage.look();
      const values = stage.count('/api/v2/search/tag');
      assert.equal(stage.counts().length, 1);
      assert.equal(stage.asked.length - values, 1, stage.asked.join('\n'));
      assert.match(stage.counts()[0] ?? '', /kind = server .*&step=60s&exemplars=1$/);
    }
    let more = 0;
    for (let i = 0; i < 15; i += 1) {
      stage.now += minute;
      stage.asked.length = 0;
      const numbers = await stage.look();
      assert.equal(numbers.sample?.counted, 'TraceQL metrics', stage.why());
      const counted = within(kept, numbers, lastEnd(stage.now));
      assert.equal(numbers.total?.count, counted.length);
      // Once also the newest traces, for what was thrown.
      more += stage.asked.length - stage.count('/api/v2/search/tag') - 1;
    }
    assert.ok(more <= 30, `${more} requests`);
    // Looking again sends nothing.
    stage.asked.length = 0;
    await stage.look();
    assert.deepEqual(stage.asked, []);
  });

  it('ask for a day in stretches that Tempo before version 3 allows', async () => {
    const kept = even(2_000, 26 * hour);
    const stage = new Stage(kept);
    const numbers = await stage.look(24 * hour);
    assert.equal(numbers.sample?.counted, 'TraceQL metrics', stage.why());
    const counted = within(kept, numbers, lastEnd(begin));
    assert.equal(numbers.total?.count, counted.length);
    assert.ok(stage.counts().length <= 13 + 2, `${stage.counts().length} questions`);
  });

  for (const [name, simulated, why] of [
    [
      'recent traces alone are counted (no flush_to_storage)',
      { counts: ({ start }: Kept) => start > begin - 30 * minute },
      /count 0 calls where a search finds \d+/,
    ],
    ['a part of them is lost', { counts: ({ id }: Kept) => !id.endsWith('3') }, /calls where a/],
    [
      'a stretch of them is lost',
      { counts: ({ start }: Kept) => Math.abs(start - begin + 20 * minute) > 3 * minute },
      /calls where a/,
    ],
  ] as const)
    for (const count of [40, 3_000])
      it(`aren’t used where ${name}: the sample is, and why is told (${count})`, async () => {
        const stage = new Stage(even(count), simulated);
        const { sample, total } = await stage.look();
        // Of a busy service a lost stretch is met where a search lists one of its calls, or by chance.
        assert.equal(sample?.counted, undefined);
        assert.ok((total?.count ?? 0) > 0);
        assert.equal(total?.source, 'a sample of traces in Tempo');
        assert.match(stage.why(), why);
        assert.match(stage.source.summary() ?? '', /there but not used for front: TraceQL metrics/);
        // Not tried again at each refresh.
        stage.now += minute;
        stage.asked.length = 0;
        await stage.look();
        assert.deepEqual(stage.counts(), []);
      });

  it('aren’t used where a busy service lost minutes, also where a search lists the newest traces first', async () => {
    const gap = ({ start }: Kept): boolean => Math.abs(start - begin + 30 * minute) < 9 * minute;
    const stage = new Stage(even(12_000), { newestFirst: true, counts: (one) => !gap(one) });
    assert.equal((await stage.look()).sample?.counted, undefined);
    assert.match(stage.why(), /count 0 calls where a search finds \d+/);
    // A service without requests at night has nothing to hide.
    const night = even(12_000).filter((one) => !gap(one));
    const quiet = new Stage(night, { newestFirst: true });
    assert.equal((await quiet.look()).sample?.counted, 'TraceQL metrics', quiet.why());
  });

  it('aren’t used of any service once the backend has none, and not while nobody asks for new ones', async () => {
    const other = 'GET /stock';
    const stock = even(300).map((one, i) => ({
      ...one,
      id: idOf(5_000 + i),
      service: 'stock',
      name: other,
    }));
    const simulated: Simulated = {};
    const stage = new Stage([...even(300), ...stock], simulated);
    const counted = async (): Promise<readonly (string | undefined)[]> => {
      await look(stage.source, []);
      return (await look(stage.source, [orders, other])).map(({ sample }) => sample?.counted);
    };
    await counted();
    assert.deepEqual(await counted(), ['TraceQL metrics', 'TraceQL metrics'], stage.why());
    stage.focused = false;
    stage.now += 4 * minute;
    assert.deepEqual(await counted(), ['TraceQL metrics', 'TraceQL metrics']);
    stage.now += 5 * minute;
    assert.deepEqual(await counted(), [undefined, undefined]);
    stage.focused = true;
    assert.deepEqual(await counted(), ['TraceQL metrics', 'TraceQL metrics'], stage.why());
    simulated.refusal = plain(500, 'localblocks processor not found');
    stage.now += minute;
    assert.deepEqual(await counted(), [undefined, undefined]);
  });

  it('are a function’s where all that it answers is counted', async () => {
    const consumed = even(300).map((one, i) => ({
      ...one,
      id: idOf(5_000 + i),
      name: 'orders process',
      kind: 'consumer' as const,
    }));
    const stage = new Stage([...even(300), ...consumed]);
    await stage.look();
    const countedOf = async (names: readonly string[]): Promise<string | undefined> => {
      const own = stage.source.operations().filter(({ name }) => names.includes(name));
      assert.deepEqual([...new Set(own.map(({ name }) => name))].sort(), names);
      const [first] = own;
      assert.ok(first !== undefined);
      const group = { key: 'f', service: first.service, operations: own.map(({ id }) => id) };
      const query = { groups: [group], window: milliseconds(hour), seriesPoints: 0 };
      const answer = await stage.source.numbers(query, never);
      assert.ok(answer.ok);
      return answer.value[0]?.sample?.counted;
    };
    assert.equal(await countedOf([orders]), 'TraceQL metrics', stage.why());
    assert.equal(await countedOf([orders, 'orders process']), undefined);
  });

  it('tell of each operation once, also of those that a longer window shows', async () => {
    const early = even(300, 3 * hour, begin - hour).map((one, i) => ({
      ...one,
      id: idOf(5_000 + i),
      name: `GET /early/${i % 3}`,
    }));
    const stage = new Stage([...even(300), ...early]);
    const told: string[] = [];
    stage.source.onDidFindOperations((found) =>
      told.push(...found.map(({ id, name }) => `${name} ${id}`)),
    );
    await stage.look(hour);
    await stage.look(4 * hour);
    assert.deepEqual(told.toSorted(), [...new Set(told)].toSorted());
    for (const name of ['GET /early/0', 'GET /early/1', 'GET /early/2'])
      assert.ok(
        told.some((one) => one.startsWith(`${name} `)),
        name,
      );
  });

  it('are told also where a service’s newest traces are too large to be had', async () => {
    const kept = even(3_000, 2 * hour, begin + hour);
    const stage = new Stage(kept);
    assert.equal((await stage.look()).sample?.counted, 'TraceQL metrics', stage.why());
    stage.tooLarge = true;
    for (let i = 0; i < 40; i += 1) {
      stage.now += minute;
      const numbers = await stage.look();
      assert.equal(numbers.sample?.counted, 'TraceQL metrics', `${i} min: ${stage.why()}`);
      assert.equal(numbers.total?.count, within(kept, numbers, lastEnd(stage.now)).length);
    }
  });

  it('are used again once what they lack is no longer in the window', async () => {
    const kept = even(6_000, 3 * hour, begin + 2 * hour);
    const gap = (at: number): boolean => at > begin + 3 * minute && at < begin + 9 * minute;
    const stage = new Stage(kept, { counts: ({ start }) => !gap(start) });
    assert.equal((await stage.look()).sample?.counted, 'TraceQL metrics');
    const used: (string | undefined)[] = [];
    for (let i = 0; i < 100; i += 1) {
      stage.now += minute;
      used.push((await stage.look()).sample?.counted);
    }
    // Found at the next comparison, and used once the hour begins after it and was compared again.
    assert.equal(used[30], undefined, stage.why());
    assert.equal(used[60], undefined);
    assert.equal(used[99], 'TraceQL metrics', stage.why());
  });

  it('hold what came late', async () => {
    const kept = [...even(3_000)];
    const stage = new Stage(kept);
    const before = await stage.look();
    const late = { id: idOf(9_000), start: begin - 3 * minute, name: orders };
    kept.push(late);
    stage.now += minute;
    const after = await stage.look();
    assert.ok(!within(kept, before, lastEnd(begin)).every(({ id }) => id !== late.id));
    assert.equal(after.total?.count, within(kept, after, lastEnd(stage.now)).length);
  });

  it('are used for a window that they cover, also where they don’t cover a longer one', async () => {
    const kept = even(3_000);
    const stage = new Stage(kept, { counts: ({ start }) => start > begin - 30 * minute });
    assert.equal((await stage.look(hour)).sample?.counted, undefined);
    stage.now += minute;
    const numbers = await stage.look(15 * minute);
    assert.equal(numbers.sample?.counted, 'TraceQL metrics', stage.why());
    assert.equal(numbers.total?.count, within(kept, numbers, lastEnd(stage.now)).length);
    assert.equal((await stage.look(hour)).sample?.counted, undefined);
  });

  for (const [refusal, why] of [
    [plain(500, 'localblocks processor not found'), /needs the processor local-blocks/],
    [
      plain(500, 'error finding generators in Querier.queryRangeRecent: empty ring'),
      /has no Trace/,
    ],
    [plain(404, '404 page not found'), /since version 2\.4/],
    [plain(400, 'invalid TraceQL query: parse error at line 1'), /since version 2\.4/],
    [plain(400, 'time range must be within last 1h0m0s'), /recent traces alone/],
    [
      plain(400, 'metrics query time range exceeds the maximum allowed duration of 30m0s'),
      /max_duration/,
    ],
    [plain(400, 'step of 1m0s is too small, minimum step for given range is 2m0s'), /max_duration/],
    [plain(429, 'too many requests'), /asked too often/],
    [plain(500, 'context deadline exceeded'), /it fails/],
    [json({ series: [], status: 'PARTIAL', message: 'too many' }), /max_response_series/],
    [json({ data: [] }), /not what Tempo’s TraceQL metrics give/],
    [plain(200, '{"series": ['), /not JSON/],
  ] as const)
    it(`aren’t used where Tempo answers ${refusal.status} ${JSON.stringify(refusal.body).slice(0, 60)}`, async () => {
      const simulated: Simulated = { refusal };
      const stage = new Stage(even(300), simulated);
      const { sample, total } = await stage.look();
      assert.deepEqual(
        [sample?.counted, total?.source],
        [undefined, 'a sample of traces in Tempo'],
      );
      assert.match(stage.why(), why);
      assert.match(stage.source.summary() ?? '', why);
      assert.equal(stage.counts().length, 1);
      stage.now += minute;
      await stage.look();
      assert.equal(stage.counts().length, 1);
      // Once it answers, they are.
      simulated.refusal = undefined;
      stage.now += 16 * minute;
      await stage.look();
      assert.ok(stage.counts().length > 1);
    });

  it('are shown in Grafana’s Explore where Tempo is asked through it', async () => {
    const proxied = 'https://g.test/api/datasources/proxy/uid/tempo-1';
    const stage = new Stage(even(300), {}, {}, proxied);
    await stage.look();
    const group = {
      key: orders,
      service: stage.source.operations()[0]?.service ?? ('' as never),
      operations: stage.source.operations().map(({ id }) => id),
    };
    const link = stage.source.linkTo(group, milliseconds(hour));
    assert.ok(link !== undefined);
    assert.ok(link.url.startsWith('https://g.test/explore?schemaVersion=1&panes='), link.url);
    const panes = JSON.parse(new URL(link.url).searchParams.get('panes') ?? '') as {
      readonly p: { readonly datasource: string; readonly queries: readonly unknown[] };
    };
    const requests = `{ resource.service.name = "front" && kind = server && name = "${orders}" }`;
    const query = (refId: string, what: string) => ({
      refId,
      datasource: { uid: 'tempo-1' },
      queryType: 'traceql',
      query: `${requests} | ${what} by (resource.service.version)`,
    });
    assert.deepEqual(panes.p.queries, [
      query('A', 'count_over_time()'),
      query('B', 'quantile_over_time(duration, .95)'),
    ]);
    // Tempo itself has no page; where the sample is used, there is nothing to show.
    assert.equal(new Stage(even(10)).source.linkTo(group, milliseconds(hour)), undefined);
    const sampled = new Stage(even(300), {}, { sources: { '*': 'sample' } }, proxied);
    await sampled.look();
    assert.equal(sampled.source.linkTo(group, milliseconds(hour)), undefined);
  });

  it('aren’t used where the setting wants the sample, and mistakes in it are told', async () => {
    for (const sources of [{ front: 'sample' }, { '*': 'sample' }]) {
      const stage = new Stage(even(300), {}, { sources });
      assert.equal((await stage.look()).sample?.counted, undefined);
      assert.deepEqual([stage.counts(), stage.source.problems()], [[], []]);
    }
    const stage = new Stage(even(300), {}, { sources: { front: 'metrics' } });
    assert.deepEqual(stage.source.problems(), [
      {
        path: ['sources', 'front'],
        message: 'no source is called metrics',
        remedy: 'Use one of: traceql-metrics, sample.',
      },
    ]);
  });

  it('aren’t used for a service without a namespace whose name another one has', async () => {
    const kept = even(300).map((one, i) => (i % 50 === 0 ? { ...one, namespace: 'shop' } : one));
    const stage = new Stage(kept);
    await look(stage.source, []);
    const answer = await stage.source.services(never);
    assert.ok(answer.ok);
    const { sample } = await stage.look();
    assert.equal(sample?.counted, undefined);
    assert.match(stage.why(), /several namespaces/);
  });

  it('say that a service is alive and which releases run, by all of its requests', async () => {
    const kept = [
      ...even(3_000),
      { id: idOf(9_000), start: begin - 3 * minute, name: orders, version: '3.0.0' },
    ];
    const stage = new Stage(kept);
    await stage.look();
    const states = await stage.source.services(never);
    assert.ok(states.ok);
    const [state] = states.value;
    assert.equal(state?.alive, true);
    assert.ok(state.releases.some(({ version, running }) => version === '3.0.0' && running));
  });
});
