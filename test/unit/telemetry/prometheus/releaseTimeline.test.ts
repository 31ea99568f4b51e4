import assert from 'node:assert/strict';
import { ReleaseTimeline } from '../../../../src/telemetry/prometheus/releases/releaseTimeline.ts';

const step = 60_000;
const from = 1_800_000_000_000;
const end = (slot: number): number => from + (slot + 1) * step;
const process = { job: 'shop', instance: 'a' };
const timeline = () =>
  new ReleaseTimeline({
    metric: 'target_info',
    version: 'service_version',
    process: ['job', 'instance'],
    matchers: [],
  });
/** Seconds into each slot at which a release was last seen there; undefined: it wasn't. */
const row = (version: string, seen: readonly (number | undefined)[], instance = 'a') => ({
  labels: { prodlens_info: '1', job: 'shop', instance, service_version: version },
  samples: seen.flatMap((at, slot) =>
    at === undefined ? [] : [[end(slot) / 1000, (end(slot) - step) / 1000 + at] as const],
  ),
});
const chunk = (slots: number) => ({ from, to: from + slots * step, step });
const read = (of: ReleaseTimeline, slots: number, labels = process): readonly string[] =>
  Array.from({ length: slots }, (_, slot) => of.at(labels, end(slot), step));

describe('which release a process was of', () => {
  it('is that of its newest sample, from the slot of its start on', () => {
    const of = timeline();
    const calls = { labels: { job: 'shop', route: '/a' }, samples: [] };
    const rows = [row('1', [50, 50, 20]), calls, row('2', [undefined, undefined, 50, 50])];
    assert.deepEqual(of.take(rows, chunk(4)), [calls]);
    assert.deepEqual(read(of, 4), ['1', '1', '2', '2']);
    assert.equal(of.torn, undefined);
  });

  it('holds through slots without samples for as long as PromQL looks back, not longer', () => {
    const of = timeline();
    of.take([row('1', [50])], chunk(1));
    assert.deepEqual(read(of, 8), ['1', '1', '1', '1', '1', '1', '', '']);
    assert.equal(of.at({ ...process, instance: 'b' }, end(0), step), '');
  });

  it('is told for each process by itself, also back to an older release', () => {
    const of = timeline();
    const no = undefined;
    of.take(
      [row('1', [50, 10, 10, 50]), row('2', [no, 50, no, no]), row('3', [50, 50, 50, 50], 'b')],
      chunk(4),
    );
    assert.deepEqual(read(of, 4), ['1', '2', '1', '1']);
    assert.deepEqual(read(of, 4, { job: 'shop', instance: 'b' }), ['3', '3', '3', '3']);
  });

  it('isn’t known where two processes go on under one name, or say both at the same moment', () => {
    const both = timeline();
    both.take([row('1', [50, 50, 50]), row('2', [55, 55, 55])], chunk(3));
    assert.deepEqual(read(both, 3), ['2', '', '']);
    assert.equal(both.torn, 'shop a');
    const same = timeline();
    same.take([row('1', [50, 50]), row('2', [50, undefined])], chunk(2));
    assert.deepEqual(read(same, 2), ['', '1']);
  });

  it('is told once where a service’s requests and its RPCs both ask for it', () => {
    const of = timeline();
    const { labels, samples } = row('1', [50, 50, 50]);
    const again = { labels: { ...labels, prodlens_beside: '1' }, samples: samples.slice(1) };
    of.take([{ labels, samples: samples.slice(0, 2) }, again], chunk(3));
    assert.deepEqual(read(of, 3), ['1', '1', '1']);
    assert.equal(of.torn, undefined);
  });

  it('is told again once only one of two processes goes on', () => {
    const of = timeline();
    of.take([row('1', [50, 50, 50]), row('2', [55, 55, 55])], chunk(3));
    assert.equal(of.torn, 'shop a');
    const no = undefined;
    const rest = [row('1', [no, 50, 50]), row('2', [no, 55, 55, 55])];
    of.take(rest, chunk(4));
    assert.equal(of.torn, undefined);
    assert.equal(of.at(process, end(3), step), '2');
    // Slots of before that are asked for again tear nothing.
    of.take([row('1', [no, no, 55]), row('2', [no, no, 55, 55])], chunk(4));
    assert.equal(of.torn, undefined);
  });

  it('is forgotten with the last slots of the process', () => {
    const of = timeline();
    of.take([row('1', [50])], chunk(1));
    const day = 24 * 60 * 60_000;
    of.tidy(end(0) + 29 * day);
    assert.deepEqual(read(of, 1), ['1']);
    of.tidy(end(0) + 31 * day);
    assert.deepEqual(read(of, 1), ['']);
  });

  it('stays what it was when slots are asked for again', () => {
    const of = timeline();
    const rows = [row('1', [50, 20]), row('2', [undefined, 50, 50])];
    of.take(rows, chunk(3));
    of.take(rows, chunk(3));
    of.take([row('1', [50, 20]), row('2', [undefined, 50, 50, 50])], chunk(4));
    assert.deepEqual(read(of, 4), ['1', '2', '2', '2']);
    assert.equal(of.torn, undefined);
  });
});
