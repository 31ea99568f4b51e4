import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** An HTTPS server of 127.0.0.1. */
export async function startTlsServer(
  options: TlsOptions,
  answer: RequestListener = (_, response) => response.end('{"a":1}'),
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const server = createServer(options, answer);
  // Those whose handshake failed are no connections of the HTTP server: it would wait for them.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
