import { build } from 'esbuild';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame, Remote, Transport } from '../../../../src/rpc/contract.ts';
import { createRemote } from '../../../../src/rpc/peer.ts';
import type {
  OperationFeedContract,
  ReceiverContract,
  ReceiverSettings,
  ReceiverStatus,
} from '../../../../src/telemetry/local/contract.ts';
import { root } from '../otlp/requests.ts';
import { access } from './sink.ts';

/** A process with the receiver's real worker thread in it, as a window has; frames come and go over the process's channel. */
const bridge = `
const { Worker, MessageChannel } = require('node:worker_threads');
const { port1, port2 } = new MessageChannel();
const worker = new Worker(process.argv[2], { workerData: { feedPort: port2 }, transferList: [port2] });
worker.on('message', (frame) => process.send({ to: 'host', frame }));
worker.on('error', (error) => { console.error(error); process.exit(1); });
port1.on('message', (frame) => process.send({ to: 'feed', frame }));
process.on('message', ({ to, frame }) => (to === 'feed' ? port1 : worker).postMessage(frame));
process.on('disconnect', () => process.exit());
`;

interface Envelope {
  readonly to: 'host' | 'feed';
  readonly frame: Frame;
}

export interface WindowProcess {
  readonly receiver: Remote<ReceiverContract>;
  readonly feed: Remote<OperationFeedContract>;
  readonly pid: number;
  /** Resolves with the first status that satisfies, also one that is already there. */
  status(wanted: (status: ReceiverStatus) => boolean): Promise<ReceiverStatus>;
  readonly messages: string[];
  /** kill -9. */
  kill(): Promise<void>;
  /** As VS Code closes a window: stop, then end. */
  close(): Promise<void>;
}

/** Bundles the worker, starts windows, and ends whatever a test leaves. */
export class WindowsLab {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'prodlens-windows-'));
  private readonly running = new Set<ChildProcess>();
  readonly storage = path.join(this.folder, 'storage');
  readonly worker = path.join(this.folder, 'receiverWorker.cjs');

  async prepare(): Promise<void> {
    writeFileSync(path.join(this.folder, 'window.cjs'), bridge);
    await build({
      absWorkingDir: root,
      entryPoints: ['src/workers/receiverWorker.ts'],
      outfile: this.worker,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'warning',
    });
  }

  settings(over: Partial<ReceiverSettings> = {}): ReceiverSettings {
    return {
      httpPort: 0,
      grpcPort: 0,
      ...access,
      storageFolder: this.storage,
      holder: 'the test',
      ...over,
    };
  }

  open(): WindowProcess {
    const child = fork(path.join(this.folder, 'window.cjs'), [this.worker], {
      serialization: 'advanced',
      execArgv: [],
    });
    this.running.add(child);
    const exited = once(child, 'exit').then(() => void this.running.delete(child));
    const receiver = createRemote<ReceiverContract>(channel(child, 'host'));
    const messages: string[] = [];
    receiver.on('message', ({ text }) => void messages.push(text));
    return {
      receiver,
      feed: createRemote<OperationFeedContract>(channel(child, 'feed')),
      pid: child.pid ?? 0,
      messages,
      status: (wanted) =>
        new Promise((resolve, reject) => {
          const check = (status: ReceiverStatus): void => {
            if (!wanted(status)) return;
            listening.dispose();
            resolve(status);
          };
          const listening = receiver.on('status', check);
          receiver.call('status', undefined).then(check, reject);
        }),
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
      close: async () => {
        await receiver.call('stop', undefined);
        child.disconnect();
        await exited;
      },
    };
  }

  async end(): Promise<void> {
    for (const child of this.running) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  }

  clean(): void {
    rmSync(this.storage, { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function channel(child: ChildProcess, to: Envelope['to']): Transport {
  return {
    send: (frame) => {
      if (child.connected) child.send({ to, frame });
    },
    onFrame: (listener) => {
      child.on('message', (message: Envelope) => {
        if (message.to === to) listener(message.frame);
      });
    },
    onClose: (listener) => {
      child.on('exit', () => {
        listener('the process ended');
      });
    },
    close: () => undefined,
  };
}
