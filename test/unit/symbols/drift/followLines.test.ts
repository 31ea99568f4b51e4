import assert from 'node:assert/strict';
import { followLines } from '../../../../src/symbols/drift/followLines.ts';

describe('lines of an earlier text', () => {
  const before = 'a\nb\nc\nd\n';

  it('are followed past lines that came, went or changed; what changed itself is nowhere', () => {
    const follow = followLines(before, 'new\na\nB\nc\n');
    assert.deepEqual([0, 1, 2, 3, 4, 9].map(follow), [1, undefined, 3, undefined, 4, undefined]);
  });

  it('are the same in the same text, whatever its line ends', () => {
    const follow = followLines(before, before.replaceAll('\n', '\r\n'));
    assert.deepEqual([0, 1, 2, 3].map(follow), [0, 1, 2, 3]);
  });

  it('are nowhere in a text that has next to nothing of it', () => {
    const many = (word: string) =>
      Array.from({ length: 3_000 }, (_, i) => `${word} ${i}`).join('\n');
    assert.equal(followLines(many('x'), many('y'))(1), undefined);
  });
});
