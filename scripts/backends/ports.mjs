/** Ports for servers of tests, which bind them some seconds after they are chosen. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to outgoing connections, which come and go meanwhile; above those of well-known services. */
const lowest = 15_000;
const highest = 32_000;

/** A server that is about to bind one may not have done so when the next is chosen. */
const given = new Set();

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody listens on, and that this process hasn't given before */
export async function freePort() {
  while (given.size <= highest - lowest) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (given.has(port)) continue;
    // Taken now, while nobody listens on it is still being found out: others ask at the same time.
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${lowest} to ${highest}`);
}

/** @param {number} count of ports, all different */
export const freePorts = (count) => Promise.all(Array.from({ length: count }, freePort));

async function isFree(port) {
  const probe = createServer();
  probe.listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
