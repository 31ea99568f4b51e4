import assert from 'node:assert/strict';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { at, child, exception, newCore, numbers, request, span, t0 } from './builders.ts';

const outcome = (one: SpanRecord) => {
  const core = newCore();
  core.spans([one], t0);
  core.settle(t0);
  const { total } = numbers(core, () => true, at(0));
  return [total?.errors, total?.clientErrors];
};

describe('an error (entry spans: first hit wins)', () => {
  const cases: readonly (readonly [string, SpanRecord, readonly [number, number]])[] = [
    ['1. a status of 500', request('/a', { code: 500 }), [1, 0]],
    [
      '1. an old-style status written as text',
      span({ kind: 'server', attributes: { 'http.status_code': '503' } }),
      [1, 0],
    ],
    [
      '1. error.type naming a 5xx, without status',
      span({ kind: 'server', attributes: { 'error.type': '502' } }),
      [1, 0],
    ],
    [
      '2. a 4xx with status ERROR is the client’s',
      request('/a', { code: 401, status: 'error' }),
      [0, 1],
    ],
    [
      '2. a 4xx with an exception event, too',
      request('/a', { code: 404, events: [exception('E', 'm')] }),
      [0, 1],
    ],
    ['3. a 200 with status ERROR', request('/a', { code: 200, status: 'error' }), [1, 0]],
    [
      '4. an exception without HTTP code and status (gin panics)',
      span({ kind: 'server', events: [exception('*errors.errorString', 'boom')] }),
      [1, 0],
    ],
    [
      '4. an exception in an RPC server that says it went well (Python)',
      span({
        kind: 'server',
        attributes: { 'rpc.system': 'grpc', 'rpc.method': 'M', 'rpc.grpc.status_code': 0 },
        events: [exception('ValueError', 'x')],
      }),
      [1, 0],
    ],
    [
      '5. an exception that was handled: the code says 200',
      request('/a', { events: [exception('E', 'm')] }),
      [0, 0],
    ],
    ['5. nothing of all that', request('/a'), [0, 0]],
    [
      '4. not with status OK',
      span({ kind: 'consumer', status: 'ok', events: [exception('E', 'm')] }),
      [0, 0],
    ],
  ];
  for (const [name, one, expected] of cases)
    it(name, () => assert.deepEqual(outcome(one), expected));

  it('of inner spans is status ERROR, unless the entry was the client’s fault', () => {
    for (const [code, errors] of [
      [500, 1],
      [200, 1],
      [422, 0],
    ] as const) {
      const core = newCore();
      const entry = request('/a', { code });
      core.spans([entry, child(entry, { name: 'inner', status: 'error' })], t0);
      core.settle(t0);
      const { total } = numbers(core, (o) => o.name === 'inner', at(0));
      assert.equal(total?.errors, errors, String(code));
      assert.equal(total.clientErrors, undefined, 'inner spans have no client errors');
    }
  });

  it('of inner spans is not an exception event alone', () => {
    const core = newCore();
    core.spans([span({ name: 'inner', events: [exception('E', 'm')] })], t0);
    core.settle(t0);
    assert.equal(numbers(core, () => true, at(0)).total?.errors, 0);
  });
});
