import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { differences, shapeOf } from '../../answerShape.ts';
import { recordedFolders, recordingsOf, unconfirmed } from '../../backends/recordedAnswers.ts';
import { replaced } from './recordedBackend.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

describe('recorded answers of backends', () => {
  it('are compared with the real server, or told as not', () => {
    const folder = path.join(root, 'test/backends');
    const suites = readdirSync(folder)
      .filter((file) => file.endsWith('.recordings.backend.test.ts'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'));
    for (const kind of recordedFolders()) {
      const compared = suites.some((text) => text.includes(`kind: '${kind}'`));
      assert.notEqual(compared, kind in unconfirmed, kind);
    }
  });

  it('differ from a server as soon as a field, a type, the status or the content type is another', () => {
    for (const recording of recordedFolders().flatMap(recordingsOf)) {
      const { name, status, contentType, body } = recording;
      assert.deepEqual(differences(recording, { status, contentType, body }), [], name);
      assert.equal(differences(recording, { ...recording, status: status + 1 }).length, 1, name);
      assert.equal(differences(recording, { ...recording, contentType: 'x/y' }).length, 1, name);
      for (const key of keysOf(body)) {
        const without = withoutKey(body, key);
        assert.notDeepEqual(
          differences(recording, { status, contentType, body: without }),
          [],
          key,
        );
        const other = replaced(body, (at) => (at === key ? Symbol('another type') : undefined));
        assert.notDeepEqual(differences(recording, { status, contentType, body: other }), [], key);
      }
    }
  });

  it('have the values of a sample in their order', () => {
    assert.deepEqual(
      [...shapeOf({ value: [1, 'NaN'], list: [{ a: null }, { b: true }] })],
      [
        ': object',
        '.value: list',
        '.value[0]: number',
        '.value[1]: string',
        '.list: list',
        '.list[]: object',
        '.list[].a: null',
        '.list[].b: boolean',
      ],
    );
  });

  it('may lack what a list of the other one holds only where they are of other data', () => {
    const answer = (body: unknown) => ({ status: 200, contentType: 'a/b', body });
    const [full, empty] = [answer({ rows: [{ a: 1 }], n: 1 }), answer({ rows: [], n: 1 })];
    assert.equal(differences(full, empty).length, 2);
    assert.deepEqual(differences(full, empty, { emptyLists: true }), []);
    assert.deepEqual(differences(full, answer({ rows: [] }), { emptyLists: true }), [
      'gone .n: number',
    ]);
  });
});

function keysOf(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const item of value) keysOf(item, found);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      found.add(key);
      keysOf(item, found);
    }
  return found;
}

function withoutKey(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutKey(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      name === key ? [] : [[name, withoutKey(item, key)]],
    ),
  );
}
