import assert from 'node:assert/strict';
import type { Operation, OperationId } from '../../../../src/domain/operation.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { TraceSpan } from '../../../../src/domain/trace.ts';
import { isCallOf, lowerCase } from '../../../../src/telemetry/traces/naming.ts';

const operation = (more: Partial<Operation>): Operation => ({
  id: JSON.stringify(more) as OperationId,
  service: serviceKey('shop'),
  source: 'metric',
  kind: 'server',
  name: 'http.server.request.duration',
  scope: '',
  ...more,
});
const span = (name: string, route?: string): TraceSpan =>
  ({
    name,
    kind: 'server',
    ...(route === undefined
      ? {}
      : { operation: operation({ name, http: { method: 'GET', route } }) }),
  }) as TraceSpan;

describe('a span of a backend that keeps names in lower case', () => {
  const users = operation({ http: { method: 'GET', route: '/Users' } });

  it('is a call of a route that it may have been, but not where its attribute names another one', () => {
    assert.equal(isCallOf(span('GET /Users', '/Users'), users, lowerCase), true);
    assert.equal(isCallOf(span('get /users'), users, lowerCase), true);
    assert.equal(isCallOf(span('GET /users', '/users'), users, lowerCase), false);
    assert.equal(isCallOf(span('get /users', '/users'), users, lowerCase), false);
  });

  it('is no call of an operation that its proven name contradicts', () => {
    const pack = operation({ name: 'PackOrder' });
    assert.equal(isCallOf(span('packorder'), pack, lowerCase), true);
    assert.equal(isCallOf(span('packOrder'), pack, lowerCase), false);
  });
});
