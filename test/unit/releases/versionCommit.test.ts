import assert from 'node:assert/strict';
import { revisionsOf } from '../../../src/releases/versionCommit.ts';

const full = '4f0c1b2a9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a';
const guesses = (
  version: string,
  more: { commit?: string; rule?: string; service?: string } = {},
) => revisionsOf({ version, service: 'shop', ...more }).map((g) => `${g.revision} ${g.confidence}`);

describe('from a version to git revisions, surest first', () => {
  it('believes a commit that the telemetry names', () => {
    assert.equal(guesses('1.4.0', { commit: full })[0], `${full} exact`);
    assert.ok(!guesses('1.4.0', { commit: 'main' }).some((g) => g.startsWith('main')));
  });

  it('finds full hashes, also behind +, but takes no digest of an image for one', () => {
    assert.equal(guesses(`1.2.3+${full}`)[0], `${full} exact`);
    assert.equal(guesses(full.toUpperCase())[0], `${full} exact`);
    const digest = `${full}${full.slice(0, 24)}`;
    for (const version of [`1.2@sha256:${digest}`, `sha256:${digest}`])
      assert.ok(!guesses(version).some((g) => digest.startsWith(g.slice(0, 7))), version);
  });

  it('reads what git describe prints', () => {
    assert.equal(guesses('v1.4.0-12-g4f0c1b2')[0], '4f0c1b2 exact');
    assert.equal(guesses('v1.4.0-12-g4f0c1b2-dirty')[0], '4f0c1b2 strong');
  });

  it('takes a word of hex for a hash only when it has a letter', () => {
    assert.equal(guesses('a01dbef8')[0], 'a01dbef8 strong');
    assert.ok(!guesses('20261126').some((g) => g.endsWith('strong')));
  });

  it('tries the tags of a repository of one service and of several', () => {
    const tags = guesses('2.3.1+build.7');
    for (const tag of ['2.3.1+build.7', 'v2.3.1+build.7', 'shop-2.3.1+build.7', 'v2.3.1', '2.3.1'])
      assert.ok(tags.includes(`refs/tags/${tag} exact`), tag);
    assert.ok(guesses('v2').includes('refs/tags/2 exact'));
    assert.ok(guesses('2').includes('refs/tags/shop@2 exact'));
  });

  it('follows a rule of prodlens.json, and survives a wrong one', () => {
    assert.equal(guesses('build-77-rel9', { rule: '-(rel\\d+)$' })[0], 'refs/tags/rel9 exact');
    assert.equal(guesses('x-4f0c1b2', { rule: 'x-(.+)' })[0], '4f0c1b2 exact');
    assert.doesNotThrow(() => guesses('1', { rule: '((' }));
  });

  it('gives git nothing that it could read as an option, a range or another revision', () => {
    for (const version of [
      '--upload-pack=x',
      'a..b',
      'x^{/y}',
      'HEAD~3',
      'a b',
      'x:y',
      '@{-1}',
      '../x',
    ])
      for (const { revision } of revisionsOf({ version, service: '--x', rule: '(.*)' }))
        assert.match(revision, /^(?:[0-9a-f]+|refs\/tags\/[A-Za-z0-9][\w+@/.-]*)$/, revision);
    assert.deepEqual(revisionsOf({ version: '', service: 'shop' }), []);
  });
});
