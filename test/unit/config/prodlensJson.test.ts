import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeProdlensJson } from '../../../src/config/prodlensJson.ts';

const schema = JSON.parse(
  readFileSync(
    path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'schemas/prodlens.schema.json'),
    'utf8',
  ),
) as {
  readonly properties: Readonly<
    Record<string, { readonly items?: { readonly properties?: object } }>
  >;
};

const right = `{
  // comments are welcome
  "services": [{ "folder": "./backend/", "service": "shop" }],
  "attributions": [
    { "route": "/x/:id", "method": "GET", "function": "a.ts#x" },
    { "span": "tick", "function": null },
  ],
  "objectives": [
    { "function": "a.ts#x", "p95Ms": 200, "errorRatio": 0.01 },
    { "path": "./api/", "service": "shop", "p95Ms": 300 },
    { "path": ".", "errorRatio": 0.02 },
  ],
  "versionCommit": "-([0-9a-f]{7,40})$",
  "targets": ["shop production"]
}`;

describe('prodlens.json', () => {
  it('is decoded whole, with comments and trailing commas', () => {
    assert.deepEqual(decodeProdlensJson(right), {
      value: {
        services: [{ folder: 'backend', service: 'shop' }],
        attributions: [
          { route: '/x/:id', method: 'GET', function: 'a.ts#x' },
          { span: 'tick', function: null },
        ],
        objectives: [
          { function: 'a.ts#x', p95Ms: 200, errorRatio: 0.01 },
          { service: 'shop', path: 'api', p95Ms: 300 },
          { path: '', errorRatio: 0.02 },
        ],
        versionCommit: '-([0-9a-f]{7,40})$',
        targets: ['shop production'],
      },
      problems: [],
    });
  });

  const mistakes: readonly (readonly [text: string, marked: string, message: RegExp])[] = [
    ['[]', '[]', /must be an object/],
    ['{"services": {}}', '{}', /must be a list/],
    ['{"services": ["a"]}', '"a"', /expected an object/],
    ['{"services": [{"folder": "a"}]}', '{"folder": "a"}', /needs "folder" and "service"/],
    ['{"services": [{"folder": "../a", "service": "s"}]}', '"../a"', /folder of this repository/],
    ['{"services": [{"folder": 5, "service": "s"}]}', '5', /must be a text/],
    [
      '{"attributions": [{"function": "a#b"}]}',
      '{"function": "a#b"}',
      /needs "span", "route" or "rpc"/,
    ],
    ['{"attributions": [{"span": "a"}]}', '{"span": "a"}', /needs "function"/],
    ['{"attributions": [{"span": "a", "function": "b"}]}', '"b"', /qualified name/],
    ['{"objectives": [{"service": "a", "errorRatio": 5}]}', '5', /at most 1/],
    ['{"objectives": [{"service": "a"}]}', '{"service": "a"}', /needs "p95Ms" or "errorRatio"/],
    ['{"objectives": [{"p95Ms": 5}]}', '{"p95Ms": 5}', /needs "service", "path" or "function"/],
    ['{"objectives": [{"function": "a", "p95Ms": 5}]}', '"a"', /<file>#<qualified name>/],
    ['{"objectives": [{"path": "/etc", "p95Ms": 5}]}', '"/etc"', /file or folder of this/],
    ['{"objectives": [{"service": "a", "p95Ms": -1}]}', '-1', /number above 0/],
    [
      '{"objectives": [{"path": "a", "function": "a#b", "p95Ms": 5}]}',
      '{"path": "a", "function": "a#b", "p95Ms": 5}',
      /not both/,
    ],
    ['{"versionCommit": "("}', '"("', /one group/],
    ['{"versionCommit": "abc"}', '"abc"', /one group/],
    ['{"versionCommit": "(a+)+$"}', '"(a+)+$"', /no repeated groups/],
    ['{"versionCommit": ".*.*.*.*(x)"}', '".*.*.*.*(x)"', /at most three/],
    ['{"targets": ["https://x/y"]}', '"https://x/y"', /never a URL/],
    ['{"colour": 1}', '"colour"', /unknown property/],
  ];
  for (const [text, marked, message] of mistakes)
    it(`marks ${marked} in ${text}`, () => {
      const { problems } = decodeProdlensJson(text);
      const found = problems.find((p) => new RegExp(message, 'i').test(p.message));
      assert.ok(found, JSON.stringify(problems));
      const { start, end } = found.range;
      assert.equal(text.slice(start.character, end.character), marked);
    });

  it('keeps what is right beside a mistake, and counts lines', () => {
    const { value, problems } = decodeProdlensJson('{\r\n"targets": [\r\n "a",\r\n  7]}');
    assert.deepEqual(value.targets, ['a']);
    assert.deepEqual(problems[0]?.range.start, { line: 3, character: 2 });
  });
  it('leaves an objective out whole where a part of its subject is wrong: the rest would be about more', () => {
    const text = '{"objectives": [{"service": "a", "path": "../x", "p95Ms": 5}]}';
    assert.deepEqual(decodeProdlensJson(text).value.objectives, []);
  });
  it('answers text that is no JSON with problems, not with an exception', () => {
    for (const text of ['', '{', '{"services": [', '\u0000', 'null', '{"a":}']) {
      const { value, problems } = decodeProdlensJson(text);
      assert.deepEqual(value.services, []);
      assert.notEqual(problems.length, 0, JSON.stringify(text));
    }
  });
  it('knows the same properties as the schema that editors use', () => {
    const [problem] = decodeProdlensJson('{"colour": 1}').problems;
    const known = problem?.message.replace(/^.*known: /, '').split(', ');
    const described = Object.keys(schema.properties).filter((key) => key !== '$schema');
    assert.deepEqual(known, described);
    for (const [list, entry] of [
      ['services', { folder: 0, service: 0 }],
      ['attributions', { service: 0, span: 0, method: 0, route: 0, rpc: 0, in: 0, function: 0 }],
      ['objectives', { service: 0, function: 0, path: 0, p95Ms: 0, errorRatio: 0 }],
    ] as const)
      assert.deepEqual(
        Object.keys(schema.properties[list]?.items?.properties ?? {}),
        Object.keys(entry),
      );
  });
});
