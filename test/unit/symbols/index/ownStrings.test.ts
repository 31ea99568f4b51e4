import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ownStrings } from '../../../../src/symbols/index/ownStrings.ts';

describe('strings of their own', () => {
  it('say the same, at every depth', () => {
    const text = 'a long enough line of some source text';
    const made = () => ({
      name: text.slice(2, 30),
      short: text.slice(0, 3),
      list: [text.slice(4, 30), { call: text.slice(7), at: 3 }, null, [text.slice(1)]],
      none: null,
      count: 3,
    });
    assert.deepEqual(ownStrings(made()), made());
    assert.equal(ownStrings(text), text);
    assert.equal(ownStrings(null), null);
  });

  it('don’t keep the text alive that they were cut from', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = (keep: (cut: string) => string): number => {
      collect();
      const before = process.memoryUsage().heapUsed;
      const kept: string[] = [];
      for (let i = 0; i < 50; i += 1) kept.push(keep(`${i}${'x'.repeat(1_000_000)}`.slice(1, 40)));
      collect();
      const grown = process.memoryUsage().heapUsed - before;
      assert.equal(kept.length, 50);
      return grown;
    };
    assert.ok(held((cut) => cut) > 25_000_000, 'views of the texts hold them');
    assert.ok(held(ownStrings) < 5_000_000);
  });
});
