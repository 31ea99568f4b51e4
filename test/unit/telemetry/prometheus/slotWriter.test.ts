import assert from 'node:assert/strict';
import { explicitFromCumulative } from '../../../../src/domain/histogramExplicit.ts';
import { atOnce } from '../../../../src/domain/turns.ts';
import { unixMillis } from '../../../../src/domain/units.ts';
import { CoreState } from '../../../../src/telemetry/local/core/coreState.ts';
import { autometrics } from '../../../../src/telemetry/prometheus/conventions/autometrics.ts';
import { spanMetrics } from '../../../../src/telemetry/prometheus/conventions/spanMetrics.ts';
import type { Found } from '../../../../src/telemetry/prometheus/discovery.ts';
import { SlotWriter } from '../../../../src/telemetry/prometheus/slotWriter.ts';

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
