import assert from 'node:assert/strict';
import { serviceKey } from '../../../../src/domain/service.ts';
import { Baselines } from '../../../../src/symbols/drift/baselines.ts';
import { functionTexts } from '../../../../src/symbols/drift/functionTexts.ts';
import { compareFunctions } from '../../../../src/symbols/drift/compareFunctions.ts';
import { testPool, withSource } from '../grammars.ts';

const release = { service: serviceKey('shop'), version: '1' };

const before = `
export function total(items) {
  return items.reduce((sum, item) => sum + item.price, 0);
}

export class Cart {
  add(item) {
    this.items.push(item);
    this.changed = true;
    this.notify('added', item);
    return this;
  }
  clear() {
    this.items = [];
  }
}
`;

describe('functions beside those of a release', () => {
  const pool = testPool();
  after(() => {
    pool.dispose();
  });
  const texts = (text: string) =>
    withSource(pool, 'javascript', text, (file) => functionTexts(file.functions, text));
  const drift = async (now: string) => compareFunctions(await texts(now), await texts(before));

  it('layout alone is no change', async () => {
    const moved = `// a line above\n\n${before.replaceAll('  ', '    ').replaceAll('\n', '\r\n')}`;
    assert.deepEqual(await drift(moved), {});
  });

  it('tells the edited function and what contains it, and no other', async () => {
    assert.deepEqual(await drift(before.replace('item.price', 'item.price * 2')), {
      total: 'edited',
    });
    assert.deepEqual(await drift(before.replace('this.items = []', 'this.items.length = 0')), {
      Cart: 'edited',
      'Cart.clear': 'edited',
    });
  });

  it('tells a new function from a renamed one', async () => {
    const renamed = before.replace('add(item)', 'put(item)').replace('total(items)', 'sum(items)');
    const found = await drift(`${renamed}\nexport function fresh() {\n  return 1;\n}\n`);
    assert.deepEqual(found, {
      sum: 'edited',
      Cart: 'edited',
      'Cart.put': 'edited',
      fresh: 'absent',
    });
  });

  it('keeps what is used or open, and says what it dropped', () => {
    const baselines = new Baselines();
    const given = [{ commit: 'c1', text: before, releases: [release] }];
    const isOpen = (path: string): boolean => path === '/w/open.js';
    const set = (path: string) => baselines.set(path, given, isOpen);
    assert.deepEqual(['/w/open.js', '/w/used.js', '/w/compared.js', '/w/idle.js'].flatMap(set), []);
    for (let i = 4; i < 300; i++) set(`/w/${i}.js`);
    baselines.releaseFile('/w/used.js', release, before, () => []);
    baselines.compare('/w/compared.js', before, [], () => []);
    assert.deepEqual(set('/w/one.js'), ['/w/idle.js']);
    assert.deepEqual(set('/w/another.js'), ['/w/4.js']);
    for (const name of ['open', 'used', 'compared']) assert.ok(baselines.has(`/w/${name}.js`));
    assert.ok(!baselines.has('/w/idle.js'));
  });

  it('a file that the release doesn’t have has only new functions', async () => {
    const baselines = new Baselines();
    baselines.set('/w/a.js', [
      { commit: 'c1', text: null },
      { commit: 'c2', text: before },
    ]);
    await withSource(pool, 'javascript', before, (file) => {
      const compare = () =>
        baselines.compare('/w/a.js', before, file.functions, (text) =>
          text === before ? file.functions : undefined,
        );
      assert.deepEqual(compare(), [
        {
          commit: 'c1',
          functions: {
            total: 'absent',
            Cart: 'absent',
            'Cart.add': 'absent',
            'Cart.clear': 'absent',
          },
        },
        { commit: 'c2', functions: {} },
      ]);
      assert.deepEqual(baselines.last('/w/a.js'), compare());
      baselines.set('/w/a.js', []);
      assert.deepEqual(compare(), []);
    });
  });
});
