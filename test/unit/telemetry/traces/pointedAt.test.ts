import assert from 'node:assert/strict';
import { fail, ok, type Result } from '../../../../src/domain/result.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { Trace, TraceSpan, TraceSummary } from '../../../../src/domain/trace.ts';
import { milliseconds, unixMillis } from '../../../../src/domain/units.ts';
import { withExemplars } from '../../../../src/platform/exemplarTraces.ts';
import type { TraceQuery, TraceSource } from '../../../../src/telemetry/ports.ts';
import { searchPointedAt } from '../../../../src/telemetry/traces/pointedAt.ts';

const never = new AbortController().signal;
const shop = serviceKey('shop');
const id = (digit: string): string => digit.repeat(32);
const query: TraceQuery = { service: shop, operations: [], kind: 'slow', limit: 2 };
const summary = (digit: string, duration: number): TraceSummary => ({
  traceId: id(digit),
  startedAt: unixMillis(1),
  duration: milliseconds(duration),
  failed: false,
  release: '1',
  service: shop,
  name: 'GET /a',
  spanCount: 1,
});
const span = (service: string, ms: number): TraceSpan => ({
  spanId: '1',
  service: serviceKey(service),
  release: '1',
  name: 'GET /a',
  kind: 'server',
  scope: '',
  offsetNanos: 0,
  durationNanos: ms * 1e6,
  status: 'unset',
  failed: false,
  attributes: {},
  events: [],
});
const whole: Readonly<Record<string, readonly TraceSpan[]>> = {
  [id('a')]: [span('shop', 900)],
  [id('b')]: [span('cart', 5_000)],
};

class Backend implements TraceSource {
  readonly fetched: string[] = [];
  readonly searched: TraceQuery[] = [];
  found: Result<readonly TraceSummary[]> = ok([summary('1', 50), summary('2', 40)]);
  search = (asked: TraceQuery): Promise<Result<readonly TraceSummary[]>> => {
    this.searched.push(asked);
    return Promise.resolve(this.found);
  };
  trace = (traceId: string): Promise<Result<Trace>> => {
    this.fetched.push(traceId);
    const spans = whole[traceId];
    return Promise.resolve(
      spans === undefined
        ? fail('notFound', 'not kept')
        : ok({
            traceId,
            startedAt: unixMillis(1),
            startUnixNanos: '1000000',
            durationNanos: spans[0]?.durationNanos ?? 0,
            spans,
          }),
    );
  };
}

const searchOf = (backend: Backend): TraceSource['search'] =>
  searchPointedAt(backend, {
    connection: { url: 'http://h', select: {}, headers: () => Promise.resolve(ok({})) },
    exchange: { get: () => Promise.reject(new Error('nothing is asked')) },
    operation: () => undefined,
    now: () => 2,
  });

describe('traces that numbers point at', () => {
  it('are on the list in their order, if they are kept and fit', async () => {
    const backend = new Backend();
    const pointedAt = [id('a'), id('b'), id('c'), id('1'), 'no id'];
    const found = await searchOf(backend)({ ...query, pointedAt }, never);
    assert.ok(found.ok);
    assert.deepEqual(
      found.value.map(({ traceId, duration }) => [traceId, duration]),
      [
        [id('a'), 900],
        [id('1'), 50],
      ],
    );
    assert.deepEqual(backend.fetched, [id('a'), id('b'), id('c')]);
  });

  it('are found where the search finds none, and change nothing where they can’t be had', async () => {
    const backend = new Backend();
    backend.found = fail('notFound', 'no service shop');
    const found = await searchOf(backend)({ ...query, pointedAt: [id('a')] }, never);
    assert.deepEqual(found.ok && found.value.map(({ traceId }) => traceId), [id('a')]);
    const gone = await searchOf(backend)({ ...query, pointedAt: [id('c')] }, never);
    assert.deepEqual(gone, backend.found);
    const many = Array.from({ length: 30 }, (_, i) => i.toString(16).padStart(32, '0'));
    backend.fetched.length = 0;
    await searchOf(backend)({ ...query, pointedAt: many }, never);
    assert.equal(backend.fetched.length, 5);
  });

  it('are the exemplars of the environment’s metrics, of slow and failed calls', async () => {
    const backend = new Backend();
    const asked: string[] = [];
    const source = withExemplars(backend, {
      exemplars: ({ kind }) => {
        asked.push(kind);
        return Promise.resolve(kind === 'failed' ? fail('unsupported', 'none') : ok([id('a')]));
      },
    });
    for (const kind of ['recent', 'slow', 'failed'] as const)
      await source.search({ ...query, kind }, never);
    assert.deepEqual(asked, ['slow', 'failed']);
    assert.deepEqual(
      backend.searched.map(({ pointedAt }) => pointedAt),
      [undefined, [id('a')], []],
    );
    assert.equal(withExemplars(backend, undefined), backend);
  });
});
