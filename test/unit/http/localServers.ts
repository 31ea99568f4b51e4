import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Servers of 127.0.0.1 for the tests of the suite that calls it; each is closed after its test. Gives the function that starts one. */
export function localServers(): (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) => Promise<string> {
  const servers: Server[] = [];
  afterEach(() => Promise.all(servers.splice(0).map(closed)));
  return async (answer) => {
    const server = createServer(answer);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** An address of 127.0.0.1 where nothing listens. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await closed(server);
  return `http://127.0.0.1:${port}`;
}
