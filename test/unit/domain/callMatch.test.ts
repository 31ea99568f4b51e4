import assert from 'node:assert/strict';
import { callMatcher } from '../../../src/domain/callMatch.ts';
import { hole, namesTable, statementShape } from '../../../src/domain/statementShape.ts';

describe('shapes of statements', () => {
  const same = (a: string, b: string): void => {
    assert.equal(statementShape(a), statementShape(b));
  };

  it('are the same for every way to write values, lists and comments', () => {
    same('SELECT * FROM t WHERE id = $1', 'SELECT *  FROM t\nWHERE id = ?');
    same(
      "SELECT * FROM t WHERE a = 'it''s' AND b = -1.5e3",
      'SELECT * FROM t WHERE a = ? AND b = -?',
    );
    same('SELECT * FROM t WHERE a = :a AND b = @b', 'SELECT * FROM t WHERE a = %(a)s AND b = %s');
    same('SELECT * FROM t WHERE id IN (1, 2, 3);', 'SELECT * FROM t WHERE id IN (?)');
    same('INSERT INTO t (a, b) VALUES (?, ?), (?, ?)', "INSERT INTO t (a, b) VALUES (1, 'x')");
    same('-- name: X :one\nSELECT a FROM t /* here */', 'SELECT a FROM t');
  });

  it('tell apart what is another statement', () => {
    const differ = (a: string, b: string): void => {
      assert.notEqual(statementShape(a), statementShape(b));
    };
    differ('SELECT * FROM t1', 'SELECT * FROM t2');
    differ('SELECT id::text FROM t', 'SELECT id::int FROM t');
    differ('SELECT a FROM t', 'SELECT a FROM t LIMIT 1');
    // What Hibernate makes.
    differ('DELETE FROM t WHERE id = ?', 'delete from t where id=?');
  });

  it('know whether a table is named', () => {
    assert.ok(namesTable(statementShape('SELECT 1 FROM orders')));
    assert.ok(!namesTable(statementShape('SELECT 1')));
    assert.ok(!namesTable(statementShape(`DELETE FROM ${hole}`)));
  });

  it('take no long time for hostile texts', () => {
    for (const part of ["'", '/*', '--', '"', '[a', '(?),', '?,', '%(a', 'from '])
      statementShape(part.repeat(40_000));
  }).timeout(2000);
});

describe('matching calls with texts of the source', () => {
  const open = `SELECT * FROM orders ORDER BY ${hole}`;
  const matcher = callMatcher({
    statements: ['SELECT * FROM orders ORDER BY id', open, `UPDATE t SET a = ${hole}, b = ${hole}`],
    requests: [
      'GET api.acme.com/users',
      `GET ${hole}/users`,
      `* ${hole}/users/${hole}`,
      `PUT ${hole}/a/${hole}/b`,
      `POST ${hole}/a/${hole}/b`,
    ],
  });

  it('gives no answer where a whole statement and an open one both fit', () => {
    assert.equal(matcher.statement('SELECT * FROM orders ORDER BY id'), undefined);
    assert.equal(matcher.statement('SELECT * FROM orders ORDER BY name'), open);
    assert.equal(matcher.statement('SELECT * FROM orders ORDER BY name, id'), undefined);
    assert.equal(
      matcher.statement('UPDATE t SET a = x, b = y'),
      `UPDATE t SET a = ${hole}, b = ${hole}`,
    );
  });

  it('prefers the URL that says most', () => {
    const asked = (method: string, url: string): string | undefined => matcher.request(method, url);
    assert.equal(asked('GET', 'https://api.acme.com/users?page=2'), 'GET api.acme.com/users');
    assert.equal(asked('GET', 'http://other:8080/v1/users'), `GET ${hole}/users`);
    assert.equal(asked('DELETE', 'http://other/users/7'), `* ${hole}/users/${hole}`);
    assert.equal(asked('POST', 'http://other/a/7/b'), `POST ${hole}/a/${hole}/b`);
    assert.equal(asked('GET', 'http://other/a/7/b'), undefined);
    assert.equal(asked('GET', 'not a url'), undefined);
  });

  it('reads and answers hostile tables and texts in bounded time', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `select a from t${i} where x=${hole}`);
    const hostile = callMatcher({
      statements: [...many, `select ${`${hole} `.repeat(2000)}from t`],
      requests: [`GET ${`${hole}/`.repeat(500)}x`, '((((', ''],
    });
    hostile.statement(`select ${'a '.repeat(20_000)}from t`);
    hostile.request('GET', `http://h/${'x/'.repeat(900)}x`);
  }).timeout(2000);
});
