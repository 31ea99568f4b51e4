import type { Socket } from 'node:net';
import type { Frame, Transport } from './contract.ts';

const headerBytes = 4;
/** Until the other end has proved who it is, only a hello is taken. */
const helloBytes = 4 * 1024;
const frameBytes = 64 * 1024 * 1024;
/** Unsent bytes at which a reader that doesn't read is given up. */
const backlogBytes = 128 * 1024 * 1024;

/** Frames as JSON behind a 32-bit length, over a unix socket or named pipe. */
export interface SocketTransport extends Transport {
  /** Lifts the bound on frames from that of a hello to that of an answer. */
  trust(): void;
}

export function socketTransport(socket: Socket): SocketTransport {
  const frameListeners = new Set<(frame: Frame) => void>();
  const closeListeners = new Set<(reason: string) => void>();
  let maxBytes = helloBytes;
  let chunks: Buffer[] = [];
  let buffered = 0;
  let closed: string | undefined;

  const fail = (reason: string): void => {
    closed ??= reason;
    socket.destroy();
  };
  const take = (bytes: number): Buffer => {
    const all = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    chunks = all.length > bytes ? [all.subarray(bytes)] : [];
    buffered -= bytes;
    return all.subarray(0, bytes);
  };
  let wanted: number | undefined;
  const dispatch = (): void => {
    for (;;) {
      if (wanted === undefined) {
        if (buffered < headerBytes) return;
        wanted = take(headerBytes).readUInt32BE(0);
        if (wanted > maxBytes) {
          fail('a frame is too large');
          return;
        }
      }
      if (buffered < wanted) return;
      const frame = parse(take(wanted));
      wanted = undefined;
      if (frame === undefined) {
        fail('a frame is not valid');
        return;
      }
      for (const listener of [...frameListeners]) listener(frame);
      if (socket.destroyed) return;
    }
  };

  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    buffered += chunk.length;
    dispatch();
  });
  socket.on('error', (error) => {
    closed ??= error.message;
  });
  socket.on('close', () => {
    closed ??= 'the connection was closed';
    for (const listener of [...closeListeners]) listener(closed);
  });

  return {
    send: (frame) => {
      if (socket.destroyed || socket.writableEnded) return;
      const body = Buffer.from(JSON.stringify(frame));
      const header = Buffer.alloc(headerBytes);
      header.writeUInt32BE(body.length);
      socket.write(Buffer.concat([header, body]));
      if (socket.writableLength > backlogBytes) fail('the other end does not read');
    },
    onFrame: (listener) => void frameListeners.add(listener),
    onClose: (listener) => {
      if (socket.closed) listener(closed ?? 'the connection was closed');
      else closeListeners.add(listener);
    },
    close: () => {
      // What was sent before still goes out; a peer that doesn't take it within a moment is cut off.
      socket.end();
      setTimeout(() => socket.destroy(), 500).unref();
    },
    trust: () => {
      maxBytes = frameBytes;
    },
  };
}

function parse(bytes: Buffer): Frame | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const isFrame =
      typeof value === 'object' && value !== null && typeof (value as Frame).t === 'string';
    return isFrame ? (value as Frame) : undefined;
  } catch {
    return undefined;
  }
}
