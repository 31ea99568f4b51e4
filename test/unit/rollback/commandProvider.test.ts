import assert from 'node:assert/strict';
import { createCommandProvider } from '../../../src/rollback/providers/command/commandProvider.ts';
import { decodeListOutput } from '../../../src/rollback/providers/command/listOutput.ts';
import { decodeCommandSettings } from '../../../src/rollback/providers/command/settings.ts';
import type { RollbackRequest } from '../../../src/rollback/ports.ts';
import { realProcesses, release, target } from './builders.ts';

const node = process.execPath;
const noSignal = new AbortController().signal;
const echo = [
  '-e',
  'console.log(JSON.stringify([process.argv.slice(1), process.env.PRODLENS_REASON]))',
];

const good = {
  schema: 1,
  state: { generation: 4 },
  releases: [
    {
      id: 'r2',
      version: '2.0.0',
      commit: 'abc',
      weight: 0.1,
      createdAt: '2026-01-02T00:00:00Z',
      current: true,
    },
    { id: 'r1', version: '1.0.0', weight: 0.9, createdAt: 5, current: false },
  ],
};

const request = (settings: unknown, more: Partial<RollbackRequest> = {}): RollbackRequest => ({
  target: target(settings),
  from: release('2.0.0', { id: 'r2' }),
  to: release('1.0.0', { id: 'r1' }),
  state: '4',
  reason: 'p95 up',
  ...more,
});

describe('command provider', () => {
  it('reads what list prints', async () => {
    const settings = {
      list: [node, '-e', `console.log(${JSON.stringify(JSON.stringify(good))})`],
      rollBack: [node, '{to}'],
    };
    const state = await createCommandProvider(realProcesses).list(target(settings), noSignal);
    assert.ok(state.ok);
    assert.equal(state.value.state, '{"generation":4}');
    assert.deepEqual(
      state.value.releases.map((r) => [r.id, r.weight, r.createdAt, r.current]),
      [
        ['r2', 0.1, Date.parse('2026-01-02T00:00:00Z'), true],
        ['r1', 0.9, 5, false],
      ],
    );
  });

  it('says which exit code and last line a failing list gave', async () => {
    const settings = {
      list: [node, '-e', 'console.error("no cluster"); process.exit(3)'],
      rollBack: [node, '{to}'],
    };
    const state = await createCommandProvider(realProcesses).list(target(settings), noSignal);
    assert.ok(!state.ok);
    assert.match(state.failure.message, /exit code 3: no cluster/);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['not JSON', 'hello'],
    ['another schema', { ...good, schema: 2 }],
    ['no state', { ...good, state: null }],
    ['an id like an option', { ...good, releases: [{ ...good.releases[0], id: '--force' }] }],
    ['an id with white space', { ...good, releases: [{ ...good.releases[0], id: 'a b' }] }],
    [
      'an id with a line break at its end',
      { ...good, releases: [{ ...good.releases[0], id: 'a\n' }] },
    ],
    ['a weight over 1', { ...good, releases: [{ ...good.releases[0], weight: 90 }] }],
    ['two releases with one id', { ...good, releases: [good.releases[0], good.releases[0]] }],
  ];
  for (const [what, output] of wrong)
    it(`refuses ${what}, and says what it must print`, () => {
      const decoded = decodeListOutput(
        typeof output === 'string' ? output : JSON.stringify(output),
      );
      assert.ok(!decoded.ok);
      assert.equal(decoded.failure.reason, 'invalid');
      assert.match(decoded.failure.remedy ?? '', /"schema":1/);
    });

  it('takes the version out of a longer one by the pattern', () => {
    const output = {
      ...good,
      releases: [{ ...good.releases[0], version: 'shop:v2.0.0@sha256:1' }],
    };
    const decoded = decodeListOutput(JSON.stringify(output), ':v([0-9.]+)');
    assert.ok(decoded.ok);
    assert.equal(decoded.value.releases[0]?.version, '2.0.0');
  });

  it('passes ids and the reason as whole arguments, never through a shell', async () => {
    const settings = {
      list: [node],
      preview: [node, ...echo, '--', '--to={to}', '{from}', '{reason}'],
      rollBack: [node, '{to}'],
    };
    const reason = 'slow; rm -rf $HOME `id` "quoted" {to} $& \'x\'';
    const preview = await createCommandProvider(realProcesses).preview?.(
      request(settings, { reason }),
      noSignal,
    );
    assert.ok(preview?.ok);
    assert.deepEqual(JSON.parse(preview.value), [['--to=r1', 'r2', reason], reason]);
  });

  it("refuses a reason that begins with '-' as an argument", async () => {
    const settings = { list: [node], rollBack: [node, ...echo, '{to}', '{reason}'] };
    const provider = createCommandProvider(realProcesses);
    const done = await provider.execute(
      request(settings, { reason: '--force' }),
      () => undefined,
      noSignal,
      () => undefined,
    );
    assert.ok(!done.ok);
    assert.match(done.failure.message, /can't begin with '-'/);
  });

  const wrongSettings: readonly (readonly [string, unknown, RegExp])[] = [
    ['a shell line', { list: 'ls', rollBack: ['x', '{to}'] }, /list/],
    ['no {to}', { list: ['ls'], rollBack: ['x'] }, /names no \{to\}/],
    ['an unknown placeholder', { list: ['ls'], rollBack: ['x', '{to}', '{env}'] }, /\{env\}/],
    ['a placeholder in list', { list: ['ls', '{to}'], rollBack: ['x', '{to}'] }, /list takes no/],
    [
      'a reason inside another argument',
      { list: ['ls'], rollBack: ['x', '{to}', '-m{reason}'] },
      /of its own/,
    ],
    ['a placeholder as program', { list: ['ls'], rollBack: ['{to}'] }, /program/],
    [
      'a pattern without a group',
      { list: ['ls'], rollBack: ['x', '{to}'], versionPattern: 'v' },
      /versionPattern/,
    ],
  ];
  for (const [what, settings, message] of wrongSettings)
    it(`refuses settings with ${what}`, () => {
      const decoded = decodeCommandSettings(settings);
      assert.ok(!decoded.ok);
      assert.match(decoded.failure.message, message);
    });
});
