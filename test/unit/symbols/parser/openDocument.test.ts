import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { LanguageId } from '../../../../src/domain/functionDecl.ts';
import { OpenDocument } from '../../../../src/symbols/buffer/openDocument.ts';
import { asEditorText, Text } from '../../../../src/symbols/buffer/text.ts';
import type { TextEdit } from '../../../../src/symbols/contract.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import { projectRoot, testPool } from '../grammars.ts';

const name = { path: '/w/src/file', relativePath: 'src/file' };
const fixture = (file: string): string =>
  readFileSync(path.join(projectRoot, 'test/fixtures/symbols', file), 'utf8');

/** Whole statements, also some that change what the next one is. */
const statements = [
  'function q() {}\n',
  'function q(a: string): void;\n',
  '\nexport function createApp(a: string): void;\n',
  '\n@Injectable()\n',
  '// note\n',
  'class C { m() { return () => 1; } }\n',
];

/** An editor's positions are never between CR and LF. */
const betweenCharacters = (text: string, at: number): number =>
  text.startsWith('\r\n', at - 1) ? at - 1 : at;

const replace = (text: string, from: string, to: string): TextEdit => {
  const lines = Text.of(text);
  const at = text.indexOf(from);
  assert.ok(at >= 0);
  const range = { start: lines.positionAt(at), end: lines.positionAt(at + from.length) };
  return { range, text: to };
};

describe('a document that is being edited', () => {
  const pool = testPool();
  after(() => {
    pool.dispose();
  });
  const open = async (language: LanguageId, text: string): Promise<OpenDocument> => {
    const document = new OpenDocument(await pool.load(language), name, { version: 1, text });
    document.settle();
    return document;
  };

  it('keeps what it had when the text is nested too deeply to be read', async () => {
    const good = 'export function kept() {}\n';
    const document = await open('typescript', good);
    const end = Text.of(good).positionAt(good.length);
    const n = 8_000;
    const deep = `const f = ${'() => {\n'.repeat(n)}${'}\n'.repeat(n)};\n`;
    assert.ok(document.edit(2, [{ range: { start: end, end }, text: deep }]));
    assert.ok(document.settle());
    assert.equal(document.status, 'lastGood');
    assert.deepEqual(
      document.functions.map((f) => f.name),
      ['kept'],
    );
    assert.equal(document.functionsOf(deep), undefined);
  });

  for (const file of [
    'typescript.ts',
    'component.tsx',
    'app.py',
    'main.go',
    'OwnerController.java',
  ])
    it(`reads ${file} after random edits as if it were opened anew`, async function () {
      this.timeout(60_000);
      const language = languageOfPath(file);
      assert.ok(language);
      const lf = fixture(file);
      let compared = 0;
      for (const text of [lf, lf.replaceAll('\n', '\r\n')]) {
        const pieces = ['', 'x', '\n', '\r\n', '😀', 'ä', '}', '{', '(', '"', ...statements];
        const edits = fc.array(
          fc.tuple(fc.nat(), fc.nat(40), fc.constantFrom(...pieces), fc.constantFrom(0, 1, 1, 1)),
          { minLength: 1, maxLength: 6 },
        );
        await fc.assert(
          fc.asyncProperty(edits, async (changes) => {
            const document = await open(language, text);
            let version = 1;
            const change = (start: number, end: number, inserted: string): void => {
              const now = Text.of(document.content);
              const range = { start: now.positionAt(start), end: now.positionAt(end) };
              assert.ok(document.edit(++version, [{ range, text: inserted }]));
              document.settle();
            };
            for (const [at, length, inserted, undone] of changes) {
              const before = document.content;
              const start = betweenCharacters(before, at % before.length);
              const end = betweenCharacters(before, Math.min(start + length, before.length));
              change(start, end, inserted);
              // Most edits are taken back, so that many texts are valid again.
              if (undone === 1 && document.content !== before)
                change(start, start + inserted.length, before.slice(start, end));
            }
            const anew = await open(language, document.content);
            const loaded = await pool.load(language);
            const tree = loaded.parse(document.content);
            // Recovery from errors may differ by the way there; valid text may not.
            if (tree?.rootNode.hasError === false) {
              compared++;
              assert.equal(document.status, 'fresh');
              assert.deepEqual(document.functions, anew.functions);
              assert.deepEqual(document.symbols.facts, anew.symbols.facts);
            }
            tree?.delete();
            document.dispose();
            anew.dispose();
          }),
          { numRuns: 40, seed: 7 },
        );
      }
      assert.ok(compared > 5, `only ${compared} texts were valid`);
    });

  it('applies several edits of one version from the bottom up, as the editor sends them', async () => {
    const text = 'function a() {}\r\nfunction b() {}\r\n';
    const document = await open('javascript', text);
    const edits = [replace(text, 'b', 'second'), replace(text, 'a()', 'first()')];
    assert.ok(document.edit(2, edits));
    document.settle();
    assert.equal(document.content, 'function first() {}\r\nfunction second() {}\r\n');
    assert.deepEqual(
      document.functions.map((f) => f.name),
      ['first', 'second'],
    );
  });

  it('keeps the last good functions, moved along, while the text cannot be parsed', async () => {
    const text = 'function a() {\n  one();\n}\n\nfunction b() {\n  two();\n}\n';
    const document = await open('javascript', text);
    const broken = replace(text, 'function a() {', '\n\nfunction ((( {{{ a(');
    assert.ok(document.edit(2, [broken]));
    document.settle();
    assert.equal(document.status, 'lastGood');
    const b = document.functions.find((f) => f.name === 'b');
    assert.equal(b?.declarationLine, 6);
    assert.equal(document.functions.length, 2);
    assert.ok(
      document.edit(3, [replace(document.content, 'function ((( {{{ a(', 'function a() {')]),
    );
    document.settle();
    assert.equal(document.status, 'fresh');
    assert.deepEqual(
      document.functions.map((f) => [f.name, f.declarationLine]),
      [
        ['a', 2],
        ['b', 6],
      ],
    );
  });

  it('lets a function go whose text was deleted, even in a broken text', async () => {
    const text = 'function a() {}\nfunction b() {}\nfunction c() {}\n';
    const document = await open('javascript', text);
    const edits = [
      replace(text, 'function c() {}', 'function c( {{'),
      replace(text, 'function b() {}\n', ''),
    ];
    assert.ok(document.edit(2, edits));
    document.settle();
    assert.deepEqual(
      document.functions.map((f) => f.name).filter((n) => n === 'b'),
      [],
    );
    assert.ok(document.functions.some((f) => f.name === 'a'));
  });

  it('sees that a statement written before an unchanged one belongs to it', async () => {
    const text = 'let x;\nfunction f(a: unknown) {}\n';
    const document = await open('typescript', text);
    assert.ok(document.edit(2, [replace(text, 'let x;', 'function f(a: string): void;')]));
    document.settle();
    const [f] = document.functions;
    assert.deepEqual([f?.range.start.line, f?.declarationLine], [0, 1]);
    assert.ok(document.edit(3, [replace(document.content, 'function f(a: string)', 'let g')]));
    document.settle();
    assert.equal(document.functions[0]?.range.start.line, 1);
  });

  it('refuses an edit that belongs to another text', async () => {
    const document = await open('javascript', 'let a;\n');
    const outside = { start: { line: 9, character: 0 }, end: { line: 9, character: 0 } };
    assert.equal(document.edit(2, [{ range: outside, text: 'x' }]), false);
    const column = { start: { line: 0, character: 99 }, end: { line: 0, character: 99 } };
    assert.equal(document.edit(2, [{ range: column, text: 'x' }]), false);
    assert.equal(document.edit(1, []), false, 'a version already seen');
  });

  it('shows text as the editor does: no byte-order mark, a lone CR breaks a line', () => {
    assert.equal(asEditorText('\uFEFFa\rb\r\nc'), 'a\nb\r\nc');
  });
});
