import assert from 'node:assert/strict';
import { inOrderOfChoice } from '../../../src/rollback/preferredTargets.ts';
import { target } from './builders.ts';

const targets = ['us', 'eu', 'asia'].map((name) => target({}, { name }));
const folders = [
  { folder: '/w/shop', names: ['asia', 'gone', 'eu'] },
  { folder: '/w/sh', names: ['us'] },
];
const names = (file: string | undefined): readonly string[] =>
  inOrderOfChoice(targets, folders, file).map(({ name }) => name);

describe('deploy targets', () => {
  it('that prodlens.json names for the file come first, in its order; none is added or left out', () => {
    assert.deepEqual(names('/w/shop/api/a.ts'), ['asia', 'eu', 'us']);
    assert.deepEqual(names('/w/sh/a.ts'), ['us', 'eu', 'asia']);
    assert.deepEqual(names('/elsewhere/a.ts'), ['us', 'eu', 'asia']);
  });

  it('without a function are ordered by all of the workspace', () => {
    assert.deepEqual(names(undefined), ['asia', 'eu', 'us']);
  });
});
