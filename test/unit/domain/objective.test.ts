import assert from 'node:assert/strict';
import type { FunctionId } from '../../../src/domain/functionDecl.ts';
import { limitsOf, objectivesOfFile, type Objective } from '../../../src/domain/objective.ts';
import { serviceKey } from '../../../src/domain/service.ts';

const objectives: readonly Objective[] = [
  { service: 'shop', p95Ms: 900, errorRatio: 0.05 },
  { path: 'api', p95Ms: 800 },
  { path: 'api/orders', service: 'shop', p95Ms: 650 },
  { path: 'api/orders', p95Ms: 700 },
  { path: 'api/orders/read.ts', p95Ms: 600 },
  { function: 'api/orders/write.ts#Orders.add', p95Ms: 500 },
  { function: 'api/orders/write.ts#Orders.add', service: 'back/shop', p95Ms: 400 },
];
const shop = serviceKey('shop', 'back');
const limits = (file: string, name: string, service = shop) =>
  limitsOf(objectivesOfFile(objectives, file), `${file}#${name}` as FunctionId, service);

describe('objectives', () => {
  it('hold for what is closest, each limit by itself', () => {
    const errorRatio = 0.05;
    assert.deepEqual(limits('main.ts', 'main'), { p95Ms: 900, errorRatio });
    assert.deepEqual(limits('api/a.ts', 'a'), { p95Ms: 800, errorRatio });
    assert.deepEqual(limits('api/orders/a.ts', 'a'), { p95Ms: 650, errorRatio });
    assert.deepEqual(limits('api/orders/read.ts', 'a'), { p95Ms: 600, errorRatio });
    assert.deepEqual(limits('api/orders/write.ts', 'Orders.add'), { p95Ms: 400, errorRatio });
    assert.deepEqual(limits('api/orders/write.ts', 'Orders.addAll'), { p95Ms: 650, errorRatio });
  });

  it('are about their service, with or without its namespace, and no other', () => {
    const other = serviceKey('shop-admin');
    assert.deepEqual(limits('api/orders/write.ts', 'Orders.add', other), { p95Ms: 500 });
    assert.deepEqual(limits('api/orders/a.ts', 'a', other), { p95Ms: 700 });
    assert.equal(limits('main.ts', 'main', other), undefined);
    assert.equal(limits('apiary/a.ts', 'a', other), undefined, 'a folder is no prefix of a name');
  });

  it('of the whole repository hold everywhere, after every other path', () => {
    const all = objectivesOfFile([{ path: '', p95Ms: 1 }, ...objectives], 'api/a.ts');
    assert.deepEqual(
      all.map(({ p95Ms }) => p95Ms),
      [800, 1, 900],
    );
  });
});
