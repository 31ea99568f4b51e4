import assert from 'node:assert/strict';
import { missingSpans } from '../../../src/presentation/viewModels/missingSpans.ts';

describe('what is missing of a trace', () => {
  it('is told, each in a sentence of its own', () => {
    assert.deepEqual(missingSpans({}), []);
    assert.deepEqual(missingSpans({ droppedSpans: 0, unreadableSpans: 0 }), []);
    assert.match(
      missingSpans({ unreadableSpans: 1 })[0] ?? '',
      /^1 span of this trace can’t be read/,
    );
    assert.match(missingSpans({ unreadableSpans: 12 })[0] ?? '', /^12 spans .* are left out/);
    assert.equal(missingSpans({ droppedSpans: 3, unreadableSpans: 2, partial: true }).length, 3);
  });
});
