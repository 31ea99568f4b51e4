import assert from 'node:assert/strict';
import { decisionFor, withDecision } from '../../../src/config/attributionDecision.ts';
import { decodeProdlensJson } from '../../../src/config/prodlensJson.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';

const operation = (more: Partial<Operation>): Operation => ({
  id: 'o' as OperationId,
  service: serviceKey('shop'),
  source: 'span',
  kind: 'server',
  name: 'GET /x',
  scope: 's',
  ...more,
});

describe('a decision about an ambiguous owner', () => {
  it('names the telemetry by what tells it apart', () => {
    const decided = (more: Partial<Operation>) => decisionFor(operation(more), 'a.ts#f');
    assert.deepEqual(decided({ http: { method: 'GET', route: '/x' } }), {
      service: 'shop',
      method: 'GET',
      route: '/x',
      function: 'a.ts#f',
    });
    assert.deepEqual(decided({ rpc: { method: 'p.S/M' } }), {
      service: 'shop',
      rpc: 'p.S/M',
      function: 'a.ts#f',
    });
    const entry = { id: 'e' as OperationId, name: 'GET /y' };
    assert.deepEqual(decided({ kind: 'internal', name: 'findOne', entry }), {
      service: 'shop',
      span: 'findOne',
      in: 'GET /y',
      function: 'a.ts#f',
    });
  });

  it('is put into prodlens.json, which keeps its comments, and is read back', () => {
    const text = '{\n  // whose is it\n  "services": [{ "folder": "a", "service": "shop" }],\n}\n';
    const decision = decisionFor(operation({ http: { method: 'GET', route: '/x' } }), 'a.ts#f');
    const once = withDecision(text, decision);
    assert.match(once, /\/\/ whose is it/);
    const { value, problems } = decodeProdlensJson(once.replace('// whose is it', ''));
    assert.deepEqual([value.attributions, problems], [[decision], []]);
    assert.equal(value.services.length, 1);
  });

  it('replaces an earlier one about the same telemetry, and makes the file where there is none', () => {
    const first = decisionFor(operation({ name: 'run' }), 'a.ts#f');
    const none = decisionFor(operation({ name: 'run' }), null);
    const other = decisionFor(operation({ name: 'walk' }), 'a.ts#g');
    let text = withDecision('', first);
    assert.ok(text.endsWith('}\n'));
    text = withDecision(withDecision(text, other), none);
    assert.deepEqual(decodeProdlensJson(text).value.attributions, [none, other]);
  });
});
