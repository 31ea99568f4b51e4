import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';

type Stream = 'stdout' | 'stderr';

/** Where a program writes that may outlive us: two files that have no name any more, so that nothing is left behind. */
export interface OutputFiles {
  /** Descriptors for the program. */
  readonly stdout: number;
  readonly stderr: number;
  /** The program has its descriptors: ours of the same files are closed. */
  started(): void;
  /** Tells what is written, a moment later, until `close`. */
  follow(take: (chunk: string, stream: Stream) => void): void;
  /** Tells what has been written and not been told. */
  readOn(): void;
  close(): void;
}

const readEvery = 150;
const chunkBytes = 64 * 1024;

export function openOutputFiles(): OutputFiles {
  const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-run-'));
  const open = (stream: Stream) => {
    const file = path.join(folder, stream);
    const written = openSync(file, 'wx', 0o600);
    return { stream, written, read: openSync(file, 'r'), decoder: new StringDecoder('utf8') };
  };
  const [stdout, stderr] = [open('stdout'), open('stderr')];
  rmSync(folder, { recursive: true, force: true });
  const buffer = Buffer.alloc(chunkBytes);
  let take: ((chunk: string, stream: Stream) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const readOn = (): void => {
    for (const { stream, read, decoder } of [stdout, stderr])
      while (!closed) {
        const size = readSync(read, buffer, 0, chunkBytes, null);
        if (size === 0) break;
        take?.(decoder.write(buffer.subarray(0, size)), stream);
      }
  };
  return {
    stdout: stdout.written,
    stderr: stderr.written,
    started: () => {
      for (const { written } of [stdout, stderr]) closeSync(written);
    },
    follow: (listener) => {
      take = listener;
      timer = setInterval(readOn, readEvery);
    },
    readOn,
    close: () => {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      for (const { read } of [stdout, stderr]) closeSync(read);
    },
  };
}
