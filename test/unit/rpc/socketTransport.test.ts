import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from '../../../src/rpc/contract.ts';
import { createRemote, serve } from '../../../src/rpc/peer.ts';
import { socketTransport } from '../../../src/rpc/socketTransport.ts';

interface Echo {
  readonly calls: { readonly echo: { params: string; result: string } };
  readonly events: { readonly news: string };
}

describe('frames over a socket', function () {
  this.timeout(20_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-socket-'));
  const name =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\prodlens-test-${process.pid}`
      : path.join(folder, 's');
  let server: Server;
  let accepted: Promise<Socket>;
  const clients: Socket[] = [];
  beforeEach(async () => {
    server = createServer();
    accepted = once(server, 'connection').then(([socket]) => socket as Socket);
    server.listen(name);
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    (await accepted).destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function dial(): Socket {
    const socket = connect(name);
    clients.push(socket);
    return socket;
  }

  const header = (length: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    return bytes;
  };

  it('carries calls, large answers and events', async () => {
    const here = socketTransport(dial());
    const there = socketTransport(await accepted);
    here.trust();
    there.trust();
    const remote = createRemote<Echo>(here);
    const served = serve<Echo>(there, { echo: (text) => text });
    const news = new Promise((resolve) => remote.on('news', resolve));
    const large = 'ü'.repeat(1_000_000);
    assert.equal(await remote.call('echo', large), large);
    served.emit('news', 'today');
    assert.equal(await news, 'today');
    const closed = new Promise((resolve) => remote.onClose(resolve));
    served.dispose();
    await closed;
    await assert.rejects(remote.call('echo', 'x'), { reason: 'closed' });
  });

  it('reads frames that come byte by byte and several at once', async () => {
    const socket = dial();
    const there = socketTransport(await accepted);
    const frames: Frame[] = [];
    const three = new Promise<void>((resolve) => {
      there.onFrame((frame) => {
        if (frames.push(frame) === 3) resolve();
      });
    });
    const body = Buffer.from(JSON.stringify({ t: 'cancel', id: 1 }));
    const bytes = Buffer.concat([header(body.length), body]);
    socket.setNoDelay(true);
    for (const byte of bytes)
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    socket.write(Buffer.concat([bytes, bytes]));
    await three;
    assert.deepEqual(frames[2], { t: 'cancel', id: 1 });
  });

  it('cuts off whoever sends a large frame before it is trusted', async () => {
    const socket = dial();
    const there = socketTransport(await accepted);
    const reason = new Promise((resolve) => {
      there.onClose(resolve);
    });
    socket.write(header(1_000_000));
    assert.equal(await reason, 'a frame is too large');
  });

  it('cuts off whoever sends no frames', async () => {
    const socket = dial();
    const there = socketTransport(await accepted);
    const reason = new Promise((resolve) => {
      there.onClose(resolve);
    });
    socket.write(Buffer.concat([header(5), Buffer.from('[1,2]')]));
    assert.equal(await reason, 'a frame is not valid');
  });
});
