import type { Contract, Frame, Handlers, Remote, Transport } from './contract.ts';
import { RpcError } from './contract.ts';

/** Calls under way at once per client; more wait in line, and a line over `maxQueued` is refused as busy. */
const maxInFlight = 64;
const maxQueued = 2_000;

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: RpcError) => void;
  readonly stopListening: () => void;
}

/** The calling end of a contract. Late answers of aborted calls are dropped. */
export function createRemote<C extends Contract>(transport: Transport): Remote<C> {
  const pending = new Map<number, Pending>();
  const queue: { readonly id: number; readonly start: () => void }[] = [];
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const closeListeners = new Set<(reason: string) => void>();
  let nextId = 1;
  let inFlight = 0;
  let closed: string | undefined;

  const startNext = (): void => {
    while (inFlight < maxInFlight) {
      const next = queue.shift();
      if (next === undefined) return;
      next.start();
    }
  };
  const settle = (id: number): Pending | undefined => {
    const call = pending.get(id);
    if (call === undefined) return undefined;
    pending.delete(id);
    call.stopListening();
    inFlight--;
    return call;
  };

  transport.onFrame((frame: Frame) => {
    if (frame.t === 'result') settle(frame.id)?.resolve(frame.value as never);
    else if (frame.t === 'error')
      settle(frame.id)?.reject(
        new RpcError(frame.aborted === true ? 'aborted' : 'failed', frame.message),
      );
    else if (frame.t === 'event')
      for (const listener of listeners.get(frame.name) ?? []) listener(frame.payload as never);
    startNext();
  });
  transport.onClose((reason) => {
    closed = reason;
    for (const [, call] of pending) {
      call.stopListening();
      call.reject(new RpcError('closed', reason));
    }
    pending.clear();
    inFlight = 0;
    for (const waiting of queue.splice(0)) waiting.start();
    for (const listener of closeListeners) listener(reason);
  });

  return {
    call(name, params, options = {}) {
      const { signal, transfer } = options;
      return new Promise((resolve, reject) => {
        if (closed !== undefined) {
          reject(new RpcError('closed', closed));
          return;
        }
        if (signal?.aborted === true) {
          reject(new RpcError('aborted', 'aborted'));
          return;
        }
        if (queue.length >= maxQueued) {
          reject(new RpcError('busy', `more than ${String(maxQueued)} calls are waiting`));
          return;
        }
        const id = nextId++;
        const onAbort = (): void => {
          const index = queue.findIndex((waiting) => waiting.id === id);
          if (index >= 0) queue.splice(index, 1);
          else {
            transport.send({ t: 'cancel', id });
            settle(id);
            startNext();
          }
          reject(new RpcError('aborted', 'aborted'));
        };
        const stopListening = (): void => signal?.removeEventListener('abort', onAbort);
        signal?.addEventListener('abort', onAbort, { once: true });
        const start = (): void => {
          if (closed !== undefined) {
            stopListening();
            reject(new RpcError('closed', closed));
            return;
          }
          inFlight++;
          pending.set(id, { resolve: resolve, reject, stopListening });
          transport.send({ t: 'call', id, name, params }, transfer);
        };
        if (inFlight < maxInFlight) start();
        else queue.push({ id, start });
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return { dispose: () => void set.delete(listener) };
    },
    onClose(listener) {
      if (closed !== undefined) listener(closed);
      else closeListeners.add(listener);
      return { dispose: () => void closeListeners.delete(listener) };
    },
    dispose: () => {
      transport.close();
    },
  };
}

/** The serving end of a contract over one transport. */
export interface Server<C extends Contract> {
  emit<K extends keyof C['events'] & string>(name: K, payload: C['events'][K]): void;
  dispose(): void;
}

/** Answers calls with `handlers`. An unknown call is an error for the caller, never a crash of the server. */
export function serve<C extends Contract>(transport: Transport, handlers: Handlers<C>): Server<C> {
  const running = new Map<number, AbortController>();
  transport.onFrame((frame) => {
    if (frame.t === 'cancel') running.get(frame.id)?.abort();
    if (frame.t === 'call') void answer(frame.id, frame.name, frame.params);
  });
  transport.onClose(() => {
    for (const [, controller] of running) controller.abort();
  });

  async function answer(id: number, name: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      if (handler === undefined) throw new Error(`unknown call ${name}`);
      const value: unknown = await handler(params, controller.signal);
      if (!controller.signal.aborted) transport.send({ t: 'result', id, value });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!controller.signal.aborted) transport.send({ t: 'error', id, message });
    } finally {
      running.delete(id);
    }
  }

  return {
    emit: (name, payload) => {
      transport.send({ t: 'event', name, payload });
    },
    dispose: () => {
      transport.close();
    },
  };
}

/** A remote that calls handlers of this same thread: for the leading window and for tests. */
export function inProcess<C extends Contract>(
  handlers: Handlers<C>,
): { readonly remote: Remote<C>; readonly server: Server<C> } {
  const ends: [((f: Frame) => void)[], ((f: Frame) => void)[]] = [[], []];
  const closers: ((reason: string) => void)[] = [];
  let closed = false;
  const end = (mine: 0 | 1): Transport => ({
    send: (frame) => {
      queueMicrotask(() => {
        if (!closed) for (const listener of ends[mine === 0 ? 1 : 0]) listener(frame);
      });
    },
    onFrame: (listener) => ends[mine].push(listener),
    onClose: (listener) => closers.push(listener),
    close: () => {
      if (closed) return;
      closed = true;
      for (const listener of closers) listener('closed');
    },
  });
  return { remote: createRemote<C>(end(0)), server: serve<C>(end(1), handlers) };
}
