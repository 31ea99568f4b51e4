import type { Failure, Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';
import type {
  ReceiverContract,
  ReceiverSettings,
  ReceiverStatus,
} from '../telemetry/local/contract.ts';
import type { Disposable } from './disposables.ts';
import { Emitter } from './disposables.ts';
import type { Log } from './log.ts';
import type { SupervisedRemote } from './workerHost.ts';

export interface LocalReceiverOptions {
  readonly remote: SupervisedRemote<ReceiverContract>;
  readonly settings: () => ReceiverSettings;
  readonly trusted: () => boolean;
  readonly log: Log;
}

/** The embedded receiver of this window: started when asked, and again after its thread died. */
export class LocalReceiver implements Disposable {
  readonly #options: LocalReceiverOptions;
  readonly #changed = new Emitter<ReceiverStatus>();
  readonly #owned: Disposable[] = [];
  #status: ReceiverStatus = { state: 'stopped' };
  #wanted = false;

  constructor(options: LocalReceiverOptions) {
    this.#options = options;
    const { remote, log } = options;
    this.#owned.push(
      remote.on('status', (status) => {
        this.#set(status);
      }),
      remote.on('message', ({ level, text }) => {
        if (level === 'info') log.info(text);
        else if (level === 'warning') log.warn(text);
        else log.error(text);
      }),
      remote.onClose((reason) => {
        this.#set(
          this.#wanted
            ? { state: 'failed', message: `The local receiver is starting again: ${reason}.` }
            : { state: 'stopped' },
        );
      }),
      remote.onStart(async (raw) => {
        if (!this.#wanted) return;
        const started = await raw.call('start', options.settings());
        if (started.ok) this.#set(started.value);
        else this.#failed(started.failure);
      }),
    );
  }

  readonly onDidChange = this.#changed.on;

  get status(): ReceiverStatus {
    return this.#status;
  }

  get running(): boolean {
    return this.#status.state === 'leading' || this.#status.state === 'following';
  }

  /** Starts listening, or following the window that listens. */
  async start(): Promise<Result<ReceiverStatus>> {
    if (!this.#options.trusted())
      return fail(
        'untrusted',
        'The local receiver needs a trusted workspace.',
        'Trust this workspace (Workspaces: Manage Workspace Trust), then start it again.',
      );
    this.#wanted = true;
    this.#set({ state: 'starting' });
    try {
      const started = await this.#options.remote.call('start', this.#options.settings());
      if (started.ok) this.#set(started.value);
      else this.#failed(started.failure);
      return started;
    } catch (error) {
      const failure: Failure = {
        reason: 'crashed',
        message: `The local receiver could not be started: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Reload the window; if it stays, look at Prodlens: Show Log.',
      };
      this.#failed(failure);
      return { ok: false, failure };
    }
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    if (this.#options.remote.state().state === 'running')
      await this.#options.remote.call('stop', undefined);
    this.#set({ state: 'stopped' });
  }

  #failed({ message, remedy }: Failure): void {
    this.#wanted = false;
    this.#options.log.warn(`${message} ${remedy ?? ''}`);
    this.#set({ state: 'failed', message, ...(remedy === undefined ? {} : { remedy }) });
  }

  #set(status: ReceiverStatus): void {
    this.#status = status;
    this.#changed.fire(status);
  }

  dispose(): void {
    for (const owned of this.#owned) owned.dispose();
    this.#changed.dispose();
  }
}
