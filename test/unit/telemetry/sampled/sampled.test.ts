import assert from 'node:assert/strict';
import { withoutOrigin } from '../../../../src/domain/operation.ts';
import { fail } from '../../../../src/domain/result.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';
import { unixMillis } from '../../../../src/domain/units.ts';
import { createTelemetryCore } from '../../../../src/telemetry/local/core/telemetryCore.ts';
import { asTheyAre, lowerCase } from '../../../../src/telemetry/traces/naming.ts';
import { child, exception, request, resource, t0 } from '../core/builders.ts';
import { FakeTraces, hour, look, minute, never } from './fakeTraces.ts';

const [older, newer] = ['1.0.0', '2.0.0'].map((release) => resource({ release }));
const orders = 'GET /orders/:id';

/** Requests of one route, evenly over a stretch of time; every tenth is of the newer release. */
function send(
  traces: FakeTraces,
  of: {
    readonly count: number;
    readonly from: number;
    readonly to: number;
    readonly route?: string;
    readonly inner?: string;
    readonly ms?: (i: number) => number;
    readonly code?: (i: number) => number;
  },
): void {
  const {
    count,
    from,
    to,
    route = '/orders/:id',
    inner = 'load',
    ms = (i) => 10 + (i % 100),
    code,
  } = of;
  for (let i = 0; i < count; i += 1) {
    const entry = request(route, {
      end: from + ((to - from) * (i + 0.5)) / count + ms(i),
      ms: ms(i),
      code: code?.(i) ?? 200,
      ...((code?.(i) ?? 200) >= 500 ? { events: [exception('StockError', 'no row')] } : {}),
      resource: (i % 10 === 0 ? newer : older) ?? resource(),
    });
    traces.spans.push(entry, child(entry, { name: inner, ms: 1 }));
  }
}

const only = (numbers: readonly FunctionNumbers[]): FunctionNumbers => {
  const [first] = numbers;
  assert.ok(first !== undefined && numbers.length === 1);
  return first;
};
const lastHour = (traces: FakeTraces) => ({ from: traces.now - hour, to: traces.now - minute });

describe('numbers from a sample of traces', () => {
  it('say of which operations the backend keeps the names in lower case', async () => {
    for (const naming of [lowerCase, asTheyAre]) {
      const traces = new FakeTraces();
      traces.naming = naming;
      send(traces, { count: 5, ...lastHour(traces) });
      const source = traces.source();
      const told: (true | undefined)[] = [];
      source.onDidFindOperations((found) => told.push(...found.map(({ folded }) => folded)));
      await look(source, []);
      const expected = naming.folded ? true : undefined;
      assert.deepEqual(told, [expected, expected]);
      assert.ok(source.operations().every(({ folded }) => folded === expected));
    }
  });

  it('hold every call where the answers hold every trace, and are a sample all the same', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 40, ...lastHour(traces), code: (i) => (i % 8 === 0 ? 500 : 200) });
    const source = traces.source();
    await look(source, []);
    const { total, releases, sample, comparisons, series, observedAt } = only(
      await look(source, [orders]),
    );
    assert.equal(total?.basis, 'sample');
    assert.deepEqual([total.count, total.errors], [40, 5]);
    assert.deepEqual(releases.map(({ version, stats }) => [version, stats.count]).sort(), [
      ['1.0.0', 36],
      ['2.0.0', 4],
    ]);
    assert.equal(sample?.traces, 40);
    assert.equal(sample.backend, 'Jaeger');
    assert.ok(sample.covered > 0.99 * (hour - minute), `${sample.covered}`);
    assert.equal(total.source, 'a sample of traces in Jaeger');
    assert.ok(observedAt !== undefined && observedAt < traces.now - minute + 200);
    // What a sample can't tell.
    assert.deepEqual(
      [total.perSecond, total.errorRatio, comparisons, series],
      [undefined, undefined, [], []],
    );
    for (const release of releases) {
      assert.equal(release.share, undefined);
      assert.equal(release.stats.basis, 'sample');
    }
    const states = await source.services(never);
    assert.ok(states.ok);
    assert.deepEqual(
      states.value.flatMap((s) => s.releases.map(({ share }) => share)),
      [undefined, undefined],
    );
  });

  it('are those of slices of a busy window, with percentiles in their bounds', async () => {
    const traces = new FakeTraces();
    const window = lastHour(traces);
    const durations = (i: number): number => 10 + ((i * 7919) % 1000);
    send(traces, { count: 9000, ...window, ms: durations });
    const source = traces.source();
    await look(source, []);
    const { total, sample } = only(await look(source, [orders]));
    assert.ok(total?.count !== undefined && sample !== undefined);
    assert.ok(total.count >= 500 && total.count <= 1000, `${total.count} calls`);
    assert.equal(sample.traces, total.count);
    assert.ok(sample.covered < 0.3 * hour, `covers ${sample.covered}`);
    assert.ok(traces.questions().length <= 10, `${traces.questions().length} questions`);
    const sorted = Array.from({ length: 9000 }, (_, i) => durations(i)).sort((a, b) => a - b);
    for (const [q, told] of [
      [0.5, total.p50Ms],
      [0.95, total.p95Ms],
      [0.99, total.p99Ms],
    ] as const) {
      const real = sorted[Math.ceil(q * 9000) - 1] ?? NaN;
      assert.ok(told !== undefined && told.low <= real && real <= told.high, `${q}: ${real}`);
      assert.ok(told.low <= told.value && told.value <= told.high);
    }
  });

  it('give each slice the weight of its time: the newest traces don’t stand for the hour', async () => {
    const traces = new FakeTraces();
    const { from, to } = lastHour(traces);
    const change = to - 10 * minute;
    send(traces, { count: 5000, from, to: change, ms: () => 500 });
    send(traces, { count: 1000, from: change, to, ms: () => 20 });
    const source = traces.source();
    await look(source, []);
    await look(source, [orders]);
    // The newest traces of many refreshes come to outnumber the slices of before.
    for (let i = 0; i < 10; i += 1) {
      traces.now += minute;
      send(traces, {
        count: 100,
        from: traces.now - 2 * minute,
        to: traces.now - minute,
        ms: () => 20,
      });
      await look(source, [orders]);
    }
    const { total } = only(await look(source, [orders]));
    assert.ok(total?.p50Ms !== undefined);
    assert.ok(
      total.p50Ms.high > 400,
      `two thirds of the calls took 500 ms, told: ${total.p50Ms.value}`,
    );
  });

  it('count a call once, however often its trace comes', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 12, from: traces.now - 10 * minute, to: traces.now - minute / 2 });
    const source = traces.source();
    await look(source, []);
    for (let i = 0; i < 5; i += 1) {
      const { total } = only(await look(source, [orders]));
      assert.equal(total?.count, 12 + 2 * i);
      traces.now += minute;
      send(traces, { count: 2, from: traces.now - minute / 2, to: traces.now - minute / 3 });
    }
  });

  it('wait for the rest of a trace that isn’t whole yet', async () => {
    const traces = new FakeTraces();
    const entry = request('/orders/:id', { end: traces.now + 10_000, ms: 50_000 });
    const inner = child(entry, { name: 'load', end: traces.now - 20_000, ms: 5 });
    traces.spans.push(inner);
    const source = traces.source();
    await look(source, []);
    assert.deepEqual(source.operations(), []);
    traces.now += minute;
    traces.spans.push(entry);
    await look(source, []);
    source.retry();
    await look(source, []);
    const { total } = only(await look(source, [orders]));
    assert.equal(total?.count, 1);
  });

  it('ask for rare operations by name, and count nothing else of what that finds', async () => {
    const traces = new FakeTraces();
    const window = lastHour(traces);
    send(traces, { count: 3000, ...window });
    send(traces, { count: 6, ...window, route: '/carts', inner: 'price' });
    const source = traces.source();
    await look(source, []);
    // Met in a slice or by its name, then asked for by its name; nothing more is sent after that.
    for (let i = 0; i < 2; i += 1) {
      await look(source, [orders, 'GET /carts']);
      traces.now += minute;
    }
    traces.focused = false;
    const [carts, busy, price] = await look(source, ['GET /carts', orders, 'price']);
    assert.ok(traces.questions().some(({ spanName }) => spanName === 'GET /carts'));
    assert.equal(carts?.total?.count, 6);
    // Its covered time is its own: all of the window.
    assert.ok((carts.sample?.covered ?? 0) > 0.95 * hour);
    assert.ok((busy?.sample?.covered ?? hour) < 0.5 * hour);
    assert.ok((price?.total?.count ?? 0) < 3, 'what runs inside of them was not asked for');
  });

  it('say that nothing is known of a function that no sampled trace has', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 60, ...lastHour(traces) });
    send(traces, {
      count: 1,
      from: traces.now - 90 * minute,
      to: traces.now - 80 * minute,
      route: '/old',
    });
    const source = traces.source();
    await look(source, [], 2 * hour);
    await look(source, [orders], 2 * hour);
    const { total, sample, serviceAlive } = only(await look(source, ['GET /old']));
    assert.equal(total, undefined);
    assert.equal(serviceAlive, true);
    assert.equal(sample?.traces, 60);
  });

  it('have an error ratio only where nothing was left out before, and 0 % only of all', async () => {
    const traces = new FakeTraces();
    const window = lastHour(traces);
    send(traces, { count: 20, ...window, code: (i) => (i % 4 === 0 ? 500 : 200) });
    send(traces, { count: 40, ...window, route: '/carts' });
    const stated = traces.source({}, { sampled: false });
    await look(stated, []);
    const ratios = async (): Promise<readonly unknown[]> =>
      (await look(stated, [orders, 'GET /carts'])).map(({ total }) => total?.errorRatio);
    assert.deepEqual(await ratios(), [0.25, 0]);
    assert.deepEqual(stated.problems(), []);
    send(traces, { count: 3000, from: traces.now, to: traces.now + minute });
    traces.now += 2 * minute;
    const [some, none] = await ratios();
    assert.ok(typeof some === 'number' && some > 0);
    assert.equal(none, undefined);
    const wrong = traces.source({}, { sampled: 'no' });
    assert.match(wrong.problems()[0]?.message ?? '', /neither true nor false/);
  });

  it('keep to the environment’s “select”, and say when nothing can be told by it', async () => {
    const traces = new FakeTraces();
    const { from, to } = lastHour(traces);
    for (let i = 0; i < 20; i += 1)
      traces.spans.push(
        request('/orders/:id', {
          end: from + ((to - from) * i) / 20 + 50,
          resource: resource({ attributes: { cluster: i % 4 === 0 ? 'eu' : 'us' } }),
        }),
      );
    const source = traces.source({ cluster: 'eu' });
    await look(source, []);
    assert.equal(only(await look(source, [orders])).total?.count, 5);
    const other = traces.source({ tier: 'gold' });
    await look(other, []);
    const states = await other.services(never);
    assert.ok(states.ok);
    assert.match(states.value[0]?.problem ?? '', /don’t say tier/);
    assert.deepEqual(other.operations(), []);
  });

  it('tell errors of stacks as at least as many', async () => {
    const traces = new FakeTraces();
    const entry = request('/orders/:id', {
      end: traces.now - minute,
      code: 500,
      events: [
        exception('StockError', 'no row', 'StockError: no row\n    at load (/app/orders.js:3:5)'),
      ],
    });
    traces.spans.push(entry);
    const source = traces.source();
    await look(source, []);
    const answer = await source.exceptions({ window: hour as never, known: [] }, never);
    assert.ok(answer.ok);
    const [own] = answer.value.services;
    assert.deepEqual([own?.exceptions.length, own?.lowerBound], [1, true]);
  });

  it('have operations of their own, alike those of the receiver', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 1, ...lastHour(traces) });
    const source = traces.source();
    const found: string[] = [];
    source.onDidFindOperations((operations) => found.push(...operations.map(({ id }) => id)));
    await look(source, []);
    const core = createTelemetryCore({ now: t0, compare: () => assert.fail() });
    core.spans(traces.spans, unixMillis(traces.now));
    core.settle(unixMillis(traces.now));
    const local = core.operations().operations.map(({ id }) => id);
    assert.equal(local.length, 2);
    assert.deepEqual(
      found.map((id) => withoutOrigin(id as never)),
      local,
    );
    for (const id of local) assert.equal(source.knows(id), false);
    for (const id of found) assert.equal(source.knows(id as never), true);
  });
});

describe('requests of numbers from traces', () => {
  const services = (traces: FakeTraces, count: number): void => {
    for (let i = 0; i < count; i += 1)
      traces.spans.push(
        request('/orders/:id', {
          end: traces.now - minute,
          resource: resource({ service: serviceKey(`service-${String(i).padStart(2, '0')}`) }),
        }),
      );
  };

  it('are two at most per service and refresh, nine more when a window is first looked at', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 9000, ...lastHour(traces) });
    send(traces, { count: 6, ...lastHour(traces), route: '/carts' });
    const source = traces.source();
    await look(source, []);
    await look(source, [orders, 'GET /carts']);
    assert.ok(traces.questions().length <= 12, `${traces.questions().length} at first`);
    const before = traces.questions().length;
    const lists = traces.asked.length - before;
    for (let i = 0; i < 60; i += 1) {
      traces.now += minute;
      send(traces, { count: 150, from: traces.now - minute, to: traces.now });
      // Every surface and window asks, more often than there is something new.
      for (let n = 0; n < 4; n += 1) await look(source, [orders, 'GET /carts', 'load']);
    }
    const questions = traces.questions().slice(before);
    assert.ok(questions.length <= 60 * 2, `${questions.length} in 60 refreshes`);
    assert.ok(questions.filter((q) => q.spanName === undefined).length <= 60);
    assert.ok(traces.asked.length - traces.questions().length - lists <= 30 + 5);
  });

  it('are none while nobody looks, and one look at a time at what there is', async () => {
    const traces = new FakeTraces();
    services(traces, 60);
    // What the workspace's repositories name comes first.
    traces.likely = ['acme/service-57'];
    const source = traces.source();
    await look(source, []);
    assert.equal(traces.questions()[0]?.service, 'service-57');
    assert.equal(traces.questions().length, 4 * 2);
    traces.focused = false;
    traces.now += 10 * minute;
    const before = traces.asked.length;
    await look(source, []);
    assert.equal(traces.asked.length, before);
    traces.focused = true;
    for (let i = 0; i < 30; i += 1) await look(source, []);
    assert.equal(new Set(traces.questions().map(({ service }) => service)).size, 40);
    assert.match(source.summary() ?? '', /20 more services are not looked at/);
  });

  it('look soon again at a service that had no traces yet, and at what the workspace names', async () => {
    const traces = new FakeTraces();
    const call = (service: string, end: number): void => {
      const own = resource({ service: serviceKey(service) });
      traces.spans.push(request('/orders/:id', { end, resource: own }));
    };
    call('old', traces.now - minute);
    call('named', traces.now - minute);
    // In the list of services, with nothing in the window.
    call('new', traces.now - 3 * hour);
    const source = traces.source();
    await source.services(never);
    const looks = async (service: string): Promise<number> => {
      traces.asked.length = 0;
      traces.now += 31_000;
      await source.services(never);
      return traces.questions().filter((one) => one.service === service).length;
    };
    assert.equal(await looks('new'), 1);
    assert.equal(await looks('old'), 0);
    assert.equal(await looks('named'), 0);
    traces.likely = ['named'];
    assert.equal(await looks('named'), 1);
    assert.equal(await looks('old'), 0);
    traces.now += 11 * minute;
    await looks('new');
    assert.equal(await looks('new'), 0);
  });

  it('pause after a failure, and ask for fewer traces where an answer is too large', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 200, ...lastHour(traces) });
    traces.refuse = ({ depth }) => (depth > 20 ? fail('tooLarge', 'too large') : undefined);
    const source = traces.source();
    await look(source, []);
    const { total } = only(await look(source, [orders]));
    assert.ok((total?.count ?? 0) >= 20);
    traces.refuse = () => fail('unreachable', 'nothing answers');
    traces.now += minute;
    const before = traces.asked.length;
    for (let i = 0; i < 5; i += 1) {
      const answer = await source.numbers(
        { groups: [], window: hour as never, seriesPoints: 0 },
        never,
      );
      if (!answer.ok) assert.equal(answer.failure.reason, 'unreachable');
      await look(source, [orders]).catch(() => undefined);
    }
    assert.ok(traces.asked.length - before <= 2, `${traces.asked.length - before} requests`);
  });

  it('go on for the other services while one’s answers can’t be read', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 40, ...lastHour(traces) });
    const route = request('/odd', {
      end: traces.now - 2 * minute,
      ms: 5,
      resource: resource({ service: serviceKey('odd') }),
    });
    traces.spans.push(route);
    const source = traces.source();
    await look(source, []);
    await look(source, [orders, 'GET /odd']);
    traces.refuse = ({ service }) =>
      service === 'odd' ? fail('invalid', 'not readable', 'look at it') : undefined;
    traces.now += minute;
    const asked = (): number =>
      traces.questions().filter(({ service }) => service === 'odd').length;
    const before = asked();
    for (let i = 0; i < 3; i += 1) {
      const [good, bad] = await look(source, [orders, 'GET /odd']);
      assert.ok((good?.total?.count ?? 0) > 30);
      assert.deepEqual([bad?.total, bad?.problem], [undefined, 'not readable look at it']);
    }
    assert.equal(asked(), before + 1);
    await assert.rejects(look(source, ['GET /odd']), /not readable/);
    traces.refuse = () => undefined;
    traces.now += minute;
    const [, again] = await look(source, [orders, 'GET /odd']);
    assert.equal(again?.total?.count, 1);
  });

  it('are not of all that is stored where a trace is too large to be had', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 40, ...lastHour(traces) });
    const source = traces.source({}, { sampled: false });
    await look(source, []);
    const whole = only(await look(source, [orders]));
    assert.deepEqual([whole.sample?.lacking, whole.total?.errorRatio], [undefined, 0]);
    traces.lacking = true;
    traces.now += minute;
    const part = only(await look(source, [orders]));
    assert.deepEqual([part.sample?.lacking, part.total?.errorRatio], [true, undefined]);
  });

  it('cover no time before the oldest trace: what the backend kept of it isn’t known', async () => {
    const traces = new FakeTraces();
    send(traces, { count: 40, from: traces.now - 12 * minute, to: traces.now - minute });
    const source = traces.source({}, { sampled: false });
    await look(source, []);
    const { sample, window, total } = only(await look(source, [orders]));
    assert.ok(sample !== undefined && sample.covered < 12 * minute, `${sample?.covered}`);
    assert.ok(sample.covered > 11 * minute, `${sample.covered}`);
    assert.ok(window.from >= traces.now - 12 * minute);
    assert.equal(total?.errorRatio, 0, 'of the time that is covered all is known');
  });

  for (const quiet of [0, 20])
    it(`don’t cover what a backend lost that was restarted, ${quiet} minutes after the newest trace`, async () => {
      const traces = new FakeTraces();
      send(traces, { count: 40, ...lastHour(traces) });
      const source = traces.source({}, { sampled: false });
      await look(source, []);
      for (let i = 0; i < quiet; i += 1) {
        await look(source, [orders]);
        traces.now += minute;
      }
      const before = only(await look(source, [orders]));
      assert.ok((before.total?.count ?? 0) > 20);
      // Nobody looks for ten minutes; all that was stored is gone, and then something comes.
      traces.spans.length = 0;
      traces.now += 10 * minute;
      const away = only(await look(source, [orders]));
      assert.ok((away.total?.count ?? 0) > 10, 'what was seen is known');
      assert.equal(away.total?.errorRatio, undefined);
      const states = await source.services(never);
      assert.ok(states.ok);
      assert.match(states.value[0]?.warnings.join() ?? '', /lost traces that it had .* missing/);
      send(traces, { count: 10, from: traces.now - minute, to: traces.now - 20_000 });
      traces.now += minute;
      const after = only(await look(source, [orders]));
      const covered = after.sample?.covered ?? 0;
      const whole = after.window.to - after.window.from;
      assert.ok(whole - covered > 10 * minute, `covers ${covered} of ${whole}`);
      assert.ok(whole - covered < 13 * minute, `covers ${covered} of ${whole}`);
    });

  it('follow the backend’s clock, also where an answer shows that this machine’s is ahead', async () => {
    const traces = new FakeTraces();
    let server = traces.now;
    let offset = -10 * minute;
    traces.time = () => traces.now + offset;
    send(traces, { count: 1, from: server - 2 * minute, to: server - minute });
    traces.now += 10 * minute;
    const source = traces.source();
    await look(source, []);
    for (let i = 1; i <= 6; i += 1) {
      send(traces, { count: 1, from: server + 10_000, to: server + 20_000 });
      traces.now += minute;
      server += minute;
      if (i === 3) {
        // Set by hand: known once the backend answers.
        traces.now += 20 * minute;
        traces.refuse = () => {
          offset = server - traces.now;
          return undefined;
        };
      }
      const { total } = only(await look(source, [orders]));
      assert.equal(total?.count, i + 1, `minute ${i}`);
    }
  });
});
