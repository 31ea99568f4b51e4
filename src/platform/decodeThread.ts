import { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../domain/result.ts';
import { RpcError, type Remote } from '../rpc/contract.ts';
import { portTransport } from '../rpc/messagePort.ts';
import { createRemote } from '../rpc/peer.ts';
import type { DecodeAway, DecodeContract } from '../telemetry/decodeContract.ts';
import type { Clock } from './clock.ts';
import type { Disposable } from './disposables.ts';

/** Answers have a limit of their own; ten times as much is what their rows may take. */
const maxHeapMb = 512;
/** Large answers come at the beginning, and seldom after it: a thread that waits costs memory. */
const idleMs = 60_000;

/** The thread that decodes large answers: started with the first one, ended when there was none for a while. */
export class DecodeThread implements Disposable {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #heapMb: number;
  #remote: Remote<DecodeContract> | undefined;
  #busy = 0;
  #idle: Disposable | undefined;
  #disposed = false;

  /** @param heapMb the most that an answer and its rows may take */
  constructor(file: string, clock: Clock, heapMb = maxHeapMb) {
    this.#heapMb = heapMb;
    this.#file = file;
    this.#clock = clock;
  }

  get running(): boolean {
    return this.#remote !== undefined;
  }

  readonly decode: DecodeAway = async (decoder, bytes, signal) => {
    if (this.#disposed) return fail('aborted', 'Prodlens is closing.');
    this.#idle?.dispose();
    this.#busy += 1;
    try {
      return await this.#decode(this.#ensure(), decoder, bytes, signal);
    } catch (error) {
      if (signal.aborted || (error instanceof RpcError && error.reason === 'aborted'))
        return fail('aborted', 'Cancelled.');
      return fail(
        'tooLarge',
        'An answer of the backend could not be read: it is too large, or it takes more memory than there is.',
        'Ask for less: a shorter window, or a narrower filter.',
      );
    } finally {
      this.#busy -= 1;
      if (this.#busy === 0)
        this.#idle = this.#clock.after(idleMs, () => {
          this.#end();
        });
    }
  };

  async #decode(
    remote: Remote<DecodeContract>,
    decoder: string,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Result<readonly unknown[]>> {
    const own = ownBuffer(bytes);
    const decoded = await remote.call(
      'decode',
      { decoder, bytes: own },
      { signal, transfer: [own.buffer] },
    );
    if (!decoded.ok) return decoded;
    const { id, parts } = decoded.value;
    const rows: unknown[] = [];
    try {
      for (let part = 0; part < parts; part += 1)
        for (const row of await remote.call('part', { id, part }, { signal })) rows.push(row);
    } catch (error) {
      remote.call('drop', { id }).catch(() => undefined);
      throw error;
    }
    return ok(rows);
  }

  #ensure(): Remote<DecodeContract> {
    if (this.#remote !== undefined) return this.#remote;
    const worker = new Worker(this.#file, {
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb },
      name: 'prodlens decoding',
    });
    worker.unref();
    const remote = createRemote<DecodeContract>(portTransport(worker));
    remote.onClose(() => {
      if (this.#remote === remote) this.#remote = undefined;
    });
    this.#remote = remote;
    return remote;
  }

  #end(): void {
    if (this.#busy > 0) return;
    this.#remote?.dispose();
    this.#remote = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.#idle?.dispose();
    this.#remote?.dispose();
    this.#remote = undefined;
  }
}

/** Bytes that are alone in their buffer, so that it can be given away. */
const ownBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === bytes.byteLength
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);
