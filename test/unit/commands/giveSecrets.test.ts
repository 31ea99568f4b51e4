import assert from 'node:assert/strict';
import { giveSecrets, keepSecrets, signIns } from '../../../src/commands/giveSecrets.ts';
import type { ConnectionSettings } from '../../../src/config/schemaConnection.ts';
import { ConnectionSecrets, secretsOf } from '../../../src/platform/secrets.ts';

const at = (kind: string, url: string): ConnectionSettings => ({
  kind,
  url,
  auth: { type: 'bearer' },
});
const [metrics, traces] = [
  at('prometheus', 'https://grafana.test/api/datasources/proxy/uid/a'),
  at('tempo', 'https://grafana.test/api/datasources/proxy/uid/b'),
];

function stage() {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  const renewed: string[] = [];
  const secrets = new ConnectionSecrets({
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
  });
  const context: Parameters<typeof giveSecrets>[0] = {
    secrets,
    generations: { renew: ({ kind }) => Promise.resolve(void renewed.push(kind)) },
    approvals: {
      isTokenProgramApproved: () => true,
      approveTokenProgram: () => Promise.resolve(true),
    },
    ask: (origin) => Promise.resolve(`secret ${asked.push(origin)}`),
  };
  return { kept, asked, renewed, secrets, context };
}

describe('credentials that a person gives', () => {
  it('are asked once for all that need the same at one address', async () => {
    const { kept, asked, renewed, context } = stage();
    const elsewhere = at('tempo', 'https://tempo.test');
    assert.ok(await giveSecrets(context, [metrics, traces, elsewhere], false));
    assert.deepEqual(asked, ['https://grafana.test', 'https://tempo.test']);
    assert.deepEqual([...kept.values()], ['secret 1', 'secret 1', 'secret 2']);
    assert.deepEqual(renewed, ['prometheus', 'tempo', 'tempo']);
  });

  it('change nothing where all are kept, unless somebody signs in again', async () => {
    const { kept, asked, renewed, context } = stage();
    await giveSecrets(context, [metrics, traces], false);
    renewed.length = asked.length = 0;
    assert.equal(await giveSecrets(context, [metrics, traces], false), false);
    assert.deepEqual([asked, renewed], [[], []]);
    assert.ok(await giveSecrets({ ...context, ask: () => Promise.resolve('new') }, [traces], true));
    assert.deepEqual([...kept.values()], ['secret 1', 'new']);
    assert.deepEqual(renewed, ['tempo']);
  });

  it('change nothing where nothing, or what is kept already, was given', async () => {
    const { kept, renewed, secrets, context } = stage();
    const nothing = { ...context, ask: () => Promise.resolve(undefined) };
    assert.equal(await giveSecrets(nothing, [metrics, traces], true), false);
    assert.deepEqual([[...kept], renewed], [[], []]);
    const given = secretsOf(metrics).map((place) => ({ place, secret: 'x' }));
    assert.equal(await keepSecrets(secrets, given), true);
    assert.equal(await keepSecrets(secrets, given), false);
  });

  it('can be given again for traces as well as for metrics, by address', () => {
    const environment = { name: 'a', production: false, select: {}, targets: [] };
    assert.deepEqual(signIns({ ...environment, metrics, traces }), [
      ['https://grafana.test', [metrics, traces]],
    ]);
    const open: ConnectionSettings = { ...metrics, auth: { type: 'none' } };
    const program: ConnectionSettings = {
      ...at('tempo', 'https://tempo.test'),
      auth: { type: 'command', command: ['print-token'] },
    };
    assert.deepEqual(signIns({ ...environment, metrics: open, traces: program }), [
      ['https://tempo.test', [program]],
    ]);
  });
});
