import assert from 'node:assert/strict';
import { unixMillis } from '../../../../src/domain/units.ts';
import type {
  SampleAnswer,
  SampleQuestion,
} from '../../../../src/telemetry/sampled/traceSearch.ts';
import { createTempoSource } from '../../../../src/telemetry/tempo/traceSource.ts';
import type { Played } from './playback.ts';
import { contextOf, json, never } from './playback.ts';
import { idOf, simulatedTempo, wholeOf, type Kept } from './simulatedTempo.ts';

const now = Date.UTC(2026, 10, 26, 10, 0, 0);
const hour = 3_600_000;

const question = (over: Partial<SampleQuestion> = {}): SampleQuestion => ({
  service: 'front',
  select: {},
  from: unixMillis(now - hour),
  to: unixMillis(now),
  depth: 50,
  ...over,
});

/** What was asked for, and what came: each trace has one span. */
async function ask(
  kept: readonly Kept[],
  questions: readonly SampleQuestion[],
  large: Readonly<Record<string, Played>> = {},
): Promise<
  readonly {
    readonly answer: SampleAnswer;
    readonly ids: readonly string[];
    readonly searches: number;
    readonly traces: number;
  }[]
> {
  const { exchange, asked } = simulatedTempo(kept, { large });
  const { sampling } = createTempoSource(contextOf(exchange, { now: () => now }));
  const answers = [];
  for (const one of questions) {
    asked.length = 0;
    const answer = await sampling.newest(one, never);
    assert.ok(answer.ok, JSON.stringify(answer));
    answers.push({
      answer: answer.value,
      ids: answer.value.spans.map(({ traceId }) => traceId).toSorted(),
      searches: asked.filter((path) => path.startsWith('/api/search')).length,
      traces: asked.filter((path) => path.startsWith('/api/v2/traces/')).length,
    });
    assert.ok(!asked.some((path) => path.includes('most_recent')));
  }
  return answers;
}

/** `count` traces, evenly over the hour. */
const even = (count: number): readonly Kept[] =>
  Array.from({ length: count }, (_, i) => ({
    id: idOf(i),
    start: Math.floor(now - hour + ((i + 0.5) * hour) / count),
    name: i % 40 === 0 ? 'GET /rare' : 'GET /',
  }));
const since = (kept: readonly Kept[], from: number): readonly string[] =>
  kept.filter(({ start }) => start >= from).map(({ id }) => id);

describe('a sample of Tempo’s traces', () => {
  for (const count of [0, 5, 150, 3_000, 200_000])
    it(`holds every trace since when it says so, of ${count} in the hour`, async () => {
      const kept = even(count);
      const [first, second] = await ask(kept, [question(), question()]);
      assert.ok(first !== undefined && second !== undefined);
      const { completeFrom = 0 } = first.answer;
      assert.ok(completeFrom >= now - hour);
      assert.deepEqual(first.ids, since(kept, completeFrom).toSorted());
      assert.ok(first.ids.length >= Math.min(count, 10), `${first.ids.length} traces`);
      // Its budget: a search or a few until it is known how busy the service is, and ten traces.
      assert.ok(first.searches <= 9, `${first.searches} searches`);
      assert.ok(second.searches <= 2, `${second.searches} searches later`);
      for (const { traces } of [first, second]) assert.ok(traces <= 10, `${traces} traces`);
    });

  it('of one second that holds more than an answer does has some of it', async () => {
    const kept = Array.from({ length: 5_000 }, (_, i) => ({
      id: idOf(i),
      start: now - 500 + (i % 400),
      name: 'GET /',
    }));
    const [one] = await ask(kept, [question()]);
    assert.equal(one?.ids.length, 10);
    assert.ok(one.searches <= 9);
  });

  it('of an operation has traces with a call of it', async () => {
    const kept = even(3_000);
    const [one] = await ask(kept, [question({ spanName: 'GET /rare' })]);
    assert.ok(one !== undefined);
    const rare = kept.filter(({ name }) => name === 'GET /rare');
    assert.deepEqual(one.ids, since(rare, one.answer.completeFrom ?? 0).toSorted());
    assert.ok(one.ids.length >= 10);
  });

  it('says so where a trace is too large to be had, whole or at all', async () => {
    const kept = even(5);
    const [first] = kept;
    assert.ok(first !== undefined);
    const refused: Played = { status: 422, contentType: 'text/plain', body: 'trace too large' };
    const partial = json({ trace: wholeOf(first), status: 'PARTIAL', message: 'too large' });
    for (const [answer, count] of [
      [refused, 4],
      [partial, 5],
    ] as const) {
      const [one] = await ask(kept, [question()], { [first.id]: answer });
      assert.deepEqual([one?.ids.length, one?.answer.lacking], [count, true]);
    }
    const [whole] = await ask(kept, [question()]);
    assert.deepEqual([whole?.ids.length, whole?.answer.lacking], [5, undefined]);
  });

  it('asks for less where less is asked for', async () => {
    const [one] = await ask(even(3_000), [question({ depth: 5 })]);
    assert.ok(one !== undefined && one.ids.length >= 5 && one.traces <= 5);
  });

  it('shows a few of the others where none carries what “select” asks for', async () => {
    const [one] = await ask(even(100), [question({ select: { 'k8s.cluster.name': 'elsewhere' } })]);
    assert.equal(one?.ids.length, 2);
    assert.equal(one.answer.completeFrom, now - hour);
  });

  it('knows the names of a service’s spans', async () => {
    const { exchange, asked } = simulatedTempo([]);
    const { sampling } = createTempoSource(contextOf(exchange, { now: () => now }));
    const names = await sampling.spanNames('fr"ont', never);
    assert.deepEqual(names, { ok: true, value: ['GET /'] });
    assert.match(asked[0] ?? '', /\?q=\{ resource\.service\.name = "fr\\"ont" \}&start=/);
  });
});
