import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request as forward } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ForwardProxy {
  readonly port: number;
  /** What it was asked for: `CONNECT host:port`, or the method and the absolute address of a plain request; with the credentials given. */
  readonly asked: readonly { readonly line: string; readonly authorization: string | undefined }[];
  readonly stop: () => Promise<void>;
}

export interface ForwardProxyOptions {
  /** `user:password`; without it the proxy wants none. */
  readonly credentials?: string;
  /** Names that this proxy alone knows: `host` → a port of 127.0.0.1. Others it can't reach. */
  readonly hosts: Readonly<Record<string, number>>;
  /** What it answers instead of connecting. */
  readonly refuse?: number;
}

/** An HTTP proxy of 127.0.0.1: CONNECT for https, absolute addresses for http (RFC 9112, 3.2.2; RFC 9110, 9.3.6 and 11.7). */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const asked: { line: string; authorization: string | undefined }[] = [];
  const refusal = (request: IncomingMessage): number | undefined => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ line: `${request.method} ${request.url}`, authorization });
    if (options.refuse !== undefined) return options.refuse;
    if (options.credentials === undefined) return undefined;
    const right = `Basic ${Buffer.from(options.credentials).toString('base64')}`;
    return authorization === right ? undefined : 407;
  };
  const server: Server = createServer((request, response) => {
    const refused = refusal(request);
    if (refused !== undefined) {
      response.writeHead(refused, { 'proxy-authenticate': 'Basic realm="test"' }).end('{}');
      return;
    }
    const url = new URL(request.url ?? '', 'http://none.test');
    const port = options.hosts[url.hostname];
    if (port === undefined) {
      response.writeHead(502).end('{}');
      return;
    }
    request.pipe(
      forward(
        { host: '127.0.0.1', port, path: url.pathname + url.search, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      ).on('error', () => response.destroy()),
    );
  });
  server.on('connect', (request: IncomingMessage, socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refused = refusal(request);
    const port = options.hosts[(request.url ?? '').replace(/:\d+$/, '')];
    if (refused !== undefined || port === undefined) {
      const status = refused ?? 502;
      const ask = status === 407 ? 'Proxy-Authenticate: Basic realm="test"\r\n' : '';
      socket.end(
        `HTTP/1.1 ${status} no\r\n${ask}Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  // Tunnels are no connections of the HTTP server any more: it would wait for them.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
