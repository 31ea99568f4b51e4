import { createServer as createTcpServer } from 'node:net';
import type { CompareReleases } from '../../domain/comparison.ts';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Handlers } from '../../rpc/contract.ts';
import type { ReceiverReport, ReceiverSettings, ReceiverStatus } from './contract.ts';
import type { CoreOptions, TelemetryCore } from './core.ts';
import { createOtlpGrpcServer } from './grpc/server.ts';
import { createOtlpHttpServer } from './http/server.ts';
import type { SharedContract } from './leadership/contract.ts';
import { Intake } from './otlp/intake.ts';
import { Tally } from './otlp/tally.ts';
import type { ReceiverClock } from './receiverClock.ts';
import { identify } from './receiverPortHolder.ts';
import type { LoopbackListener } from './receiverPorts.ts';
import { listenOnLoopback } from './receiverPorts.ts';
import { RouteUnion } from './routeUnion.ts';
import { SnapshotFile } from './storage/snapshotFile.ts';

export interface LeadDependencies {
  readonly createCore: (options: CoreOptions) => TelemetryCore;
  readonly compare: CompareReleases;
  readonly clock: ReceiverClock;
}

type Events = SharedContract['events'];
export type Emit = <K extends keyof Events>(name: K, payload: Events[K]) => void;

const tickEvery = 1_000;
/** At most a minute may be lost in a crash; writing itself takes a while too. */
const snapshotEvery = 50_000;

/** The window that listens: owns the ports, the core and the snapshot. */
export class Lead {
  readonly status: Extract<ReceiverStatus, { state: 'leading' | 'following' }>;
  private readonly core: TelemetryCore;
  private readonly tally: Tally;
  private readonly snapshots: SnapshotFile;
  private readonly listeners: readonly { close(): Promise<void> }[];
  private readonly clock: ReceiverClock;
  private readonly emit: Emit;
  private readonly routes: RouteUnion;
  private readonly timers: readonly { dispose(): void }[];
  private writing: Promise<void> = Promise.resolve();
  private toldRevision = -1;
  private toldOperations = '';
  private savedRevision = -1;
  private writeFailed = false;

  private constructor(
    parts: Pick<Lead, 'status'> & {
      core: TelemetryCore;
      tally: Tally;
      snapshots: SnapshotFile;
      listeners: readonly { close(): Promise<void> }[];
      clock: ReceiverClock;
      emit: Emit;
    },
  ) {
    this.status = parts.status;
    this.core = parts.core;
    this.tally = parts.tally;
    this.snapshots = parts.snapshots;
    this.listeners = parts.listeners;
    this.clock = parts.clock;
    this.emit = parts.emit;
    this.routes = new RouteUnion((routes) => {
      this.core.setRoutes(routes);
    });
    this.savedRevision = this.core.revision;
    this.timers = [
      this.clock.every(tickEvery, () => {
        this.tick();
      }),
      this.clock.every(snapshotEvery, () => {
        if (this.core.revision !== this.savedRevision) void this.save();
      }),
    ];
  }

  /** Restores what the last leader knew, then opens the ports. `portTaken` names who has it. */
  static async start(
    settings: ReceiverSettings,
    dependencies: LeadDependencies,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<Result<Lead>> {
    const { clock } = dependencies;
    const core = dependencies.createCore({ now: clock.now(), compare: dependencies.compare });
    const snapshots = new SnapshotFile(settings.storageFolder);
    await snapshots.removeLeftovers();
    await restore(core, snapshots, clock, emit);
    const tally = new Tally();
    const intake = new Intake(core, tally, () => clock.now());
    const ports = { httpPort: settings.httpPort, grpcPort: settings.grpcPort };
    const opened: LoopbackListener[] = [];
    const grpc = createOtlpGrpcServer({ intake, tally, access: settings });
    const open = async (
      setting: 'httpPort' | 'grpcPort',
      create: Parameters<typeof listenOnLoopback>[1],
    ): Promise<Result<number>> => {
      const wanted = { setting: `prodlens.local.${setting}`, port: settings[setting] };
      const listener = await listenOnLoopback(wanted, create, signal);
      if (!listener.ok) return listener;
      opened.push(listener.value);
      ports[setting] = listener.value.port;
      return ok(listener.value.port);
    };
    const http = await open('httpPort', () =>
      createOtlpHttpServer({
        intake,
        tally,
        access: settings,
        identity: () => identify(settings.holder, ports),
      }),
    );
    const second = http.ok ? await open('grpcPort', () => grpcListener(grpc)) : http;
    if (!second.ok) {
      grpc.close();
      await Promise.all(opened.map((listener) => listener.close()));
      return second;
    }
    const endGrpc = (): Promise<void> => {
      grpc.close();
      return Promise.resolve();
    };
    const listeners = [{ close: endGrpc }, ...opened];
    const status = { state: 'leading', ...ports, since: clock.now() } as const;
    return ok(new Lead({ status, core, tally, snapshots, listeners, clock, emit }));
  }

  /** What one window may ask; `left` forgets what it had set. */
  serveWindow(): { readonly handlers: Handlers<SharedContract>; readonly left: () => void } {
    const window = Symbol('window');
    const { core, clock } = this;
    return {
      handlers: {
        services: (query) => core.services(clock.now(), query?.select),
        numbers: (query) => core.numbers(query, clock.now()),
        exceptions: (query) => core.exceptions(query, clock.now()),
        searchTraces: (query) => core.searchTraces(query, clock.now()),
        trace: ({ traceId }) => core.trace(traceId) ?? null,
        report: () => this.report(),
        flush: async () => {
          await this.save();
          return undefined;
        },
        clear: async () => {
          await this.clear();
          return undefined;
        },
        operations: ({ after }) => {
          const { epoch, operations } = core.operations();
          return { epoch, operations: operations.slice(after) };
        },
        setRoutes: (table) => {
          this.routes.set(window, table);
          return undefined;
        },
      },
      left: () => {
        this.routes.remove(window);
      },
    };
  }

  /** Flush, then release: no request is taken any more, everything taken is on disk when this resolves. */
  async close(): Promise<void> {
    for (const timer of this.timers) timer.dispose();
    await Promise.all(this.listeners.map((listener) => listener.close()));
    this.core.settle(this.clock.now());
    await this.save();
  }

  private report(): ReceiverReport {
    return {
      status: this.status,
      counters: { ...this.tally.read(), ...this.core.counters() },
      memoryBytes: this.core.memoryBytes(),
      messages: [],
    };
  }

  private tick(): void {
    this.core.tick(this.clock.now());
    const { revision } = this.core;
    if (revision === this.toldRevision) return;
    this.toldRevision = revision;
    this.emit('changed', { revision });
    const { epoch, operations } = this.core.operations();
    const state = `${epoch} ${operations.length}`;
    if (state === this.toldOperations) return;
    this.toldOperations = state;
    this.emit('operationsChanged', { epoch, count: operations.length });
  }

  /** One write at a time; each takes the state of its own beginning. */
  private save(): Promise<void> {
    this.writing = this.writing.then(async () => {
      const { revision } = this.core;
      try {
        await this.snapshots.write(this.core.snapshot(this.clock.now()));
        this.savedRevision = revision;
        this.writeFailed = false;
      } catch (error) {
        this.tally.add('snapshots.failed');
        if (this.writeFailed) return;
        this.writeFailed = true;
        const why = error instanceof Error ? error.message : String(error);
        this.emit('message', {
          level: 'warning',
          text: `The local receiver can't save its data: ${why}`,
        });
      }
    });
    return this.writing;
  }

  private async clear(): Promise<void> {
    this.core.clear();
    this.tally.clear();
    this.writing = this.writing.then(() => this.snapshots.remove());
    await this.writing;
    this.tick();
  }
}

function grpcListener(grpc: ReturnType<typeof createOtlpGrpcServer>) {
  const server = createTcpServer((socket) => {
    grpc.accept(socket);
  });
  server.maxConnections = 256;
  return server;
}

async function restore(
  core: TelemetryCore,
  snapshots: SnapshotFile,
  clock: ReceiverClock,
  emit: Emit,
): Promise<void> {
  const bytes = await snapshots.read().catch(() => undefined);
  if (bytes === undefined) return;
  let restored: Result<undefined>;
  try {
    restored = core.restore(bytes, clock.now());
  } catch (error) {
    restored = fail('invalid', error instanceof Error ? error.message : String(error));
    core.clear();
  }
  if (restored.ok) return;
  const aside = await snapshots.setAside(clock.now());
  emit('message', {
    level: 'warning',
    text: `The saved data of the local receiver could not be used (${restored.failure.message}); it was set aside as ${aside}`,
  });
}
