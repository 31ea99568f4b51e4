import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { frameworks } from '../../../src/symbols/frameworks/registry.ts';
import { renderFrameworks } from '../attribution/frameworksDocument.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

describe('docs/frameworks.md', function () {
  this.timeout(60_000);
  let rendered: string;
  before(async () => {
    rendered = await renderFrameworks();
  });

  it('says what the fixtures show', () => {
    const written = readFileSync(path.join(root, 'docs/frameworks.md'), 'utf8');
    assert.ok(written === rendered, 'write it anew: node scripts/frameworks-doc.mjs');
  });

  for (const { id } of frameworks)
    it(`shows that ${id} is resolved`, () => {
      const line = rendered.split('\n').find((text) => text.startsWith(`| ${id} |`));
      assert.match(line ?? '', /^\| [^|]+ \| [1-9]/, 'no fixture resolves an operation of it');
    });
});
