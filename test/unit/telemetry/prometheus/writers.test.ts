import assert from 'node:assert/strict';
import type { Found } from '../../../../src/telemetry/prometheus/look/discovery.ts';
import { stepFor } from '../../../../src/telemetry/prometheus/slots/slotGrid.ts';
import { severalWriters } from '../../../../src/telemetry/prometheus/slots/writers.ts';

/** What one counter shows at a second. */
type Counter = (at: number) => number;

/** A process that exports its own count, `perExport` more each time. */
const exporting =
  (every: number, phase: number, first: number, perExport = every): Counter =>
  (at) =>
    first + perExport * Math.floor((at - phase) / every);

/** Several processes, of which the one that exported last is seen. */
const seen =
  (every: number, ...writers: readonly (readonly [phase: number, count: Counter])[]): Counter =>
  (at) => {
    const age = (phase: number): number => (((at - phase) % every) + every) % every;
    const [last] = [...writers].sort(([a], [b]) => age(a) - age(b));
    return last?.[1](at) ?? 0;
  };

const two = (every: number): Counter =>
  seen(every, [0, exporting(every, 0, 40_000)], [every / 2, exporting(every, every / 2, 100)]);

/** A process that begins anew. */
const living =
  (every: number, life: number): Counter =>
  (at) =>
    Math.floor((at % life) / every);

/** Whether the query's comparison of falls with changes holds for all of its looks, or for some. Seconds. */
function noticed(counter: Counter, interval: number, step = stepFor(interval * 1000)): string {
  const query = severalWriters(
    { calls: 'c', callsAre: 'counter' } as Found,
    [],
    step,
    interval * 1000,
  );
  const parts =
    /\(resets\(c\{\}\[(\d+)s\]\) >= (\d+)\) \* (\d+) >= changes\(c\{\}\[\1s\]\) and/.exec(query);
  assert.ok(parts !== null, query);
  const [look = 0, fewest = 0, weight = 0] = parts.slice(1).map(Number);
  const looks = [0, 1, 2, 3, 4, 5, 6, 7].map((moment) => {
    const to = 100_000 + moment * 13;
    const values: number[] = [];
    for (let at = to - look + 1; at <= to; at += 1)
      if (at % interval === 0) values.push(counter(at));
    const next = values.slice(1).map((value, i) => value - (values[i] ?? value));
    const falls = next.filter((difference) => difference < 0).length;
    const changes = next.filter((difference) => difference !== 0).length;
    return falls >= fewest && falls * weight >= changes;
  });
  return looks.every(Boolean) ? 'always' : looks.some(Boolean) ? 'sometimes' : 'never';
}

describe('several writers of one counter', () => {
  it('are noticed however much less often they export than they are sampled', () => {
    for (const [interval, every] of [
      ...[1, 5, 10, 15, 30].map((each) => [each, 60] as const),
      ...([
        [1, 6],
        [5, 10],
        [15, 30],
        [60, 120],
      ] as const),
    ])
      assert.equal(
        noticed(two(every), interval),
        'always',
        `${every} s, sampled each ${interval} s`,
      );
    const three = seen(
      60,
      [0, exporting(60, 0, 100)],
      [20, exporting(60, 20, 5_000)],
      [40, exporting(60, 40, 90_000)],
    );
    assert.equal(noticed(three, 5), 'always');
  });

  it('are noticed in long slots of old time as well', () => {
    assert.equal(noticed(two(60), 5, 3_600_000), 'always');
  });

  it('aren’t seen in one process that begins anew, also each two minutes, or whose operations are rare', () => {
    for (const interval of [1, 5, 10, 15])
      for (const life of [120, 600, 3_000])
        assert.equal(
          noticed(living(interval, life), interval),
          'never',
          `${interval} s, ${life} s`,
        );
    assert.equal(noticed(living(60, 120), 5), 'never');
    for (const step of [60_000, 300_000, 3_600_000])
      for (const every of [60, 120, 300])
        assert.equal(noticed(living(every, 3 * every), 5, step), 'never', `${every} s, ${step} ms`);
  });
});
