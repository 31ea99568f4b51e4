import assert from 'node:assert/strict';
import { decodeEnvironments, selectEnvironment } from '../../../src/config/schema.ts';
import { decodeSetting } from '../../../src/config/schemaSettings.ts';

const target = { name: 'shop', service: 'api', provider: 'command', list: ['l'], rollBack: ['r'] };
const decode = (value: unknown) =>
  decodeEnvironments(value, {
    providers: ['command'],
    metrics: ['prometheus'],
    traces: ['jaeger'],
  });

describe('prodlens.environments', () => {
  it('has local built in, and extends it by an entry of that name', () => {
    assert.deepEqual(
      decode([]).environments.map((e) => [e.name, e.production]),
      [['local', false]],
    );
    const { environments, problems } = decode([
      { name: 'local', production: true, targets: [target] },
    ]);
    assert.deepEqual(problems, []);
    assert.equal(environments.length, 1);
    assert.equal(environments[0]?.production, true);
    assert.deepEqual(environments[0].targets[0]?.settings, target);
  });

  it('leaves out what is wrong, says where and what to do, and keeps the rest', () => {
    const { environments, problems } = decode([
      { production: true },
      { name: 'a', targets: [{ ...target, provider: 'magic' }, target, target, { name: 'x' }] },
      { name: 'a' },
      { name: 'b', metrics: { kind: 'graphite', url: 'http://127.0.0.1' } },
    ]);
    assert.deepEqual(
      environments.map((e) => e.name),
      ['a', 'b', 'local'],
    );
    assert.deepEqual(
      environments[0]?.targets.map((t) => t.name),
      ['shop'],
    );
    assert.deepEqual(
      problems.map((p) => p.place),
      [
        'prodlens.environments[0].name',
        'prodlens.environments[1].targets[0].provider',
        'prodlens.environments[1].targets[2].name',
        'prodlens.environments[1].targets[3].service',
        'prodlens.environments[2]',
        'prodlens.environments[3].metrics.kind',
      ],
    );
    for (const { remedy } of problems) assert.notEqual(remedy, '');
    assert.equal(decode('nonsense').problems.length, 1);
  });

  it('decodes connections, and refuses addresses that hold credentials or more than an address', () => {
    const url = 'https://metrics.example.com/prom/';
    const { environments, problems } = decode([
      {
        name: 'a',
        select: { cluster: 'eu' },
        metrics: { kind: 'prometheus', url },
        traces: { kind: 'jaeger', url: 'http://h:1', auth: { type: 'basic', user: 'me' } },
      },
      ...[
        { kind: 'prometheus', url: 'https://user:secret@h/' },
        { kind: 'prometheus', url: 'ftp://h/' },
        { kind: 'prometheus', url: 'https://h/?token=1' },
        { kind: 'prometheus', url, auth: { type: 'header', name: 'Host' } },
        { kind: 'prometheus', url, auth: { type: 'basic', user: 'a:b' } },
        'https://h',
      ].map((metrics, i) => ({ name: `wrong${i}`, metrics })),
      { name: 'local', metrics: { kind: 'prometheus', url } },
    ]);
    assert.deepEqual(environments[0]?.metrics, {
      kind: 'prometheus',
      url: 'https://metrics.example.com/prom',
      auth: { type: 'none' },
    });
    assert.deepEqual(environments[0].traces?.auth, { type: 'basic', user: 'me' });
    assert.deepEqual(
      problems.map((p) => p.place),
      [
        'prodlens.environments[1].metrics.url',
        'prodlens.environments[2].metrics.url',
        'prodlens.environments[3].metrics.url',
        'prodlens.environments[4].metrics.auth.name',
        'prodlens.environments[5].metrics.auth.user',
        'prodlens.environments[6].metrics',
        'prodlens.environments[7].metrics',
      ],
    );
    assert.ok(!JSON.stringify(problems).includes('secret'));
    for (const { name, metrics } of environments.slice(1)) assert.equal(metrics, undefined, name);
  });

  it('selects the chosen one, else the setting’s, else the first, else local', () => {
    const decoded = decode([{ name: 'a' }, { name: 'b' }]);
    assert.equal(selectEnvironment(decoded, 'local', 'b').name, 'local');
    assert.equal(selectEnvironment(decoded, undefined, 'b').name, 'b');
    assert.equal(selectEnvironment(decoded, 'gone', 'gone too').name, 'a');
    assert.equal(selectEnvironment(decode([]), undefined, '').name, 'local');
  });
});

describe('a setting', () => {
  it('reads as its default when it holds what it may not', () => {
    assert.equal(decodeSetting('prodlens.window', '2h'), '1h');
    assert.equal(decodeSetting('prodlens.window', '6h'), '6h');
    assert.equal(decodeSetting('prodlens.local.httpPort', 70_000), 4318);
    assert.equal(decodeSetting('prodlens.thresholds.errorRatio', -1), 0.01);
    assert.deepEqual(decodeSetting('prodlens.exclude', 'x'), []);
  });
});
