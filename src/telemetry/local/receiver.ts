import { EventEmitter } from 'node:events';
import type { Failure, Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { RouteTable } from '../../domain/route.ts';
import type { Handlers, Remote } from '../../rpc/contract.ts';
import { inProcess } from '../../rpc/peer.ts';
import type {
  OperationFeedContract,
  ReceiverContract,
  ReceiverReport,
  ReceiverSettings,
  ReceiverStatus,
} from './contract.ts';
import { highestGeneration, readClaim } from './leadership/claims.ts';
import type { SharedContract } from './leadership/contract.ts';
import { elect } from './leadership/election.ts';
import { joinLeader } from './leadership/joining.ts';
import type { Windows } from './leadership/windows.ts';
import type { Emit, LeadDependencies } from './receiverLead.ts';
import { Lead } from './receiverLead.ts';
import { ensurePrivateFolder } from './storage/privateFolder.ts';
import { SnapshotFile } from './storage/snapshotFile.ts';

type Events = ReceiverContract['events'] & OperationFeedContract['events'];

/** Leading or following: either way the data is asked through `remote`. */
interface Role {
  readonly status: ReceiverStatus;
  readonly remote: Remote<SharedContract>;
  close(): Promise<void>;
}

interface Run {
  readonly settings: ReceiverSettings;
  readonly abort: AbortController;
}

const keptMessages = 50;
const watchEvery = 2_000;
/** After a leader was killed its ports may take a moment longer to close than its socket. */
const portTries = 20;
const portPause = 100;

export interface ReceiverOptions extends LeadDependencies {
  /** Protocol spoken with other windows; tests only. */
  readonly version?: number;
}

/** The receiver of one window: the same in every one, leading or following as it comes (docs/security.md). */
export class Receiver {
  readonly handlers: Handlers<ReceiverContract>;
  readonly feed: Handlers<OperationFeedContract>;
  private readonly events = new EventEmitter();
  private readonly options: ReceiverOptions;
  private status: ReceiverStatus = { state: 'stopped' };
  private failure: Failure | undefined;
  private run: Run | undefined;
  private role: Promise<Role | undefined> = Promise.resolve(undefined);
  private readonly messages: string[] = [];
  private routes: RouteTable | undefined;

  constructor(options: ReceiverOptions) {
    this.options = options;
    this.events.setMaxListeners(0);
    this.handlers = {
      start: (settings) => this.start(settings),
      stop: () => this.stop(),
      status: () => this.status,
      report: () => this.report(),
      services: (query, signal) => this.ask('services', query, signal),
      numbers: (query, signal) => this.ask('numbers', query, signal),
      exceptions: (query, signal) => this.ask('exceptions', query, signal),
      searchTraces: (query, signal) => this.ask('searchTraces', query, signal),
      trace: (query, signal) => this.ask('trace', query, signal),
      flush: async (query, signal) =>
        (await this.role) === undefined ? undefined : this.ask('flush', query, signal),
      clear: (query, signal) => this.clear(query, signal),
    };
    this.feed = {
      operations: async (query, signal) =>
        (await this.role) === undefined
          ? { epoch: '', operations: [] }
          : this.ask('operations', query, signal),
      setRoutes: async (routes, signal) => {
        this.routes = routes;
        return (await this.role) === undefined ? undefined : this.ask('setRoutes', routes, signal);
      },
    };
  }

  on<K extends keyof Events>(name: K, listener: (payload: Events[K]) => void): void {
    this.events.on(name, listener);
  }

  async stop(): Promise<undefined> {
    const { run } = this;
    this.run = undefined;
    run?.abort.abort();
    const role = this.role;
    this.role = role.then(async (current) => {
      await current?.close();
      return undefined;
    });
    await this.role;
    if (!this.isRunning()) this.setStatus({ state: 'stopped' });
    return undefined;
  }

  private isRunning(): boolean {
    return this.run !== undefined;
  }

  private async start(settings: ReceiverSettings): Promise<Result<ReceiverStatus>> {
    if (this.run !== undefined && this.status.state !== 'failed') {
      if (JSON.stringify(this.run.settings) === JSON.stringify(settings)) {
        await this.role;
        return ok(this.status);
      }
    }
    if (this.run !== undefined) await this.stop();
    const run: Run = { settings, abort: new AbortController() };
    this.run = run;
    this.role = this.role.then(() => this.takeRole(run));
    await this.role;
    return this.failure === undefined ? ok(this.status) : { ok: false, failure: this.failure };
  }

  /** Elects, then leads or follows. Undefined with the status `failed` when neither is possible. */
  private async takeRole(run: Run): Promise<Role | undefined> {
    if (hasEnded(run)) return undefined;
    this.failure = undefined;
    this.setStatus({ state: 'starting' });
    let role: Result<Role>;
    try {
      const folder = await ensurePrivateFolder(run.settings.storageFolder);
      role = folder.ok ? await this.electAndServe(run) : folder;
    } catch (error) {
      role = fail('internal', error instanceof Error ? error.message : String(error));
    }
    if (hasEnded(run)) {
      if (role.ok) await role.value.close();
      return undefined;
    }
    if (!role.ok) {
      this.failed(role.failure, run);
      return undefined;
    }
    const { remote, status } = role.value;
    for (const name of ['changed', 'message', 'operationsChanged'] as const)
      remote.on(name, (payload) => {
        this.emit(name, payload);
      });
    if (this.routes !== undefined)
      await remote.call('setRoutes', this.routes).catch(() => undefined);
    this.setStatus(status);
    remote.onClose(() => {
      this.lost(run, role.value);
    });
    return role.value;
  }

  private async electAndServe(run: Run): Promise<Result<Role>> {
    const serving: { lead?: Lead } = {};
    const elected = await elect(
      {
        folder: run.settings.storageFolder,
        welcome: () => {
          if (serving.lead === undefined) throw new Error('not leading yet');
          return serving.lead.serveWindow();
        },
        outdated: () => {
          this.emit('message', {
            level: 'warning',
            text: 'Another window runs a newer version of Prodlens: reload this window.',
          });
        },
        ...(this.options.version === undefined ? {} : { version: this.options.version }),
      },
      run.abort.signal,
    );
    if (!elected.ok) return elected;
    if (elected.value.role === 'follow') return this.follow(elected.value.remote);
    const { windows, claim } = elected.value;
    // Events go to this window and to all others.
    let tellSelf: Emit = (name, payload) => {
      this.emit(name, payload as never);
    };
    const emit: Emit = (name, payload) => {
      tellSelf(name, payload);
      windows.emit(name, payload);
    };
    const started = await this.startLead(run, emit);
    if (!started.ok) {
      await windows.close();
      return started;
    }
    const lead = started.value;
    serving.lead = lead;
    const { remote, server } = inProcess<SharedContract>(lead.serveWindow().handlers);
    tellSelf = (name, payload) => {
      server.emit(name, payload);
    };
    windows.admit();
    return ok(this.leading(lead, windows, remote, run, claim.generation));
  }

  private leading(
    lead: Lead,
    windows: Windows,
    remote: Remote<SharedContract>,
    run: Run,
    generation: number,
  ): Role {
    // Two leaders can't be (leadership/claims.ts); should it happen all the same, the later claim counts.
    const watch = this.options.clock.every(watchEvery, () => {
      void highestGeneration(run.settings.storageFolder).then(
        (highest) => {
          if (highest > generation) remote.dispose();
        },
        () => undefined,
      );
    });
    let closing: Promise<void> | undefined;
    return {
      status: lead.status,
      remote,
      close: () =>
        (closing ??= (async () => {
          watch.dispose();
          await lead.close();
          await windows.close();
          remote.dispose();
        })()),
    };
  }

  private async startLead(run: Run, emit: Emit): Promise<Result<Lead>> {
    for (let attempt = 1; ; attempt++) {
      const lead = await Lead.start(run.settings, this.options, emit, run.abort.signal);
      const again = !lead.ok && lead.failure.reason === 'portTaken' && this.tookOver;
      if (!again || attempt >= portTries || run.abort.signal.aborted) return lead;
      await new Promise((resolve) => setTimeout(resolve, portPause));
    }
  }
  /** This window has followed before: the ports that are still taken are most likely those of the leader that just ended. */
  private tookOver = false;

  private async follow(remote: Remote<SharedContract>): Promise<Result<Role>> {
    const { status } = await remote.call('report', undefined);
    if (status.state !== 'leading') {
      remote.dispose();
      return fail('internal', 'the leading window does not lead');
    }
    this.tookOver = true;
    return ok({
      status: { ...status, state: 'following' },
      remote,
      close: async () => {
        remote.dispose();
        await Promise.resolve();
      },
    });
  }

  /** The leader ended, or this one was outnumbered: elect anew at once. */
  private lost(run: Run, role: Role): void {
    if (this.run !== run || run.abort.signal.aborted) return;
    this.role = this.role.then(async (current) => {
      if (current !== role) return current;
      await role.close();
      return this.takeRole(run);
    });
  }

  private failed(failure: Failure, run: Run): void {
    const { message, remedy } = failure;
    this.failure = failure;
    this.setStatus(
      remedy === undefined ? { state: 'failed', message } : { state: 'failed', message, remedy },
    );
    if (failure.reason !== 'unsupported' && failure.reason !== 'timeout') return;
    // The other window will end or be reloaded some time, and nobody else would notice.
    const retry = this.options.clock.every(watchEvery, () => {
      retry.dispose();
      if (this.run === run && this.status.state === 'failed')
        this.role = this.role.then((current) => current ?? this.takeRole(run));
    });
    run.abort.signal.addEventListener('abort', () => {
      retry.dispose();
    });
  }

  private async ask<K extends keyof SharedContract['calls']>(
    name: K,
    params: SharedContract['calls'][K]['params'],
    signal: AbortSignal,
  ): Promise<SharedContract['calls'][K]['result']> {
    const role = await this.role;
    if (role === undefined) throw new Error(notRunning(this.status));
    return role.remote.call(name, params, { signal });
  }

  private async report(): Promise<ReceiverReport> {
    const role = await this.role;
    const empty = { status: this.status, counters: {}, memoryBytes: {}, messages: [] };
    const report = role === undefined ? empty : await role.remote.call('report', undefined);
    return { ...report, status: this.status, messages: this.messages };
  }

  private async clear(
    query: { readonly storageFolder: string },
    signal: AbortSignal,
  ): Promise<undefined> {
    if ((await this.role) !== undefined) return this.ask('clear', query, signal);
    const folder = await ensurePrivateFolder(query.storageFolder);
    if (!folder.ok) throw new Error(folder.failure.message);
    // A window that leads would write what it holds again: it is asked to forget.
    const claim = await readClaim(folder.value, await highestGeneration(folder.value));
    const leader = claim && (await joinLeader(claim, signal, this.options.version));
    if (leader?.outcome === 'joined')
      try {
        await leader.remote.call('clear', query, { signal });
        return undefined;
      } finally {
        leader.remote.dispose();
      }
    if (leader !== undefined && leader.outcome !== 'dead')
      throw new Error('another window leads the local receiver and could not be asked to forget');
    await new SnapshotFile(folder.value).remove();
    return undefined;
  }

  private setStatus(status: ReceiverStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.status)) return;
    this.status = status;
    this.emit('status', status);
  }

  private emit<K extends keyof Events>(name: K, payload: Events[K]): void {
    if (name === 'message') {
      this.messages.push((payload as Events['message']).text);
      if (this.messages.length > keptMessages) this.messages.shift();
    }
    this.events.emit(name, payload);
  }
}

const hasEnded = (run: Run): boolean => run.abort.signal.aborted;

const notRunning = (status: ReceiverStatus): string =>
  status.state === 'failed'
    ? `the local receiver is not running: ${status.message}`
    : 'the local receiver is not running';
