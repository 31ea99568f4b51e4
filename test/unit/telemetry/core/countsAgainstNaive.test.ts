import assert from 'node:assert/strict';
import fc from 'fast-check';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { at, newCore, nextId, numbers, resource, span } from './builders.ts';

const services = ['shop', 'other'].map((name) => resource({ service: serviceKey(name) }));

interface Shape {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  readonly service: number;
  /** Index of the parent among the spans before it; beyond: a root. */
  readonly parent: number;
  readonly failed: boolean;
}

const shapes = (kinds: readonly Shape['kind'][]): fc.Arbitrary<Shape[]> =>
  fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      kind: fc.constantFrom(...kinds),
      service: fc.integer({ min: 0, max: 1 }),
      parent: fc.nat({ max: 12 }),
      failed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );

function forest(all: readonly Shape[]): SpanRecord[] {
  const traceId = nextId(32);
  const made: SpanRecord[] = [];
  for (const shape of all) {
    const parent = made[made.length - 1 - shape.parent];
    made.push(
      span({
        traceId,
        name: shape.name,
        kind: shape.kind,
        resource: services[shape.service] ?? resource(),
        status: shape.failed ? 'error' : 'unset',
        ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
      }),
    );
  }
  return made;
}

/** Calls of a function that owns the spans of these names in the first service, counted span by span. */
function naive(spans: readonly SpanRecord[], names: ReadonlySet<string>) {
  const byId = new Map(spans.map((s) => [s.spanId, s]));
  const mine = (s: SpanRecord): boolean => s.resource === services[0] && names.has(s.name);
  const outermost = spans.filter((s) => {
    if (!mine(s) || s.kind === 'client') return false;
    for (let up = byId.get(s.parentSpanId); up !== undefined; up = byId.get(up.parentSpanId))
      if (mine(up)) return false;
    return true;
  });
  return {
    count: outermost.length,
    errors: outermost.filter((s) => s.status === 'error').length,
  };
}

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 });

describe('counts against a count span by span', () => {
  it('are equal for any tree, any ownership and any order of arrival', () => {
    fc.assert(
      fc.property(
        fc.array(shapes(['internal', 'server', 'client']), { minLength: 1, maxLength: 4 }),
        names,
        fc.integer(),
        (trees, owned, seed) => {
          const core = newCore();
          const spans = trees.flatMap(forest);
          const shuffled = [...spans].sort((a, b) => order(a, seed) - order(b, seed));
          core.spans(shuffled.slice(0, 7), at(0));
          core.spans(shuffled.slice(7), at(500));
          core.settle(at(600));
          const wanted = new Set<string>(owned);
          const expected = naive(spans, wanted);
          const { total } = numbers(
            core,
            (o) => o.service === services[0]?.service && wanted.has(o.name),
            at(600),
          );
          assert.equal(total?.count ?? 0, expected.count);
          assert.equal(total?.errors ?? 0, expected.errors);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are equal when spans trickle in over seconds, children before their parents', () => {
    fc.assert(
      fc.property(shapes(['internal', 'client']), names, fc.integer(), (tree, owned, seed) => {
        const core = newCore();
        const spans = forest(tree);
        let now = 0;
        for (const one of [...spans].sort((a, b) => order(a, seed) - order(b, seed))) {
          core.spans([one], at(now));
          core.tick(at(now));
          now += 900;
        }
        core.tick(at(now + 11_000));
        const wanted = new Set<string>(owned);
        const { total } = numbers(
          core,
          (o) => o.service === services[0]?.service && wanted.has(o.name),
          at(now + 11_000),
        );
        assert.equal(total?.count ?? 0, naive(spans, wanted).count);
      }),
      { numRuns: 200 },
    );
  });

  it('follow a change of ownership at once, without a new span', () => {
    const core = newCore();
    const spans = forest([
      { name: 'a', kind: 'internal', service: 0, parent: 99, failed: false },
      { name: 'b', kind: 'internal', service: 0, parent: 0, failed: false },
    ]);
    core.spans(spans, at(0));
    core.settle(at(0));
    const owning = (...wanted: readonly string[]) =>
      numbers(core, (o) => wanted.includes(o.name), at(0)).total?.count;
    assert.deepEqual([owning('a', 'b'), owning('a'), owning('b')], [1, 1, 1]);
  });
});

/** A stable shuffle. */
const order = (s: SpanRecord, seed: number): number =>
  Math.imul(Number.parseInt(s.spanId.slice(8), 16) ^ seed, 0x9e3779b1) >>> 0;
