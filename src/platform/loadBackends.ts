import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import type { Settings } from '../config/settings.ts';
import { milliseconds } from '../domain/units.ts';
import type { IndexContract } from '../symbols/contract.ts';
import { Backends, type Adapters, type BackendsOptions } from './backends.ts';
import type { Clock } from './clock.ts';
import { DecodeThread } from './decodeThread.ts';
import type { Log } from './log.ts';
import type { SupervisedRemote } from './workerHost.ts';

export interface LoadBackendsOptions {
  /** The adapters' bundle. */
  readonly file: string;
  /** The decoding thread's bundle. */
  readonly decoder: string;
  /** Where the windows of this machine share what they asked backends. */
  readonly sharedFolder: string;
  readonly credentials: BackendsOptions['credentials'];
  readonly generations: BackendsOptions['generations'];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly index: SupervisedRemote<IndexContract>;
  readonly log: Log;
}

/** The backends of this window: adapters from their own bundle, operations to the index, pauses while the window isn't looked at. */
export function createBackends(options: LoadBackendsOptions): Backends {
  const { file, decoder, sharedFolder, credentials, generations, settings, clock, index, log } =
    options;
  let likelyServices: readonly string[] = [];
  index.on('rules', ({ services = [] }) => {
    likelyServices = services;
  });
  const decoding = new DecodeThread(decoder, clock);
  const backends = new Backends({
    // `require`, not `import()`: VS Code puts its proxy and certificates under the modules that it loads.
    load: () => Promise.resolve(createRequire(file)(file) as Adapters),
    credentials,
    generations,
    ports: {
      now: () => clock.now(),
      after: (pause, run) => {
        const timer = clock.after(pause, run);
        return { dispose: () => void timer.dispose() };
      },
      refreshEvery: () => milliseconds(settings.get('prodlens.refreshSeconds') * 1000),
      focused: () => vscode.window.state.focused,
      likelyServices: () => likelyServices,
      decodeAway: decoding.decode,
      sharedFolder,
    },
    attribute: (operations) => {
      index.call('attribute', { operations }).catch((error: unknown) => {
        log.warn(`mapping a backend's operations failed: ${String(error)}`);
      });
    },
    end: () => {
      looking.dispose();
      decoding.dispose();
    },
    log,
  });
  // What came meanwhile is asked for when somebody looks again.
  const looking = vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused) backends.touch();
  });
  // A thread that starts anew knows nothing of them.
  index.onStart((raw) => {
    const operations = backends.operations();
    if (operations.length > 0) raw.call('attribute', { operations }).catch(() => undefined);
    return Promise.resolve();
  });
  return backends;
}
