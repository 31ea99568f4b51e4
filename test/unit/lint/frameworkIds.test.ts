import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { endpointFrameworks } from '../../../src/symbols/frameworks/endpoints/registry.ts';
import { queryPatterns } from '../../../src/symbols/frameworks/queryPatterns.ts';
import { frameworks } from '../../../src/symbols/frameworks/registry.ts';

const root = path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'src');
const registries = [
  'symbols/frameworks/registry.ts',
  'symbols/frameworks/endpoints/registry.ts',
  'symbols/frameworks/queryPatterns.ts',
  'symbols/frameworks/requestPatterns.ts',
];
const ids: ReadonlySet<string> = new Set(
  [...frameworks, ...endpointFrameworks, ...queryPatterns].map((declared) => declared.id),
);

/** The frameworks’ own files: what the registries import and what gives an id. */
const declarations = new Set(
  registries.flatMap((registry) => [
    registry,
    ...ts
      .preProcessFile(readFileSync(path.join(root, registry), 'utf8'))
      .importedFiles.map((file) => path.posix.join(path.posix.dirname(registry), file.fileName))
      .filter((file) => /^ {2}id: '/m.test(readFileSync(path.join(root, file), 'utf8'))),
  ]),
);

/** Words that mean something else. */
const otherMeanings: ReadonlySet<string> = new Set([
  // What Tempo's endpoint of this name answers.
  'telemetry/tempo/probe.ts: echo',
]);

const word = (text: string): RegExp =>
  new RegExp(`(?<![\\w-])${text.replace(/\W/g, '\\\\?\\$&\\??')}(?![\\w-])`);

/** Names of instrumentation scopes are the telemetry's words, which may hold a framework's. */
const speaksOfScopes = 'instrumentation';

/** Ids of frameworks that a file's texts are, and that its regular expressions speak of. */
function idsIn(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && ids.has(node.text)) found.push(node.text);
    if (ts.isRegularExpressionLiteral(node) && !node.text.includes(speaksOfScopes))
      for (const id of ids) if (word(id).test(node.text)) found.push(`${id} in ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('any.ts', text, ts.ScriptTarget.Latest));
  return found;
}

describe('ids of frameworks', () => {
  it('stand in the frameworks’ own files and in no other: what differs is an option of the declaration', () => {
    const found: string[] = [];
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const file = name.split(path.sep).join('/');
      if (!file.endsWith('.ts') || declarations.has(file)) continue;
      for (const id of idsIn(readFileSync(path.join(root, name), 'utf8')))
        found.push(`${file}: ${id}`);
    }
    assert.deepEqual(
      found.filter((one) => !otherMeanings.has(one)),
      [],
    );
  });

  it('are found in texts and in regular expressions', () => {
    assert.deepEqual(idsIn("const a = new Set(['axum', 'other']);"), ['axum']);
    assert.equal(idsIn(String.raw`const a = /fastapi|net\/?http/i;`).length, 2);
    assert.deepEqual(idsIn('const next = (await it).next();'), []);
  });
});
