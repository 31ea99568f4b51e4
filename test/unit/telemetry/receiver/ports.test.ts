import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { listenOnLoopback } from '../../../../src/telemetry/local/receiverPorts.ts';

const never = new AbortController().signal;

describe('loopback ports', function () {
  this.timeout(20_000);
  const open: { close(done?: () => void): unknown }[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  async function other(host: string, port = 0): Promise<number> {
    const server: Server = createServer((socket) => socket.destroy());
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
    server.listen({ port, host, ipv6Only: true });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('listens on both addresses with one port', async function () {
    const greet = () =>
      createServer((socket) => {
        socket.end('hello');
      });
    const listening = await listenOnLoopback({ setting: 's', port: 0 }, greet, never);
    assert.ok(listening.ok);
    open.push(listening.value);
    for (const host of ['127.0.0.1', '::1']) {
      const socket = connect(listening.value.port, host);
      const event = await new Promise<string>((resolve) => {
        socket.once('data', (data) => {
          resolve(String(data));
        });
        socket.once('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code ?? 'error');
        });
      });
      socket.destroy();
      if (host === '::1' && event !== 'hello')
        console.log(`      this machine has no ::1 (${event}): only 127.0.0.1 was tried`);
      else assert.equal(event, 'hello');
    }
  });

  it('sees a program that listens on all addresses, which the kernel alone would let us shadow', async () => {
    const port = await other('0.0.0.0');
    const taken = await listenOnLoopback(
      { setting: 'prodlens.local.httpPort', port },
      createServer,
      never,
    );
    assert.ok(!taken.ok);
    assert.equal(taken.failure.reason, 'portTaken');
    assert.match(taken.failure.remedy ?? '', /prodlens\.local\.httpPort/);
  });

  it('names the program that holds the port, where the system tells', async () => {
    const port = await other('127.0.0.1');
    const taken = await listenOnLoopback({ setting: 's', port }, createServer, never);
    assert.ok(!taken.ok);
    if (process.platform === 'linux') {
      const name = readFileSync('/proc/self/comm', 'utf8').trim();
      assert.equal(
        taken.failure.message,
        `port ${port} is taken by ${name} (process ${process.pid})`,
      );
    } else assert.equal(taken.failure.message, `port ${port} is taken by another program`);
  });

  it('closes with connections open', async () => {
    const listening = await listenOnLoopback({ setting: 's', port: 0 }, createServer, never);
    assert.ok(listening.ok);
    const socket = connect(listening.value.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await listening.value.close();
    await closed;
  });
});
