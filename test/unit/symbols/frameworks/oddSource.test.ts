import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createAttributor } from '../../../../src/attribution/attributor.ts';
import type { FunctionDecl } from '../../../../src/domain/functionDecl.ts';
import {
  extractFacts,
  linkFacts,
  type IndexedFile,
} from '../../../../src/symbols/frameworks/facts.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import { readSource } from '../../../../src/symbols/parser/extractFunctions.ts';
import type { ParserPool } from '../../../../src/symbols/parser/parserPool.ts';
import { fixtures, operationOf, readExpected, tablesOf } from '../../attribution/expectations.ts';
import { testPool } from '../grammars.ts';

/** Numbers that look random and are the same in every run (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Change = (text: string, random: () => number) => string;

const someLines =
  (change: (lines: string[], random: () => number) => void): Change =>
  (text, random) => {
    const lines = text.split('\n');
    for (let i = 0; i < 3; i += 1) change(lines, random);
    return lines.join('\n');
  };
const pick = (length: number, random: () => number): number => Math.floor(random() * length);

/** What people have in their editors between two sensible states. */
const changes: Readonly<Record<string, Change>> = {
  'cut off': (text, random) => text.slice(0, pick(text.length, random)),
  'lines missing': someLines((lines, random) => lines.splice(pick(lines.length, random), 1)),
  'lines swapped': someLines((lines, random) => {
    const [a, b] = [pick(lines.length, random), pick(lines.length, random)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  }),
  'lines twice': someLines((lines, random) => {
    const at = pick(lines.length, random);
    lines.splice(at, 0, lines[at] ?? '');
  }),
  'brackets gone': (text, random) => text.replace(/[()[\]{}]/g, (c) => (random() < 0.1 ? '' : c)),
  'names alike': (text, random) => {
    const names = [...new Set(text.match(/\b[a-z]\w{2,}\b/gi) ?? [])];
    const [a, b] = [names[pick(names.length, random)], names[pick(names.length, random)]];
    return a === undefined || b === undefined ? text : text.replaceAll(a, b);
  },
  'arguments gone': (text, random) =>
    text.replace(/\([^()]*\)/g, (c) => (random() < 0.2 ? '()' : c)),
};

describe('sources in any state', function () {
  this.timeout(120_000);
  let pool: ParserPool;
  before(() => {
    pool = testPool();
  });
  after(() => {
    pool.dispose();
  });

  async function read(fixture: string, change: Change, random: () => number) {
    const files = new Map<string, IndexedFile>();
    const functions: FunctionDecl[] = [];
    const folder = path.join(fixtures, fixture);
    for (const name of readdirSync(folder, { recursive: true }) as string[]) {
      const language = languageOfPath(name);
      if (language === undefined) continue;
      const file = path.join(folder, name);
      const loaded = await pool.load(language);
      const text = change(readFileSync(file, 'utf8'), random);
      const tree = loaded.parse(text);
      assert.ok(tree);
      const source = readSource(loaded, tree, text, { path: file, relativePath: name });
      files.set(file, {
        facts: extractFacts(source),
        functions: source.functions,
        relativePath: name,
        folder,
      });
      for (const decl of source.functions) functions.push(decl);
      tree.delete();
    }
    return { files, functions };
  }

  for (const fixture of readdirSync(fixtures).sort())
    it(`${fixture}: are read, linked and asked without a throw`, async () => {
      const expected = readExpected(fixture);
      for (const [name, change] of Object.entries(changes))
        for (const seed of [1, 2]) {
          const { files, functions } = await read(fixture, change, numbersFrom(seed));
          try {
            const linked = linkFacts(files);
            const none = { services: [], explanation: '' };
            const facts = { ...linked, functions, overrides: [], servicesOf: () => none };
            const attributor = createAttributor(facts);
            const tables = tablesOf(facts);
            for (const row of expected.operations)
              attributor.attribute(operationOf(expected, row, tables));
          } catch (error) {
            throw new Error(`${name}, seed ${seed}: ${String(error)}`, { cause: error });
          }
        }
    });
});
