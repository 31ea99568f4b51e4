import dns from 'node:dns';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

interface Options {
  readonly all?: boolean;
}
type Callback = (error: Error | null, address?: unknown, family?: number) => void;

/**
 * The network around a test, without any of it: every name is this machine, or unknown; and time limits, which end when a test says so, not
 * when the time is over.
 */
export class TestNetwork {
  /** No name is known. */
  unknown = false;
  /** Nothing answers to a connection: every time limit ends as soon as one is begun. */
  silent = false;
  readonly #deadlines = new Set<AbortController>();
  readonly #lookup = dns.lookup;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  readonly #timeout = AbortSignal.timeout;

  install(): void {
    const lookup = (host: string, given: Options | Callback, last?: Callback): void => {
      const options = typeof given === 'function' ? {} : given;
      const done = typeof given === 'function' ? given : (last ?? (() => undefined));
      // A server that begins to listen looks its own address up.
      if (!host.endsWith('.test')) {
        (this.#lookup as (host: string, options: Options, done: Callback) => void)(
          host,
          options,
          done,
        );
        return;
      }
      setImmediate(() => {
        if (this.unknown)
          done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }));
        else if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
        if (this.silent) setImmediate(() => this.expire());
      });
    };
    dns.lookup = lookup as unknown as typeof dns.lookup;
    AbortSignal.timeout = () => {
      const deadline = new AbortController();
      this.#deadlines.add(deadline);
      return deadline.signal;
    };
  }

  uninstall(): void {
    dns.lookup = this.#lookup;
    AbortSignal.timeout = this.#timeout;
  }

  /** The time of everything that waits is over. */
  expire(): void {
    const all = [...this.#deadlines];
    this.#deadlines.clear();
    for (const deadline of all)
      deadline.abort(new DOMException('The operation timed out', 'TimeoutError'));
  }
}

/** Listens, and takes no connection: whoever comes when its queue is full gets no answer at all. */
export async function listenDeaf(port: number): Promise<() => Promise<void>> {
  const worker = new Worker(
    `const { createServer } = require('node:net');
     const { parentPort, workerData } = require('node:worker_threads');
     const server = createServer();
     server.listen({ port: workerData, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage('listening');
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true, workerData: port },
  );
  await once(worker, 'message');
  const queue: Socket[] = [];
  for (let i = 0; i < 4; i += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    queue.push(socket);
  }
  return async () => {
    for (const socket of queue) socket.destroy();
    await worker.terminate();
  };
}
