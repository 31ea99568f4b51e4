import assert from 'node:assert/strict';
import { placeProblems } from '../../../src/config/settingPlaces.ts';

const text = `{
  // mine
  "editor.fontSize": 12,
  "prodlens.environments": [
    "wrong",
    { "name": "local" },
    {
      "name": " staging ",
      "metrics": {
        "kind": "prometheus",
        "url": "ftp://h",
        "conventions": [{ "name": "a", "labels": { "route": "path" } }],
      },
    },
  ],
}`;
const marked = (problems: Parameters<typeof placeProblems>[1]) =>
  placeProblems(text, problems).map(({ offset, length, message }) => [
    text.slice(offset, offset + length),
    message,
  ]);

describe('mistakes in the setting of environments', () => {
  it('are marked at their value, and told as sentences', () => {
    assert.deepEqual(
      marked([
        {
          place: 'prodlens.environments[2].metrics.url',
          message: 'is no http or https address',
          remedy: 'Correct it.',
        },
        {
          environment: 'staging',
          path: ['metrics', 'conventions', 0, 'labels', 'route'],
          message: 'x_total has no label path.',
          remedy: 'It has: uri.',
        },
        { place: 'prodlens.environments[0]', message: 'is no object', remedy: 'Write one.' },
      ]),
      [
        ['"ftp://h"', '“url” is no http or https address. Correct it.'],
        ['"path"', 'x_total has no label path. It has: uri.'],
        ['"wrong"', '“0” is no object. Write one.'],
      ],
    );
  });

  it('are marked at what should hold a value that isn’t there', () => {
    assert.deepEqual(
      marked([
        {
          environment: 'staging',
          path: ['metrics', 'conventions', 0, 'calls'],
          message: 'is missing',
        },
      ]),
      [['{ "name": "a", "labels": { "route": "path" } }', '“calls” is missing.']],
    );
  });

  it('of an environment that is gone, or of another file, are marked nowhere', () => {
    assert.deepEqual(marked([{ environment: 'gone', path: ['metrics'], message: 'x' }]), []);
    for (const other of ['', '[]', '{"a": 1}', '{ nonsense'])
      assert.deepEqual(
        placeProblems(other, [{ place: 'prodlens.environments', message: 'x', remedy: '' }]),
        [],
      );
  });
});
