import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TraceSpan } from '../../../src/domain/trace.ts';
import { criticalPath } from '../../../src/presentation/viewModels/criticalPath.ts';
import { buildSpanTree } from '../../../src/presentation/viewModels/waterfallTree.ts';
import { checkout, span, trace } from './builders.ts';

/** Segments as `name from-to` in milliseconds. */
function path(spans: readonly TraceSpan[]): string[] {
  const found = criticalPath(buildSpanTree(trace(spans)));
  return (found?.segments ?? []).map(
    ({ index, from, to }) => `${spans[index]?.spanId} ${from / 1e6}-${to / 1e6}`,
  );
}
const child = (id: string, from: number, to: number, given: Parameters<typeof span>[3] = {}) =>
  span(id, from, to, { parentSpanId: 'root', ...given });

describe('criticalPath', () => {
  it('of children one after the other goes through each, and the root between', () => {
    assert.deepEqual(path([span('root', 0, 100), child('a', 10, 40), child('b', 50, 90)]), [
      'root 0-10',
      'a 10-40',
      'root 40-50',
      'b 50-90',
      'root 90-100',
    ]);
  });

  it('of parallel children takes the one that ended last, and before it what had ended by its start', () => {
    const spans = [span('root', 0, 100), child('a', 10, 95), child('b', 5, 60), child('c', 0, 8)];
    assert.deepEqual(path(spans), ['c 0-8', 'root 8-10', 'a 10-95', 'root 95-100']);
  });

  it('counts a child that outlives its parent for the ancestor that waited (Express ends the handler first)', () => {
    const spans = [
      span('root', 0, 100),
      child('handler', 5, 6),
      span('query', 10, 80, { parentSpanId: 'handler' }),
    ];
    assert.deepEqual(path(spans), [
      'root 0-5',
      'handler 5-6',
      'root 6-10',
      'query 10-80',
      'root 80-100',
    ]);
  });

  it('leaves out what outlives the root, and consumers of messages with all they do', () => {
    const spans = [
      span('root', 0, 100),
      child('late', 50, 300),
      child('publish', 20, 25, { kind: 'producer' }),
      span('consume', 26, 90, { parentSpanId: 'publish', kind: 'consumer', service: 'worker' }),
      span('inside', 30, 80, { parentSpanId: 'consume', service: 'worker' }),
    ];
    assert.deepEqual(path(spans), ['root 0-20', 'publish 20-25', 'root 25-100']);
  });

  it('moves a server whose clock is off into its call, and its own children with it', () => {
    const spans = [
      span('root', 0, 100, { kind: 'client' }),
      child('server', 500, 580, { kind: 'server', service: 'b' }),
      span('db', 510, 570, { parentSpanId: 'server', service: 'b' }),
    ];
    // Segments are on each span's own clock, as drawn.
    const found = criticalPath(buildSpanTree(trace(spans)));
    assert.equal(found?.share.get(2), 60e6);
    assert.equal(found.share.get(1), 20e6);
    assert.equal(found.share.get(0), 20e6);
    assert.deepEqual(
      found.segments.filter(({ index }) => index === 2).map(({ from, to }) => [from, to]),
      [[510e6, 570e6]],
    );
  });

  it('cuts a server that is longer than the call that gave up', () => {
    const spans = [
      span('root', 0, 100, { kind: 'client' }),
      child('server', 10, 900, { kind: 'server', service: 'b' }),
    ];
    const found = criticalPath(buildSpanTree(trace(spans)));
    assert.deepEqual([...(found?.share ?? [])], [[1, 100e6]]);
  });

  it('starts at the true root, also where an orphan began earlier', () => {
    const spans = [
      span('orphan', 0, 500, { parentSpanId: 'gone' }),
      span('root', 10, 60),
      child('a', 20, 30),
    ];
    assert.deepEqual(path(spans), ['root 10-20', 'a 20-30', 'root 30-60']);
  });

  it('is empty for an empty trace and for a root without length', () => {
    assert.equal(criticalPath(buildSpanTree({ spans: [] })), undefined);
    assert.deepEqual(path([span('root', 0, 0)]), []);
  });

  it('explains every nanosecond of the root of a whole checkout once', () => {
    const { spans } = checkout();
    const found = criticalPath(buildSpanTree({ spans }));
    const total = [...(found?.share.values() ?? [])].reduce((a, b) => a + b, 0);
    assert.equal(total, 412e6);
    const names = [...(found?.share.keys() ?? [])].map((index) => spans[index]?.spanId);
    for (const on of ['pg', 'stock-s', 'bank', 'fraud']) assert.ok(names.includes(on), on);
    for (const off of ['price', 'audit', 'worker', 'lost']) assert.ok(!names.includes(off), off);
  });

  it('adds up to the root for any tree, without overlap', () => {
    const kinds = ['internal', 'client', 'server', 'consumer'] as const;
    const any = fc.array(
      fc.record({
        parent: fc.nat(40),
        from: fc.integer({ min: -50, max: 150 }),
        length: fc.integer({ min: 0, max: 120 }),
        kind: fc.constantFrom(...kinds),
        service: fc.constantFrom('a', 'b'),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(any, (given) => {
        const spans = [
          span('0', 0, 100, { service: 'a' }),
          ...given.map(({ parent, from, length, kind, service }, i) =>
            span(String(i + 1), from, from + length, {
              parentSpanId: String(parent % (i + 1)),
              kind,
              service,
            }),
          ),
        ];
        const found = criticalPath(buildSpanTree({ spans }));
        const total = (found?.segments ?? []).reduce((sum, { from, to }) => sum + to - from, 0);
        assert.ok(Math.abs(total - 100e6) < 1);
        assert.ok((found?.segments ?? []).every(({ from, to }) => to > from));
      }),
      { numRuns: 300 },
    );
  });
});
