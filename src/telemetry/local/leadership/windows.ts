import { timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Handlers } from '../../../rpc/contract.ts';
import { protocolVersion } from '../../../rpc/contract.ts';
import type { Server as RpcServer } from '../../../rpc/peer.ts';
import { serve } from '../../../rpc/peer.ts';
import type { SocketTransport } from '../../../rpc/socketTransport.ts';
import { socketTransport } from '../../../rpc/socketTransport.ts';
import type { SharedContract } from './contract.ts';

/** Milliseconds a window has to say who it is. */
const helloTimeout = 5_000;
const maxWindows = 64;

export interface WindowsOptions {
  readonly socketPath: string;
  readonly token: string;
  /** Handlers for one window; `left` is called when it goes. */
  readonly welcome: () => {
    readonly handlers: Handlers<SharedContract>;
    readonly left: () => void;
  };
  /** A window with a newer protocol asked: this one has to be reloaded. */
  readonly outdated: () => void;
  readonly version?: number;
}

const sameToken = (given: unknown, expected: string): boolean => {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The leader's door for the other windows of the same person. */
export class Windows {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly served = new Set<RpcServer<SharedContract>>();
  private readonly options: WindowsOptions;
  private open = false;
  private readonly early: { transport: SocketTransport; version: number }[] = [];

  private constructor(options: WindowsOptions) {
    this.options = options;
    this.server = createServer((socket) => {
      this.greet(socket);
    });
    this.server.maxConnections = maxWindows;
  }

  static async listen(options: WindowsOptions): Promise<Windows> {
    const windows = new Windows(options);
    await new Promise<void>((resolve, reject) => {
      windows.server.once('error', reject);
      windows.server.listen(options.socketPath, () => {
        windows.server.off('error', reject);
        windows.server.on('error', () => undefined);
        resolve();
      });
    });
    return windows;
  }

  /** From now on windows are served; those that came while the leader was starting have waited. */
  admit(): void {
    this.open = true;
    for (const { transport, version } of this.early.splice(0)) this.welcome(transport, version);
  }

  emit<K extends keyof SharedContract['events']>(
    name: K,
    payload: SharedContract['events'][K],
  ): void {
    for (const server of this.served) server.emit(name, payload);
  }

  async close(): Promise<void> {
    for (const server of this.served) server.dispose();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
      for (const socket of this.sockets) socket.destroySoon();
    });
    if (process.platform !== 'win32') await rm(this.options.socketPath, { force: true });
  }

  private greet(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const transport = socketTransport(socket);
    const timer = setTimeout(() => socket.destroy(), helloTimeout);
    timer.unref();
    let greeted = false;
    transport.onClose(() => {
      clearTimeout(timer);
    });
    transport.onFrame((frame) => {
      if (greeted) return;
      greeted = true;
      clearTimeout(timer);
      if (frame.t !== 'hello' || !sameToken(frame.token, this.options.token)) socket.destroy();
      else if (this.open) this.welcome(transport, frame.version);
      else this.early.push({ transport, version: frame.version });
    });
  }

  private welcome(transport: SocketTransport, version: number): void {
    const ours = this.options.version ?? protocolVersion;
    transport.send({ t: 'hello', version: ours });
    if (version !== ours) {
      transport.close();
      if (version > ours) this.options.outdated();
      return;
    }
    transport.trust();
    const { handlers, left } = this.options.welcome();
    const server = serve(transport, handlers);
    this.served.add(server);
    transport.onClose(() => {
      this.served.delete(server);
      left();
    });
  }
}
