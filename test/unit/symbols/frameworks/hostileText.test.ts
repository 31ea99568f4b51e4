import assert from 'node:assert/strict';
import { EndpointIndex } from '../../../../src/attribution/endpointIndex.ts';
import { routeMatcher } from '../../../../src/domain/routeMatch.ts';
import { extractFacts, linkFacts } from '../../../../src/symbols/frameworks/facts.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import { readSource } from '../../../../src/symbols/parser/extractFunctions.ts';
import type { ParserPool } from '../../../../src/symbols/parser/parserPool.ts';
import { known } from '../../../../src/symbols/frameworks/link/text.ts';
import { ProgramPropertiesIndex } from '../../../../src/symbols/frameworks/link/programProperties.ts';
import { isHintFile, readHint } from '../../../../src/symbols/serviceHints/hints.ts';
import { testPool } from '../grammars.ts';

const size = 400_000;
const filled = (unit: string, length = size): string =>
  unit.repeat(Math.ceil(length / unit.length));
const inLines = (unit: string): string => filled(`${unit.repeat(15_000 / unit.length)}\n`);

/** Texts that an expression with two ways to read them would take minutes or hours for: each was such a case. */
const sources: readonly (readonly [file: string, what: string, text: string])[] = [
  ['a.rs', 'arrows without an end', `use axum::Router;\n${filled('->a\n')}`],
  ['a.rs', 'imports without an end', filled('use a\n')],
  ['a.rs', 'constants without a value', filled('const a:&\n')],
  ['a.rs', 'attributes of nothing', filled('#[cfg(test)]\n')],
  ['a.php', 'modifiers of nothing', `<?php\n${filled('final\n')}`],
  ['a.php', 'an import of line breaks', `<?php\nuse A\\{b${filled('\n')}c};`],
  ['A.java', 'a type and line breaks', `import a.RouterFunction;\nRouterFunction${filled('\n')}`],
  ['a.ts', 'long names', `import express from 'express';\n${inLines('a$')}`],
];

/** Texts whose statements are read as the parser gives them: what takes long is one of them, not the file. */
const statements: readonly (readonly [file: string, what: string, text: string])[] = [
  // Shorter: the parser itself needs seconds for more on a busy machine, and gives up after three.
  [
    'A.kt',
    'a string of openings',
    `val a = """${filled('${', size / 4)}"""\nfun b() = listOf(a)\n`,
  ],
  ['a.rs', 'a target of blanks', `use tracing::span;\nfn a() { span!(${filled('target: ')}) }\n`],
  ['a.go', 'a field of blanks', `package a\ntype A struct {\n\ta ${filled(' ')}b\n}\n`],
  [
    'a.go',
    'a field with tags',
    `package a\ntype A struct {\n\ta b ${'`a`'.repeat(size / 12)}\n}\n`,
  ],
  ['a.go', 'a method of slashes', `package a\ntype A interface {\n\ta()${filled('/ ')}\n}\n`],
  ['A.java', 'an annotation', `@interface A { @B("${filled('@AliasFor(')}") String a(); }\n`],
  ['a.ts', 'a path of braces', `app.get(\`${filled('}')}\`, (req) => {});\n`],
];

describe('text made to take long', function () {
  this.timeout(20_000);
  let pool: ParserPool;
  before(() => {
    pool = testPool();
  });
  after(() => {
    pool.dispose();
  });

  for (const [name, what, text] of sources)
    it(`${name}: ${what}`, async () => {
      const language = languageOfPath(name);
      assert.ok(language);
      const loaded = await pool.load(language);
      const tree = loaded.parse('');
      assert.ok(tree);
      // What is measured is reading the text, not what the parser makes of it.
      const source = readSource(loaded, tree, '', { path: `/${name}`, relativePath: name });
      extractFacts({ ...source, text });
      tree.delete();
    });

  for (const [name, what, text] of statements)
    it(`${name}: ${what}`, async () => {
      const language = languageOfPath(name);
      assert.ok(language);
      const loaded = await pool.load(language);
      const tree = loaded.parse(text);
      assert.ok(tree);
      extractFacts(readSource(loaded, tree, text, { path: `/${name}`, relativePath: name }));
      tree.delete();
    });

  it('names that lead to many others', async () => {
    const eight = (name: string): string => Array(8).fill(name).join(' + ');
    const names = Array.from({ length: 11 }, (_, i) => `const s${i + 1} = ${eight(`s${i}`)};`);
    const text = `import express from 'express';
const app = express();
const s0 = '/x';
${names.join('\n')}
app.get(s0, (req, res) => {});
app.get(s11, (req, res) => {});
`;
    const loaded = await pool.load('javascript');
    const tree = loaded.parse(text);
    assert.ok(tree);
    const place = { path: '/w/a.js', relativePath: 'a.js' };
    const source = readSource(loaded, tree, text, place);
    const { functions } = source;
    const facts = extractFacts(source);
    tree.delete();
    const file = { facts, functions, relativePath: 'a.js', folder: '/w' };
    const { routes } = linkFacts(new Map([[place.path, file]]), []);
    assert.deepEqual(
      routes.map((r) => [r.path.slice(0, 3), r.unresolved !== undefined]),
      [
        ['/x', false],
        ['/', true],
      ],
    );
  });

  it('settings of a program', () => {
    const folder = '/w';
    for (const [relativePath, text] of [
      ['pom.xml', filled('<parent>')],
      ['pom.xml', `${filled('<build>')}<artifactId>a`],
      ['tsconfig.json', `{"a":${filled('/*')}`],
      ['tsconfig.json', `{"a": "${filled('\\"')}`],
      ['application.properties', `a=${filled(' ')}b`],
      ['application.properties', `a${filled(' ')}b`],
      ['go.mod', `module${filled(' ')}`],
    ] as const)
      readHint({ folder, relativePath, text });
    const program = new ProgramPropertiesIndex([]);
    for (const text of [filled('${'), `${filled('${a}')}/b`, filled('}')])
      program.fill(known(text), '/w/a');
  });

  it('names of files', () => {
    assert.ok(isHintFile('tsconfig-a-b.app.json'));
    assert.ok(!isHintFile(`tsconfig${filled('-a')}`));
  });

  it('settings of a deployment', () => {
    const folder = '/w';
    for (const [relativePath, start] of [
      ['.env', 'OTEL_SERVICE_NAME'],
      ['Dockerfile', 'ENV OTEL_SERVICE_NAME'],
      ['pyproject.toml', ''],
    ] as const)
      readHint({ folder, relativePath, text: `${start}${filled('\n')}!` });
  });

  it('templates and paths', () => {
    const parameters = (n: number): string =>
      `/${Array.from({ length: n }, (_, i) => `:p${i}`).join('-')}`;
    const templates = [parameters(3), parameters(12), '/:a?'.repeat(40), '/x/*'.repeat(12)];
    const routes = templates.map((path) => ({ framework: 'fastify', method: 'GET', path }));
    const matcher = routeMatcher({ routes });
    for (const path of [`/${'-'.repeat(2_000)}/x`, '/a'.repeat(30) + '//', '/x'.repeat(900) + '\n'])
      assert.equal(matcher('GET', path), undefined);
    assert.equal(matcher('GET', '/2024-05-17')?.path, parameters(3));
  });

  it('bindings of queues', () => {
    const index = new EndpointIndex(
      [],
      [
        { from: '#.a'.repeat(30), to: 'all' },
        { from: 'orders.#.paid', to: 'paid' },
        { from: 'orders.*', to: 'one' },
        { from: '#', to: 'every' },
      ],
    );
    assert.deepEqual(index.queuesOf(`${'a.'.repeat(90)}b`), ['every']);
    assert.deepEqual(index.queuesOf('orders.paid'), ['paid', 'one', 'every']);
    assert.deepEqual(index.queuesOf('orders.eu.shop.paid'), ['paid', 'every']);
    assert.deepEqual(index.queuesOf('orders.eu'), ['one', 'every']);
    assert.deepEqual(index.queuesOf('orders'), ['every']);
  });
});
