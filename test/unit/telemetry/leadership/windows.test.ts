import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import type { ReceiverStatus } from '../../../../src/telemetry/local/contract.ts';
import { json, spanJson, traces } from '../otlp/requests.ts';
import type { WindowProcess } from '../receiver/windows.ts';
import { WindowsLab } from '../receiver/windows.ts';

const leads = (status: ReceiverStatus): boolean => status.state === 'leading';
const settled = (status: ReceiverStatus): boolean => status.state !== 'starting';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const recentSpan = (name: string, spanId: string) => {
  const end = BigInt(Date.now()) * 1_000_000n;
  return spanJson({
    name,
    spanId,
    traceId: spanId.repeat(2),
    startTimeUnixNano: String(end - 5_000_000n),
    endTimeUnixNano: String(end),
    attributes: [{ key: 'http.route', value: { stringValue: '/orders/:id' } }],
  });
};

async function post(port: number, name: string, spanId = '0b73e4307c10faa0'): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: json(traces(recentSpan(name, spanId))),
  });
  return answer.status;
}

const count = async (window: WindowProcess, name: string): Promise<number> =>
  (await window.receiver.call('report', undefined)).counters[name] ?? 0;

describe('windows that share one receiver', function () {
  this.timeout(60_000);
  const lab = new WindowsLab();
  before(() => lab.prepare());
  afterEach(async () => {
    await lab.end();
    lab.clean();
  });
  after(() => {
    lab.remove();
  });

  async function start(window: WindowProcess, over = {}): Promise<ReceiverStatus> {
    const started = await window.receiver.call('start', lab.settings(over));
    assert.ok(started.ok, JSON.stringify(started));
    return started.value;
  }

  it('one leads, the others follow and read what it received', async () => {
    const [first, second] = [lab.open(), lab.open()];
    const status = await start(first);
    assert.ok(status.state === 'leading');
    const following = await start(second);
    assert.deepEqual(following, { ...status, state: 'following' });
    const changed = new Promise((resolve) => second.receiver.on('changed', resolve));
    assert.equal(await post(status.httpPort, 'GET /orders/:id'), 200);
    await changed;
    assert.equal(await count(second, 'spans.received'), 1);
    await first.close();
    await second.close();
  });

  it('keeps socket, claim and snapshot closed to others', async () => {
    const window = lab.open();
    await start(window);
    await window.receiver.call('flush', undefined);
    const mode = (file: string): string =>
      (lstatSync(path.join(lab.storage, file)).mode & 0o777).toString(8);
    assert.equal((lstatSync(lab.storage).mode & 0o777).toString(8), '700');
    assert.equal(mode('receiver.snapshot'), '600');
    assert.equal(mode('leader-1.json'), '600');
    const claim = JSON.parse(readFileSync(path.join(lab.storage, 'leader-1.json'), 'utf8')) as {
      token: string;
    };
    assert.match(claim.token, /^[\da-f]{64}$/);
    await window.close();
  });

  it('turns away whoever has no token', async () => {
    const window = lab.open();
    await start(window);
    const claim = JSON.parse(readFileSync(path.join(lab.storage, 'leader-1.json'), 'utf8')) as {
      socketPath: string;
    };
    const socket = connect(claim.socketPath);
    const hello = Buffer.from(JSON.stringify({ t: 'hello', version: 1, token: 'x'.repeat(64) }));
    const header = Buffer.alloc(4);
    header.writeUInt32BE(hello.length);
    socket.write(Buffer.concat([header, hello]));
    let answered = 0;
    socket.on('data', (chunk: Buffer) => (answered += chunk.length));
    await once(socket, 'close');
    assert.equal(answered, 0);
    await window.close();
  });

  it('a follower takes over on the same ports when the leader is killed, with the last snapshot', async () => {
    const ports = { httpPort: await freePort(), grpcPort: await freePort() };
    const [first, second, third] = [lab.open(), lab.open(), lab.open()];
    await start(first, ports);
    await start(second, ports);
    await start(third, ports);
    assert.equal(await post(ports.httpPort, 'kept'), 200);
    await first.receiver.call('flush', undefined);
    await first.kill();
    const one = await Promise.race([second.status(leads), third.status(leads)]);
    assert.ok(one.state === 'leading' && one.httpPort === ports.httpPort);
    assert.equal(await post(ports.httpPort, 'after', '1b73e4307c10faa1'), 200);
    const states = await Promise.all([
      second.status((s) => s.state === 'leading' || s.state === 'following'),
      third.status((s) => s.state === 'leading' || s.state === 'following'),
    ]);
    // Whichever it was: both answer, with the span of before.
    for (const window of [second, third])
      assert.equal((await window.receiver.call('services', undefined)).length, 1);
    assert.ok(states.some(leads));
    await second.close();
    await third.close();
  });

  it('hands over when the leading window closes, without losing what it had taken', async () => {
    const [first, second] = [lab.open(), lab.open()];
    const status = await start(first);
    assert.ok(status.state === 'leading');
    await start(second);
    assert.equal(await post(status.httpPort, 'GET /orders/:id'), 200);
    await first.close();
    await second.status(leads);
    const found = await second.receiver.call('searchTraces', {
      service: 'shop' as never,
      operations: [],
      kind: 'recent',
      limit: 10,
    });
    assert.equal(found.length, 1);
    assert.equal((await second.receiver.call('trace', found[0]!))?.spans.length, 1);
    await second.close();
  });

  it('exactly one of many windows that start at once leads, also over the remains of a killed one', async () => {
    const killed = lab.open();
    await start(killed);
    await killed.kill();
    const windows = Array.from({ length: 5 }, () => lab.open());
    const states = await Promise.all(windows.map((window) => start(window)));
    assert.equal(states.filter(leads).length, 1, JSON.stringify(states));
    const ports = new Set(states.map((s) => ('httpPort' in s ? s.httpPort : 0)));
    assert.equal(ports.size, 1);
    await Promise.all(windows.map((window) => window.close()));
    const left = readdirSync(lab.storage).filter((name) => name.endsWith('.sock'));
    assert.deepEqual(left, []);
  });

  it('names the holder of a taken port and the setting to change', async () => {
    const [mine, other] = [lab.open(), lab.open()];
    const status = await start(mine);
    assert.ok(status.state === 'leading');
    const elsewhere = path.join(lab.storage, 'another-editor');
    mkdirSync(elsewhere);
    const started = await other.receiver.call(
      'start',
      lab.settings({ httpPort: status.httpPort, storageFolder: elsewhere }),
    );
    assert.ok(!started.ok);
    assert.equal(started.failure.reason, 'portTaken');
    const { message, remedy } = started.failure;
    assert.equal(message, `port ${status.httpPort} is taken by Prodlens in the test`);
    assert.match(remedy ?? '', /prodlens\.local\.httpPort/);
    assert.equal((await other.status(settled)).state, 'failed');
    // The claim was given back: with another port the same window can lead.
    const again = await other.receiver.call('start', lab.settings({ storageFolder: elsewhere }));
    assert.ok(again.ok && again.value.state === 'leading');
    await other.close();
    await mine.close();
  });

  it('sets a damaged snapshot aside, says so, and starts empty', async () => {
    mkdirSync(lab.storage, { mode: 0o700 });
    writeFileSync(path.join(lab.storage, 'receiver.snapshot'), 'garbage');
    const window = lab.open();
    await start(window);
    const files = readdirSync(lab.storage);
    assert.ok(files.some((name) => /^receiver\.snapshot\.damaged-\d+$/.test(name)));
    assert.match(window.messages.join(), /set aside/);
    const report = await window.receiver.call('report', undefined);
    assert.match(report.messages.join(), /set aside/);
    await window.close();
  });

  it('clear forgets, on disk too, for all windows', async () => {
    const [first, second] = [lab.open(), lab.open()];
    const status = await start(first);
    assert.ok(status.state === 'leading');
    await start(second);
    await post(status.httpPort, 'GET /orders/:id');
    await first.receiver.call('flush', undefined);
    await second.receiver.call('clear', { storageFolder: lab.storage });
    assert.deepEqual(await first.receiver.call('services', undefined), []);
    const files = readdirSync(lab.storage).filter((name) => name.startsWith('receiver.snapshot'));
    assert.deepEqual(files, []);
    await second.close();
    await first.close();
  });

  it('clear forgets what an earlier window left, also where this one never started the receiver', async () => {
    mkdirSync(lab.storage, { recursive: true, mode: 0o700 });
    writeFileSync(path.join(lab.storage, 'receiver.snapshot'), 'of yesterday');
    writeFileSync(path.join(lab.storage, 'receiver.snapshot.damaged-1'), 'of last week');
    const window = lab.open();
    await window.receiver.call('clear', { storageFolder: lab.storage });
    assert.deepEqual(readdirSync(lab.storage), []);
    await window.close();
  });

  it('clear reaches the window that leads from one that takes no part', async () => {
    const [leader, other] = [lab.open(), lab.open()];
    const status = await start(leader);
    assert.ok(status.state === 'leading');
    await post(status.httpPort, 'GET /orders/:id');
    await leader.receiver.call('flush', undefined);
    assert.equal((await leader.receiver.call('services', undefined)).length, 1);
    await other.receiver.call('clear', { storageFolder: lab.storage });
    assert.deepEqual(await leader.receiver.call('services', undefined), []);
    assert.ok(!readdirSync(lab.storage).some((name) => name.startsWith('receiver.snapshot')));
    assert.equal((await leader.receiver.call('status', undefined)).state, 'leading');
    await other.close();
    await leader.close();
  });

  it('hands operations to the index worker of every window', async () => {
    const [first, second] = [lab.open(), lab.open()];
    const status = await start(first);
    assert.ok(status.state === 'leading');
    await start(second);
    const told = new Promise<{ epoch: string; count: number }>((resolve) =>
      second.feed.on('operationsChanged', (change) => {
        if (change.count > 0) resolve(change);
      }),
    );
    const routes = { routes: [{ framework: 'express', method: 'GET', path: '/orders/:id' }] };
    await second.feed.call('setRoutes', routes);
    await post(status.httpPort, 'GET /orders/:id');
    const { epoch } = await told;
    const answer = await second.feed.call('operations', { after: 0 });
    assert.equal(answer.epoch, epoch);
    assert.ok(answer.operations.some((operation) => operation.name === 'GET /orders/:id'));
    await second.close();
    await first.close();
  });

  it('answers nothing and takes nothing once stopped, and starts again', async () => {
    const window = lab.open();
    const status = await start(window);
    assert.ok(status.state === 'leading');
    await window.receiver.call('stop', undefined);
    await assert.rejects(post(status.httpPort, 'x'));
    await assert.rejects(window.receiver.call('services', undefined), /not running/);
    assert.deepEqual(await window.feed.call('operations', { after: 0 }), {
      epoch: '',
      operations: [],
    });
    assert.equal((await start(window)).state, 'leading');
    await window.close();
  });
});
