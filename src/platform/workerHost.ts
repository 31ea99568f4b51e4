import path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Contract, Remote } from '../rpc/contract.ts';
import { RpcError } from '../rpc/contract.ts';
import { portTransport } from '../rpc/messagePort.ts';
import { createRemote } from '../rpc/peer.ts';
import type { Clock } from './clock.ts';
import type { Disposable } from './disposables.ts';
import { Emitter } from './disposables.ts';
import type { Log } from './log.ts';

export type WorkerState =
  { readonly state: 'idle' | 'running' } | { readonly state: 'waiting'; readonly message: string };

/** A worker thread that is started when first called and again when it dies; a `Remote` that survives that. */
export interface SupervisedRemote<C extends Contract> extends Remote<C> {
  /** Runs at each start, before any other call: whatever the thread must know. */
  onStart(setUp: (remote: Remote<C>) => Promise<void>): Disposable;
  readonly state: () => WorkerState;
  /** Restarts so far. */
  readonly restarts: () => number;
}

const backOff = [0, 500, 2_000, 10_000, 30_000];
/** A thread that ran this long has its earlier deaths forgiven. */
const forgivenAfter = 60_000;

interface WorkerPlan {
  readonly file: string;
  readonly maxHeapMb: number;
  readonly feed: 'index' | 'receiver';
  /** What the thread may begin with before it is told anything. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The two threads of a window and the port between them. When one dies both get a new port, so both start anew. */
export class WorkerPair implements Disposable {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #channel = new MessageChannel();
  #taken = new Set<'index' | 'receiver'>();
  readonly #drop: (() => void)[] = [];
  #disposed = false;

  constructor(folder: string, clock: Clock, log: Log) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
  }

  supervise<C extends Contract>(plan: WorkerPlan): SupervisedRemote<C> {
    const thread = new Supervised<C>(
      () => this.#start(plan),
      this.#clock,
      this.#log.scoped(plan.feed),
      () => {
        this.#renew(plan.feed);
      },
    );
    this.#drop.push(() => {
      thread.dispose();
    });
    this.#others.set(plan.feed, thread);
    return thread;
  }
  readonly #others = new Map<string, { drop(reason: string): void }>();

  #start(plan: WorkerPlan): Worker {
    const port = plan.feed === 'index' ? this.#channel.port1 : this.#channel.port2;
    this.#taken.add(plan.feed);
    return new Worker(path.join(this.#folder, plan.file), {
      workerData: { ...plan.data, feedPort: port },
      transferList: [port],
      resourceLimits: { maxOldGenerationSizeMb: plan.maxHeapMb },
      name: `prodlens ${plan.feed}`,
    });
  }

  #renew(died: 'index' | 'receiver'): void {
    if (this.#disposed || this.#taken.size === 0) return;
    this.#taken = new Set();
    this.#channel = new MessageChannel();
    for (const [name, thread] of this.#others)
      if (name !== died) thread.drop(`the ${died} thread stopped`);
  }

  dispose(): void {
    this.#disposed = true;
    for (const drop of this.#drop) drop();
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}

class Supervised<C extends Contract> implements SupervisedRemote<C> {
  readonly #startWorker: () => Worker;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #died: () => void;
  readonly #setUps = new Set<(remote: Remote<C>) => Promise<void>>();
  readonly #subscriptions = new Set<{
    readonly attach: (remote: Remote<C>) => void;
    current?: { dispose(): void };
  }>();
  readonly #closed = new Emitter<string>();
  #running: { readonly ready: Promise<Remote<C>>; readonly raw: Remote<C> } | undefined;
  #deaths = 0;
  #restarts = 0;
  #startedAt = 0;
  #waiting: { readonly timer: Disposable; readonly message: string } | undefined;
  #disposed = false;

  constructor(startWorker: () => Worker, clock: Clock, log: Log, died: () => void) {
    this.#startWorker = startWorker;
    this.#clock = clock;
    this.#log = log;
    this.#died = died;
  }

  readonly state = (): WorkerState =>
    this.#waiting !== undefined
      ? { state: 'waiting', message: this.#waiting.message }
      : { state: this.#running === undefined ? 'idle' : 'running' };
  readonly restarts = (): number => this.#restarts;

  readonly call: Remote<C>['call'] = async (name, params, options) => {
    const remote = await this.#ensure();
    return remote.call(name, params, options);
  };

  readonly on: Remote<C>['on'] = (name, listener) => {
    const subscription: { attach: (remote: Remote<C>) => void; current?: { dispose(): void } } = {
      attach: (remote) => {
        subscription.current = remote.on(name, listener);
      },
    };
    this.#subscriptions.add(subscription);
    if (this.#running !== undefined) subscription.attach(this.#running.raw);
    return {
      dispose: () => {
        subscription.current?.dispose();
        this.#subscriptions.delete(subscription);
      },
    };
  };

  readonly onClose: Remote<C>['onClose'] = (listener) => this.#closed.on(listener);

  onStart(setUp: (remote: Remote<C>) => Promise<void>): Disposable {
    this.#setUps.add(setUp);
    return { dispose: () => this.#setUps.delete(setUp) };
  }

  #ensure(): Promise<Remote<C>> {
    if (this.#disposed) return Promise.reject(new RpcError('closed', 'Prodlens is closing'));
    if (this.#waiting !== undefined)
      return Promise.reject(new RpcError('closed', this.#waiting.message));
    if (this.#running !== undefined) return this.#running.ready;
    this.#startedAt = this.#clock.now();
    const worker = this.#startWorker();
    worker.on('error', (error) => {
      this.#log.error('the thread failed', error);
    });
    const raw = createRemote<C>(portTransport(worker));
    for (const subscription of this.#subscriptions) subscription.attach(raw);
    const ready = (async () => {
      // Who starts the thread may do so before others have said what it must know.
      await Promise.resolve();
      for (const setUp of this.#setUps) await setUp(raw);
      return raw;
    })();
    const running = { ready, raw };
    this.#running = running;
    raw.onClose((reason) => {
      if (this.#running === running) this.#afterDeath(reason);
    });
    ready.catch((error: unknown) => {
      if (this.#disposed || this.#running !== running) return;
      // A thread that doesn't know what it must know would answer wrongly: it starts anew, later and later.
      this.#log.error('setting the thread up failed', error);
      this.#running = undefined;
      raw.dispose();
      this.#died();
      const why = error instanceof Error ? error.message : String(error);
      this.#again(`setting the thread up failed: ${why}`, this.#nextPause());
    });
    return ready;
  }

  #afterDeath(reason: string): void {
    this.#running = undefined;
    if (this.#disposed) return;
    const pause = this.#nextPause();
    this.#log.warn(`${reason}; starting it again in ${pause} ms`);
    this.#died();
    this.#again(reason, pause);
  }

  #nextPause(): number {
    if (this.#clock.now() - this.#startedAt > forgivenAfter) this.#deaths = 0;
    const pause = backOff[Math.min(this.#deaths, backOff.length - 1)] ?? 0;
    this.#deaths++;
    return pause;
  }

  #again(reason: string, pause: number): void {
    this.#closed.fire(reason);
    this.#waiting = {
      message: reason,
      timer: this.#clock.after(pause, () => {
        this.#waiting = undefined;
        this.#restarts++;
        this.#ensure().catch(() => undefined);
      }),
    };
  }

  /** Ends the thread because the other one died, and starts it again. */
  drop(reason: string): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.raw.dispose();
    this.#again(reason, 0);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#waiting?.timer.dispose();
    this.#running?.raw.dispose();
    this.#closed.dispose();
  }
}
