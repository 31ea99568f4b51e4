import assert from 'node:assert/strict';
import type { EnvironmentSettings } from '../../../src/config/schema.ts';
import { ok } from '../../../src/domain/result.ts';
import { milliseconds } from '../../../src/domain/units.ts';
import { Backends } from '../../../src/platform/backends.ts';
import { CredentialGenerations } from '../../../src/platform/credentialGenerations.ts';
import { Emitter } from '../../../src/platform/disposables.ts';
import type { Log } from '../../../src/platform/log.ts';
import { ConnectionSecrets, secretsOf } from '../../../src/platform/secrets.ts';
import type { Connection } from '../../../src/telemetry/backend.ts';

const silent: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  scoped: () => silent,
};
const connection = { kind: 'fake', url: 'https://a.test/x', auth: { type: 'bearer' } } as const;
const environment: EnvironmentSettings = {
  name: 'a',
  production: false,
  select: {},
  targets: [],
  metrics: connection,
};

/** As VS Code's: one for all windows of a person, each of which is told of what any of them stores. */
function secretStorage() {
  const kept = new Map<string, string>();
  const changed = new Emitter<{ readonly key: string }>();
  return {
    kept,
    get: (key: string) => Promise.resolve(kept.get(key)),
    store: (key: string, value: string) => {
      kept.set(key, value);
      changed.fire({ key });
      return Promise.resolve();
    },
    onDidChange: changed.on,
  };
}

async function openWindow(store: ReturnType<typeof secretStorage>) {
  const told: string[] = [];
  const made: Connection[] = [];
  const secrets = new ConnectionSecrets(store);
  const generations = new CredentialGenerations(store);
  const backends = new Backends({
    load: () =>
      Promise.resolve({
        compare: () => assert.fail(),
        probe: () => assert.fail(),
        metricsBackends: {
          fake: (one) => {
            made.push(one);
            return {
              services: () => Promise.resolve(ok([])),
              numbers: () => Promise.resolve(ok([])),
              onDidChange: () => ({ dispose: () => undefined }),
              operations: () => [],
              onDidFindOperations: () => ({ dispose: () => undefined }),
              retry: () => undefined,
              summary: () => undefined,
              report: () => ({}),
              dispose: () => told.push('ended'),
            };
          },
        },
        traceBackends: {},
      }),
    credentials: {
      secrets,
      tokens: {
        headers: () => Promise.resolve(ok({})),
        refused: () => false,
        forget: () => told.push('forgot tokens'),
      },
    },
    generations,
    ports: {
      now: () => 0,
      after: () => ({ dispose: () => undefined }),
      refreshEvery: () => milliseconds(60_000),
      focused: () => true,
    },
    attribute: () => undefined,
    log: silent,
  });
  const loaded = new Promise<void>((resolve) => {
    backends.onDidChange(resolve);
  });
  backends.metrics(environment);
  await loaded;
  const word = async (): Promise<string | undefined> => {
    backends.metrics(environment);
    return made.at(-1)?.generation?.();
  };
  return { backends, secrets, generations, told, word };
}

describe('other credentials', () => {
  it('end what every window has of the old ones, and give their answers another name', async () => {
    const store = secretStorage();
    const [one, other] = [await openWindow(store), await openWindow(store)];
    const before = await one.word();
    assert.equal(await other.word(), before, 'windows with the same credentials share');
    const [place] = secretsOf(connection);
    assert.ok(place !== undefined);
    await one.secrets.keep(place, 's3cret');
    await one.generations.renew(connection);
    for (const window of [one, other]) {
      assert.deepEqual(window.told, ['forgot tokens', 'ended']);
      const after = await window.word();
      assert.notEqual(after, before);
      assert.match(after ?? '', /^[0-9a-f]{24}$/);
      assert.equal(after, await one.word());
    }
    await one.generations.renew(connection);
    assert.notEqual(await other.word(), before);
    assert.equal(await other.word(), await one.word(), 'the same secret again is a change as well');
  });

  it('at another kind or origin change nothing here', async () => {
    const store = secretStorage();
    const window = await openWindow(store);
    const before = await window.word();
    await window.generations.renew({ ...connection, kind: 'other' });
    await window.generations.renew({ ...connection, url: 'https://a.test:444/x' });
    await store.store('prodlens.connection fake https://a.test bearer', 'x');
    assert.ok(!window.told.includes('ended'));
    assert.equal(await window.word(), before);
  });

  it('are told of no more after the window’s end', async () => {
    const store = secretStorage();
    const window = await openWindow(store);
    window.backends.dispose();
    window.generations.dispose();
    window.told.length = 0;
    await new CredentialGenerations(store).renew(connection);
    assert.deepEqual(window.told, []);
  });

  it('are shared with nobody where their word can’t be read', async () => {
    const broken = new CredentialGenerations({
      get: () => Promise.reject(new Error('locked')),
      store: () => Promise.resolve(),
      onDidChange: () => ({ dispose: () => undefined }),
    });
    assert.notEqual(await broken.of(connection), await broken.of(connection));
  });
});
