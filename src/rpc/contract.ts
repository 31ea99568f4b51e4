/**
 * The typed, versioned channel between the extension host, its worker threads and other windows.
 * A contract lists what the serving side answers (`calls`) and announces (`events`). Payloads are plain data:
 * structured-clonable over a MessagePort, JSON over a socket (so no bigint, Map or undefined-versus-absent tricks).
 */
export interface Contract {
  readonly calls: Record<string, { readonly params: unknown; readonly result: unknown }>;
  readonly events: Record<string, unknown>;
}

/** Raised with every change of the frames or of a contract that another window's version can't read. */
export const protocolVersion = 1;

export type Frame =
  | { readonly t: 'hello'; readonly version: number; readonly token?: string }
  | { readonly t: 'call'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly t: 'cancel'; readonly id: number }
  | { readonly t: 'result'; readonly id: number; readonly value: unknown }
  | { readonly t: 'error'; readonly id: number; readonly message: string; readonly aborted?: true }
  | { readonly t: 'event'; readonly name: string; readonly payload: unknown };

/** A way to carry frames. Disconnection is final. */
export interface Transport {
  send(frame: Frame, transfer?: readonly ArrayBuffer[]): void;
  onFrame(listener: (frame: Frame) => void): void;
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

export type Params<C extends Contract, K extends keyof C['calls']> = C['calls'][K]['params'];
export type Answer<C extends Contract, K extends keyof C['calls']> = C['calls'][K]['result'];

/** What serves a contract: one method per call. A thrown error reaches the caller as `RpcError`. */
export type Handlers<C extends Contract> = {
  readonly [K in keyof C['calls']]: (
    params: Params<C, K>,
    signal: AbortSignal,
  ) => Promise<Answer<C, K>> | Answer<C, K>;
};

/** What a caller holds, whether the other end is a thread, a window or the same object. */
export interface Remote<C extends Contract> {
  call<K extends keyof C['calls'] & string>(
    name: K,
    params: Params<C, K>,
    options?: { readonly signal?: AbortSignal; readonly transfer?: readonly ArrayBuffer[] },
  ): Promise<Answer<C, K>>;
  on<K extends keyof C['events'] & string>(
    name: K,
    listener: (payload: C['events'][K]) => void,
  ): { dispose(): void };
  onClose(listener: (reason: string) => void): { dispose(): void };
  dispose(): void;
}

/** The call failed on the other side, was aborted, or the other side is gone. */
export class RpcError extends Error {
  readonly reason: 'failed' | 'aborted' | 'closed' | 'busy';

  constructor(reason: 'failed' | 'aborted' | 'closed' | 'busy', message: string) {
    super(message);
    this.name = 'RpcError';
    this.reason = reason;
  }
}
