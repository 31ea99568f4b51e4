import assert from 'node:assert/strict';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { SeenStack } from '../../../../src/symbols/contract.ts';
import type { FrameFiles } from '../../../../src/symbols/frames/locateStack.ts';
import { StackBook } from '../../../../src/symbols/frames/stackBook.ts';

const files: FrameFiles = {
  sourceOf: () => undefined,
  fileOf: (path) => path.replace('/srv', '/w'),
};
const seen = (id: string, ...paths: readonly string[]): SeenStack => ({
  stack: {
    id,
    thrown: true,
    frames: paths.map((filePath) => ({ functionName: 'f', filePath, line: 1 })),
  },
  release: { service: serviceKey('shop'), version: '1' },
});

describe('the book of stacks', () => {
  it('says which files look different, and that none do when it is given what it has', () => {
    const book = new StackBook();
    const one = seen('1', '/srv/a.js', '/srv/node_modules/x/b.js', '/srv/c.js');
    assert.deepEqual([...book.set([one], files)].sort(), ['/w/a.js', '/w/c.js']);
    assert.deepEqual([...book.set([one], files)], []);
    assert.deepEqual([...book.set([seen('2', '/srv/d.js')], files)].sort(), [
      '/w/a.js',
      '/w/c.js',
      '/w/d.js',
    ]);
    assert.deepEqual([...book.set([], files)], ['/w/d.js']);
  });
});
