import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { extractFacts, linkFacts } from '../../../../src/symbols/frameworks/facts.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import { fixtures } from '../../attribution/expectations.ts';
import { testPool, withSource } from '../grammars.ts';

/** Places that each text is cut at: in the middle of whatever is written there. */
const cuts = 9;

describe('facts of text that ends anywhere', () => {
  const pool = testPool();
  after(() => {
    pool.dispose();
  });

  for (const fixture of ['actix', 'axum', 'aspnet', 'rails', 'laravel'])
    it(`of ${fixture} are read and linked without an error`, async () => {
      for (const name of readdirSync(path.join(fixtures, fixture), { recursive: true })) {
        const relativePath = String(name);
        const language = languageOfPath(relativePath);
        if (language === undefined) continue;
        const file = path.join(fixtures, fixture, relativePath);
        const text = readFileSync(file, 'utf8');
        for (let i = 0; i < cuts; i += 1) {
          const cut = text.slice(0, Math.floor((text.length * i) / cuts));
          await withSource(pool, language, cut, (source) => {
            const facts = extractFacts({ ...source, relativePath });
            const files = new Map([
              [file, { facts, functions: source.functions, relativePath, folder: fixtures }],
            ]);
            assert.ok(Array.isArray(linkFacts(files).routes));
          });
        }
      }
    }).timeout(60_000);
});
