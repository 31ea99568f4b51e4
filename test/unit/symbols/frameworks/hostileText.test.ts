import assert from 'node:assert/strict';
import { EndpointIndex } from '../../../../src/attribution/endpointIndex.ts';
import { routeMatcher } from '../../../../src/domain/routeMatch.ts';
import { extractFacts } from '../../../../src/symbols/frameworks/facts.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import { readSource } from '../../../../src/symbols/parser/extractFunctions.ts';
import type { ParserPool } from '../../../../src/symbols/parser/parserPool.ts';
import { readHint } from '../../../../src/symbols/serviceHints/hints.ts';
import { testPool } from '../grammars.ts';

const size = 400_000;
const filled = (unit: string): string => unit.repeat(Math.ceil(size / unit.length));
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
