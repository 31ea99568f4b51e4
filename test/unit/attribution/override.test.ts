import assert from 'node:assert/strict';
import { createAttributor } from '../../../src/attribution/attributor.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import type { AttributionOverride } from '../../../src/domain/workspace.ts';
import { noFacts } from './noFacts.ts';

const operation = (more: Partial<Operation>): Operation => ({
  id: JSON.stringify(more) as OperationId,
  service: serviceKey('shop'),
  source: 'span',
  kind: 'server',
  name: 'p.S/M',
  scope: 's',
  ...more,
});

describe('a decision in prodlens.json', () => {
  const decided = (override: AttributionOverride, more: Partial<Operation>): string =>
    createAttributor({ ...noFacts, overrides: [override] }).attribute(operation(more)).explanation;
  const said = /prodlens\.json says that no function owns it/;

  it('about a request that a service takes is none about one that it makes', () => {
    const rpc = { service: 'shop', rpc: 'p.S/M', function: null };
    const of = { rpc: { method: 'p.S/M' } };
    assert.match(decided(rpc, of), said);
    assert.doesNotMatch(decided(rpc, { ...of, kind: 'client' }), said);
  });

  it('about a span below one request is none about the same span below another', () => {
    const inner = { span: 'findOne', in: 'GET /a', function: null };
    const entry = (name: string) => ({ id: name as OperationId, name });
    const of = (name: string) =>
      ({ kind: 'internal', name: 'findOne', entry: entry(name) }) as const;
    assert.match(decided(inner, of('GET /a')), said);
    assert.doesNotMatch(decided(inner, of('GET /b')), said);
  });
});
