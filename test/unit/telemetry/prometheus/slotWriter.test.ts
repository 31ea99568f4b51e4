import assert from 'node:assert/strict';
import { explicitFromCumulative } from '../../../../src/domain/histogramExplicit.ts';
import { atOnce } from '../../../../src/domain/turns.ts';
import { unixMillis } from '../../../../src/domain/units.ts';
import { CoreState } from '../../../../src/telemetry/local/core/coreState.ts';
import { autometrics } from '../../../../src/telemetry/prometheus/conventions/autometrics.ts';
import { spanMetrics } from '../../../../src/telemetry/prometheus/conventions/spanMetrics.ts';
import { CallsByEnd } from '../../../../src/telemetry/prometheus/slots/callsByEnd.ts';
import { ReleaseTimeline } from '../../../../src/telemetry/prometheus/releases/releaseTimeline.ts';
import type { Found } from '../../../../src/telemetry/prometheus/look/discovery.ts';
import { isAlive } from '../../../../src/telemetry/local/core/services.ts';
import { SlotWriter } from '../../../../src/telemetry/prometheus/slots/slotWriter.ts';

const step = 10_000;
const from = 1_800_000_000_000;
const labels = { service_name: 'shop', span_name: 'GET /a', span_kind: 'SPAN_KIND_SERVER' };
const found: Found = {
  convention: spanMetrics,
  calls: 'calls_total',
  callsAre: 'counter',
  durations: [],
  service: 'service_name',
  attributes: new Map([
    ['span.name', ['span_name']],
    ['span.kind', ['span_kind']],
  ]),
  matchers: [],
  selected: [],
  replicas: [],
  perhapsReplicas: [],
};

/** Timed calls after calls of the first, second and third slot, and durations of the same. */
function timed(calls: readonly number[], durations: readonly number[]): number {
  const now = from + 60_000;
  const compare = (): never => {
    throw new Error('nothing to compare');
  };
  const state = new CoreState({ now: unixMillis(0), compare }, 0);
  const writer = new SlotWriter({
    state,
    found,
    interval: 2_000,
    step,
    refreshEvery: () => 60_000,
    identity: 'x',
    from: () => from,
  });
  const chunk = { from, to: from + calls.length * step, step };
  const end = (slot: number): number => from + (slot + 1) * step;
  const samples = calls.map((n, i) => [end(i) / 1000, n] as const);
  atOnce(writer.calls([{ labels, samples }], chunk, now));
  const slots = durations.flatMap((n, i) => {
    const histogram = explicitFromCumulative([10], [n, n]);
    return histogram === undefined || n === 0 ? [] : [{ at: end(i), histogram }];
  });
  atOnce(writer.buckets([{ labels, slots }], chunk, now));
  let sum = 0;
  for (const cell of state.cells.all())
    for (const slot of cell.series.slots) sum += slot.succeeded?.count ?? 0;
  return sum;
}

describe('durations of a backend’s slots', () => {
  it('may be a slot before or after their calls: a scrape meets a collector between the two', () => {
    assert.equal(timed([32, 64, 35], [32, 64, 35]), 131);
    assert.equal(timed([32, 64, 35], [32, 99, 0]), 131);
    assert.equal(timed([32, 99, 0], [32, 64, 35]), 131);
  });

  it('are left out where there are more of them than calls: a series came back with its past', () => {
    assert.equal(timed([32, 64, 35], [32, 5_000, 35]), 67);
    // Of the size of the slots around it, or of the slack of each slot one after the other.
    assert.equal(timed([32, 64, 35], [32, 131, 35]), 67);
    assert.equal(timed([10, 10, 10, 10], [20, 20, 20, 10]), 40);
  });
});

describe('durations of a histogram that doesn’t tell how calls ended', () => {
  const convention: Found = {
    ...found,
    convention: autometrics,
    attributes: new Map([
      ['function', ['function']],
      ['module', ['module']],
      ['result', ['result']],
    ]),
  };
  const who = { service_name: 'shop', function: 'place', module: 'shop' };
  const end = (slot: number): number => from + (slot + 1) * step;
  const chunk = { from, to: from + 3 * step, step };
  /** Durations of successful calls and of those that may be failed ones, after calls of three slots. */
  function kept(calls: readonly number[], errors: readonly number[], durations: readonly number[]) {
    const now = from + 60_000;
    const compare = (): never => {
      throw new Error('nothing to compare');
    };
    const state = new CoreState({ now: unixMillis(0), compare }, 0);
    const writer = new SlotWriter({
      state,
      found: convention,
      interval: 2_000,
      step,
      refreshEvery: () => 60_000,
      identity: 'x',
      from: () => from,
    });
    const row = (result: string, counts: readonly number[]) => ({
      labels: { ...who, result },
      samples: counts.map((n, i) => [end(i) / 1000, n] as const),
    });
    atOnce(writer.calls([row('ok', calls), row('error', errors)], chunk, now));
    const slots = durations.flatMap((n, i) => {
      const histogram = explicitFromCumulative([10], [n, n]);
      return histogram === undefined || n === 0 ? [] : [{ at: end(i), histogram }];
    });
    atOnce(writer.buckets([{ labels: who, slots }], chunk, now));
    const sums = { succeeded: 0, failed: 0 };
    for (const cell of state.cells.all())
      for (const slot of cell.series.slots) {
        sums.succeeded += slot.succeeded?.count ?? 0;
        sums.failed += slot.failed?.count ?? 0;
      }
    return sums;
  }

  it('are those of all calls, and of successful ones where none failed', () => {
    assert.deepEqual(kept([30, 30, 30], [0, 0, 0], [30, 30, 30]), { succeeded: 90, failed: 0 });
    assert.deepEqual(kept([30, 0, 0], [0, 0, 5], [30, 0, 5]), { succeeded: 30, failed: 5 });
    assert.deepEqual(kept([30, 0, 0], [10, 0, 0], [40, 0, 0]), { succeeded: 0, failed: 40 });
  });

  it('are left out where there are more of them than calls of any end', () => {
    assert.deepEqual(kept([30, 0, 0], [10, 0, 0], [4_000, 0, 0]), { succeeded: 0, failed: 0 });
  });
});

describe('what is remembered of a backend’s slots', () => {
  const day = 24 * 60 * 60_000;
  const now = from + 60_000;
  const end = from + step;
  const chunk = { from, to: end, step };
  const compare = (): never => {
    throw new Error('nothing to compare');
  };
  function written(more: Partial<ConstructorParameters<typeof SlotWriter>[0]> = {}) {
    const state = new CoreState({ now: unixMillis(0), compare }, 0);
    const writer = new SlotWriter({
      ...{ state, found, interval: 2_000, step, identity: 'x', from: () => from },
      refreshEvery: () => 60_000,
      ...more,
    });
    const of = { ...labels, service_version: '7' };
    atOnce(writer.calls([{ labels: of, samples: [[end / 1000, 5]] }], chunk, now));
    const durations = (slots = [end]) => {
      const histogram = explicitFromCumulative([10], [5, 5]);
      assert.ok(histogram !== undefined);
      return writer.buckets(
        [{ labels: of, slots: slots.map((at) => ({ at, histogram })) }],
        chunk,
        now,
      );
    };
    const timed = (): number => {
      atOnce(durations());
      return [...state.cells.all()]
        .flatMap(({ series }) => series.slots)
        .reduce((sum, slot) => sum + (slot.succeeded?.count ?? 0), 0);
    };
    return { state, writer, durations, timed };
  }

  it('is forgotten once it is older than the longest window', () => {
    const kept = written();
    kept.writer.tidy(end + day);
    assert.equal(kept.timed(), 5);
    const old = written();
    old.writer.tidy(end + 2 * day);
    assert.equal(old.timed(), 0);
  });

  it('is the release of the calls’ own labels where no process tells one', () => {
    const timeline = new ReleaseTimeline({
      ...{ metric: 'target_info', version: 'service_version', matchers: [] },
      process: ['job', 'instance'],
    });
    const { state } = written({ timeline, found: { ...found, version: 'service_version' } });
    assert.deepEqual(
      [...state.cells.all()].map(({ lane }) => lane.run.version),
      ['7'],
    );
  });

  it('lets others have their turn after each slot', () => {
    const { durations } = written();
    const slots = Array.from({ length: 50 }, (_, i) => end + i * step);
    assert.ok([...durations(slots)].length >= 50);
  });

  it('are calls by the end of their slot, whatever the order they come in, older ones joined', () => {
    const calls = new CallsByEnd();
    for (const slot of [1, 2, 5, 3, 2]) calls.set(from + slot * step, 10 * slot, now);
    const size = (): number => calls.size;
    assert.equal(size(), 4);
    assert.equal(calls.newest, from + 5 * step);
    assert.deepEqual(
      [3, 4].map((slot) => calls.at(from + slot * step)),
      [30, 0],
    );
    assert.equal(calls.between(from + step, from + 3 * step), 50);
    assert.equal(calls.between(from + 3 * step, from + 4 * step), 0);
    const add = (at: number): void => {
      calls.set(at, 1, at);
    };
    for (let slot = 6; slot <= 2_000; slot += 1) add(from + slot * step);
    assert.ok(size() <= 600);
    assert.equal(calls.between(0, Infinity), 110 + 1_995);
    // What no slot is kept of any more.
    const gone = from + 32 * day;
    for (let slot = 0; slot <= 600; slot += 1) add(gone + slot * step);
    assert.equal(calls.between(0, gone - 30 * day), 0);
  });
});

describe('a service whose slots are asked for', () => {
  const state = (refreshEvery: number) => {
    const compare = (): never => {
      throw new Error('nothing to compare');
    };
    const core = new CoreState({ now: unixMillis(0), compare }, 0);
    const writer = new SlotWriter({
      ...{ state: core, found, interval: 2_000, step, identity: 'x', from: () => from },
      refreshEvery: () => refreshEvery,
    });
    const chunk = { from, to: from + 6 * step, step };
    const samples = [1, 2, 3, 4, 5, 6].map((i) => [(from + i * step) / 1000, 3] as const);
    atOnce(writer.calls([{ labels, samples }], chunk, from + 60_000));
    const [service] = core.services.values();
    assert.ok(service !== undefined);
    return { service, last: from + 6 * step };
  };

  it('is not silent between two refreshes, however short its slots are', () => {
    const { service, last } = state(60_000);
    assert.equal(isAlive(service, last + 66_000 + step + 3_000), true);
    assert.equal(isAlive(service, last + 3 * 60_000 + 1), false);
  });

  it('is silent after a minute where it is asked for more often', () => {
    const { service, last } = state(2_000);
    assert.equal(isAlive(service, last + 3 * 20_000), true);
    assert.equal(isAlive(service, last + 3 * 20_000 + 1), false);
  });
});
