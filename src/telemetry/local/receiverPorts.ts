import type { Server, Socket } from 'node:net';
import { connect } from 'node:net';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { portHolder } from './receiverPortHolder.ts';

const loopbackAddresses = ['127.0.0.1', '::1'] as const;
type Loopback = (typeof loopbackAddresses)[number];

/** Where a port comes from, for the message when it is taken. */
export interface PortSetting {
  readonly setting: string;
  /** 0: any free port. */
  readonly port: number;
}

/** A server on both loopback addresses (or the one that exists). */
export interface LoopbackListener {
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

const probeTimeout = 1_000;
/** Absent address family; not an answer. */
const absent = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH', 'EHOSTUNREACH', 'EINVAL']);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Whether somebody answers at this address. */
function probe(address: Loopback, port: number): Promise<'taken' | 'free' | 'absent'> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: probeTimeout });
    const done = (answer: 'taken' | 'free' | 'absent'): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      done('taken');
    });
    // Nobody refuses and nobody answers: something swallows connections there, which is no place for us.
    socket.once('timeout', () => {
      done('taken');
    });
    socket.once('error', (error) => {
      done(absent.has(codeOf(error)) ? 'absent' : 'free');
    });
  });
}

function listen(server: Server, address: Loopback, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => {
      server.off('error', reject);
      // Errors of a listening server (EMFILE on accept) must not end the process.
      server.on('error', () => undefined);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

async function taken(setting: PortSetting, signal: AbortSignal): Promise<Result<never>> {
  const holder = await portHolder(setting.port, signal);
  return fail(
    'portTaken',
    `port ${setting.port} is taken by ${holder ?? 'another program'}`,
    `stop that program, or set ${setting.setting} to a free port and point the exporters there`,
  );
}

const tries = 5;

/**
 * Binds one server per loopback address to the same port. Before that it connects to both: a program on 0.0.0.0 would not stop the
 * kernel from giving us 127.0.0.1, and its traffic would silently come to us (docs/security.md, "Receiver").
 */
export async function listenOnLoopback(
  setting: PortSetting,
  createServer: () => Server,
  signal: AbortSignal,
): Promise<Result<LoopbackListener>> {
  for (let attempt = 1; ; attempt++) {
    const attempted = await bindBoth(setting, createServer, signal);
    // A port chosen by the system on one address may be taken on the other: choose again.
    if (attempted !== 'taken') return attempted;
    if (setting.port !== 0 || attempt === tries) return taken(setting, signal);
  }
}

async function bindBoth(
  setting: PortSetting,
  createServer: () => Server,
  signal: AbortSignal,
): Promise<Result<LoopbackListener> | 'taken'> {
  let { port } = setting;
  if (port !== 0) {
    const answers = await Promise.all(loopbackAddresses.map((address) => probe(address, port)));
    if (answers.includes('taken')) return 'taken';
  }
  if (signal.aborted) return fail('aborted', 'stopped while starting');
  const bound: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
  for (const address of loopbackAddresses) {
    const server = createServer();
    const sockets = trackSockets(server);
    try {
      port = await listen(server, address, port);
      bound.push({ server, sockets });
    } catch (error) {
      if (absent.has(codeOf(error)) && address === '::1') continue;
      await Promise.all(bound.map(closeServer));
      if (codeOf(error) === 'EADDRINUSE') return 'taken';
      const remedy =
        codeOf(error) === 'EACCES' ? `set ${setting.setting} to a port above 1023` : undefined;
      const why = error instanceof Error ? error.message : String(error);
      return fail('refused', `port ${setting.port} can't be opened: ${why}`, remedy);
    }
  }
  return ok({
    port,
    close: async () => {
      await Promise.all(bound.map(closeServer));
    },
  });
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

function closeServer(entry: {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
}): Promise<void> {
  return new Promise((resolve) => {
    entry.server.close(() => {
      resolve();
    });
    for (const socket of entry.sockets) socket.destroy();
  });
}
