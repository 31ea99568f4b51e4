import assert from 'node:assert/strict';
import { rootFieldOf } from '../../../../src/telemetry/local/core/graphqlDocument.ts';
import { identify } from '../../../../src/telemetry/local/core/identity.ts';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';

describe('the root field of a GraphQL document', () => {
  const rows: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['{ books { id title } }', undefined, 'books'],
    ['query Shelf { books(first: 3, where: {open: true}) { id } }', 'Shelf', 'books'],
    [
      'query Q($a: [ID!]!, $b: Int = 3) @cached(ttl: 5) { all: books(ids: $a) { id } }',
      'Q',
      'books',
    ],
    ['mutation AddBook { addBook(title:"a } b") { id } }', 'AddBook', 'addBook'],
    ['query A { a } query B { b }', 'B', 'b'],
    ['query A { a } query B { b }', undefined, undefined],
    ['query { a { id } b { id } }', undefined, undefined],
    ['query { one: a(id: 1) { id } two: a(id: 2) { id } __typename }', undefined, 'a'],
    ['query { ...Fields } fragment Fields on Query { books { id } }', undefined, undefined],
    ['fragment F on Book { id } query { books { ...F } }', undefined, 'books'],
    ['query { ... on Query { books { id } } }', undefined, undefined],
    ['query { books @include(if: $all) { id } # and { more }\n }', undefined, 'books'],
    ['subscription { bookAdded }', undefined, 'bookAdded'],
    ['}}}} { not', undefined, undefined],
    ['', undefined, undefined],
  ];
  for (const [document, operation, field] of rows)
    it(`${document} → ${String(field)}`, () => {
      assert.equal(rootFieldOf(document, operation), field);
    });

  it('is not looked for in a document of any length', () => {
    assert.equal(rootFieldOf(`{ books { ${'id '.repeat(10_000)} } }`, undefined), undefined);
  });
});

describe('the identity of GraphQL spans', () => {
  const of = (name: string, attributes: SpanRecord['attributes']) =>
    identify({
      name,
      kind: 'internal',
      scope: '@opentelemetry/instrumentation-graphql',
      attributes,
    });

  it('is type and field, whatever the path: list indexes and aliases are not bounded', () => {
    const fields = ['books.0.title', 'books.17.title', 'mine.3.title'].map((path) =>
      of(`graphql.resolve ${path}`, {
        'graphql.field.name': 'title',
        'graphql.field.path': path,
        'graphql.parent.name': 'Book',
      }),
    );
    assert.equal(new Set(fields.map((f) => f.key)).size, 1);
    assert.equal(fields[0]?.name, 'graphql.resolve Book.title');
    assert.equal(fields[0].layer?.name, 'Book.title');
  });

  it('of a query is its one root field', () => {
    const query = of('mutation Lend', {
      'graphql.operation.type': 'mutation',
      'graphql.operation.name': 'Lend',
      'graphql.source': 'mutation Lend { lend(book: "*") { id } }',
    });
    assert.equal(query.layer?.name, 'Mutation.lend');
    assert.equal(of('query', { 'graphql.operation.type': 'query' }).layer?.name, undefined);
  });
});
