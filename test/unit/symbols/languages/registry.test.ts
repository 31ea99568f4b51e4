import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  families,
  familyOf,
  runtimes,
} from '../../../../src/symbols/frameworks/families/registry.ts';
import { frameworks } from '../../../../src/symbols/frameworks/registry.ts';
import { spanPatterns } from '../../../../src/symbols/frameworks/spanPatterns.ts';
import {
  isTestPath,
  languageOfPath,
  languages,
} from '../../../../src/symbols/languages/registry.ts';
import { grammarFile } from '../grammars.ts';

describe('registry of languages', () => {
  it('has each id and extension once, with a grammar that is installed and a family that exists', () => {
    const extensions = languages.flatMap((language) => language.extensions);
    assert.deepEqual(extensions, [...new Set(extensions)]);
    assert.equal(new Set(languages.map(({ id }) => id)).size, languages.length);
    for (const { id, grammar, family, extensions } of languages) {
      assert.ok(existsSync(grammarFile(`tree-sitter-${grammar}.wasm`)), grammar);
      assert.equal(familyOf(id)?.id, family);
      for (const extension of extensions) assert.equal(languageOfPath(`a/b${extension}`), id);
    }
  });

  it('has a family for every framework and pattern of spans, and files for every runtime', () => {
    const ids = new Set(families.map(({ id }) => id));
    for (const { family } of [...frameworks, ...spanPatterns]) assert.ok(ids.has(family), family);
    for (const { extensions } of runtimes) assert.ok(extensions.length > 0);
  });

  it('knows test files by their language, and folders of tests in every language', () => {
    for (const file of [
      'src/a.test.ts',
      'test_app.py',
      'pkg/a_test.go',
      'src/AppTests.java',
      'tests/x.go',
      'checkout/src/endToEndTest/java/App.java',
      'apps/web/playwright/setup.ts',
      'packages/app-tests/seed.ts',
      'integration-tests/http/helpers.ts',
      'web-e2e/src/pages.ts',
    ])
      assert.equal(isTestPath(file), true, file);
    for (const file of [
      'src/a.ts',
      'a_test.ts',
      'contest/app.py',
      'src/Contest.java',
      'src/e2ee/keys.ts',
      'a.txt',
    ])
      assert.equal(isTestPath(file), false, file);
  });
});
