import assert from 'node:assert/strict';
import type { EnvironmentSettings } from '../../../src/config/schema.ts';
import type { ConnectionSettings } from '../../../src/config/schemaConnection.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { fail } from '../../../src/domain/result.ts';
import { ok } from '../../../src/domain/result.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { milliseconds } from '../../../src/domain/units.ts';
import { Backends, type Adapters } from '../../../src/platform/backends.ts';
import { credentialsPlace } from '../../../src/platform/credentialGenerations.ts';
import { Emitter } from '../../../src/platform/disposables.ts';
import type { Log } from '../../../src/platform/log.ts';
import { ConnectionSecrets, secretsOf } from '../../../src/platform/secrets.ts';
import type { BackendMetrics, Connection } from '../../../src/telemetry/backend.ts';

const environment = (name: string, url: string): EnvironmentSettings => ({
  name,
  production: false,
  select: { cluster: 'eu' },
  targets: [],
  metrics: { kind: 'fake', url, auth: { type: 'bearer' } },
});

const operation: Operation = {
  id: 'o1' as OperationId,
  service: serviceKey('shop'),
  source: 'metric',
  kind: 'server',
  name: 'GET /',
  scope: '',
};

const silent: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  scoped: () => silent,
};

function stage() {
  const kept = new Map<string, string>();
  const secrets = new ConnectionSecrets({
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
  });
  const changed = new Emitter<string>();
  const made: Connection[] = [];
  const told: string[] = [];
  let find: (found: readonly Operation[]) => void = () => undefined;
  const source = (connection: Connection, summary?: string): BackendMetrics => {
    made.push(connection);
    return {
      services: () => Promise.resolve(ok([])),
      numbers: () => Promise.resolve(ok([])),
      onDidChange: () => ({ dispose: () => undefined }),
      operations: () => [operation],
      onDidFindOperations: (listener) => {
        find = listener;
        return { dispose: () => undefined };
      },
      retry: () => undefined,
      summary: () => summary,
      report: () => ({}),
      problems: () => [{ path: ['sampled'], message: `odd at ${connection.url}` }],
      dispose: () => told.push(`ended ${connection.url}`),
    };
  };
  const adapters: Adapters = {
    compare: () => assert.fail(),
    probe: (address) => Promise.resolve(fail('notFound', `nothing at ${address}`)),
    metricsBackends: { fake: (connection) => source(connection) },
    traceBackends: {
      fake: (connection, ports) => ({
        numbers: () => source(connection, 'sampled'),
        search: () => Promise.resolve(fail('unsupported', connection.url)),
        trace: () =>
          Promise.resolve(
            fail('notFound', ports.operation(operation.id)?.name ?? 'no operation known'),
          ),
      }),
    },
  };
  const backends = new Backends({
    load: () => Promise.resolve(adapters),
    credentials: {
      secrets,
      tokens: {
        headers: () => Promise.reject(new Error('none')),
        refused: () => false,
        forget: () => undefined,
      },
    },
    generations: { of: () => Promise.resolve(''), onDidChange: changed.on },
    ports: {
      now: () => 0,
      after: () => ({ dispose: () => undefined }),
      refreshEvery: () => milliseconds(60_000),
      focused: () => true,
    },
    attribute: (operations) => told.push(...operations.map((o) => o.id)),
    log: silent,
  });
  const renew = (connection: ConnectionSettings): void => {
    changed.fire(credentialsPlace(connection));
  };
  return { backends, secrets, renew, made, told, find: () => find([operation]) };
}

const loaded = (backends: Backends): Promise<void> =>
  new Promise((resolve) => {
    backends.onDidChange(resolve);
  });

describe('backends of environments', () => {
  it('look at an address before any is configured', async () => {
    const { backends, made } = stage();
    const found = await backends.probe(
      'http://a.test',
      { headers: () => Promise.resolve(ok({})) },
      new AbortController().signal,
    );
    assert.deepEqual(found, fail('notFound', 'nothing at http://a.test'));
    assert.deepEqual(made, []);
  });

  it('are loaded when first asked for, made once per connection, and ended when the setting loses them', async () => {
    const { backends, made, told } = stage();
    const [a, b] = [environment('a', 'http://a'), environment('b', 'http://b')];
    const there = loaded(backends);
    assert.equal(backends.metrics(a), undefined);
    await there;
    const source = backends.metrics(a);
    assert.ok(source !== undefined);
    assert.equal(backends.metrics({ ...a }), source);
    backends.metrics(b);
    assert.deepEqual(
      made.map((c) => [c.url, c.select, c.environment]),
      [
        ['http://a', { cluster: 'eu' }, 'a'],
        ['http://b', { cluster: 'eu' }, 'b'],
      ],
    );
    backends.keep([b]);
    assert.deepEqual(told, ['ended http://a']);
  });

  it('have their operations mapped, and are known as theirs', async () => {
    const { backends, told, find } = stage();
    const there = loaded(backends);
    backends.metrics(environment('a', 'http://a'));
    await there;
    backends.metrics(environment('a', 'http://a'));
    assert.ok(!backends.knows(operation.id));
    find();
    assert.deepEqual(told, ['o1']);
    assert.ok(backends.knows(operation.id));
    assert.deepEqual(backends.operations(), [operation]);
  });

  it('give numbers of a sample where an environment has traces alone, and only there', async () => {
    const { backends, made } = stage();
    const connection = (url: string) => ({ kind: 'fake', url, auth: { type: 'none' } }) as const;
    const { metrics, ...without } = environment('a', 'http://a');
    const alone = { ...without, traces: connection('http://traces') };
    const there = loaded(backends);
    assert.equal(backends.metrics(alone), undefined);
    await there;
    assert.equal(backends.metrics(alone)?.summary(), 'sampled');
    assert.ok(metrics !== undefined);
    assert.equal(backends.metrics({ ...alone, metrics })?.summary(), undefined);
    assert.deepEqual(
      made.map(({ url }) => url),
      ['http://traces', 'http://a'],
    );
    assert.equal(backends.metrics(without), undefined);
    assert.deepEqual(
      [alone, { ...alone, metrics }].map((one) => backends.problems(one)),
      [
        [{ path: ['traces', 'sampled'], message: 'odd at http://traces', environment: 'a' }],
        [{ path: ['metrics', 'sampled'], message: 'odd at http://a', environment: 'a' }],
      ],
    );
  });

  it('give traces to whoever asks while they are loaded, and know what metrics brought', async () => {
    const { backends, find } = stage();
    const asked = {
      ...environment('a', 'http://a'),
      traces: { kind: 'fake', url: 'http://traces', auth: { type: 'none' } },
    } as const;
    const never = new AbortController().signal;
    assert.equal(backends.traces(environment('b', 'http://b')), undefined);
    const early = backends.traces(asked);
    assert.ok(early !== undefined);
    assert.deepEqual(await early.trace('x', never), fail('notFound', 'no operation known'));
    backends.metrics(asked);
    find();
    assert.deepEqual(
      await backends.traces(asked)?.trace('x', never),
      fail('notFound', operation.name),
    );
    const unknown = { ...asked, traces: { ...asked.traces, kind: 'other' } };
    assert.equal(backends.traces(unknown), undefined);
  });

  it('are made anew when another secret is kept for them', async () => {
    const { backends, renew, told } = stage();
    const a = environment('a', 'http://a');
    const there = loaded(backends);
    backends.metrics(a);
    await there;
    const source = backends.metrics(a);
    const settings = { kind: 'fake', url: 'http://a', auth: { type: 'bearer' } } as const;
    renew({ ...settings, kind: 'other' });
    assert.equal(backends.metrics(a), source);
    renew(settings);
    assert.deepEqual(told, ['ended http://a']);
    assert.notEqual(backends.metrics(a), source);
  });

  it('sign in with the secret of their exact origin only', async () => {
    const { secrets } = stage();
    const keep = (of: ConnectionSettings, secret: string) => {
      const [place] = secretsOf(of);
      assert.ok(place !== undefined);
      return secrets.keep(place, secret);
    };
    const connection = { kind: 'fake', url: 'https://a/x', auth: { type: 'bearer' } } as const;
    assert.equal((await secrets.headers(connection)).ok, false);
    await keep(connection, 's3cret');
    assert.deepEqual(await secrets.headers({ ...connection, url: 'https://a/other' }), {
      ok: true,
      value: { Authorization: 'Bearer s3cret' },
    });
    const me = { ...connection, auth: { type: 'basic', user: 'me' } } as const;
    assert.equal((await secrets.headers(me)).ok, false, 'a token is nobody’s password');
    await keep(me, 'pass');
    assert.deepEqual(await secrets.headers(me), {
      ok: true,
      value: { Authorization: `Basic ${btoa('me:pass')}` },
    });
    assert.equal(
      (await secrets.headers({ ...me, auth: { type: 'basic', user: 'you' } })).ok,
      false,
    );
    assert.equal((await secrets.headers({ ...connection, url: 'https://a:444/x' })).ok, false);
    assert.equal((await secrets.headers({ ...connection, kind: 'other' })).ok, false);
  });
});
