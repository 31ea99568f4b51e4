import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Jaeger that is too old for v3: the real one behind a base path, with the page that answers every path it doesn't know. */
export function oldJaeger(url: string) {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (!path.startsWith('/jaeger/api/') || path.startsWith('/jaeger/api/v3')) {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Jaeger UI');
      return;
    }
    fetch(`${url}${path.slice('/jaeger'.length)}`)
      .then(async (answer) => {
        response
          .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          .end(await answer.text());
      })
      .catch(() => response.writeHead(502).end());
  });
  return {
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jaeger`,
    start: async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
