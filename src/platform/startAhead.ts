import type { IndexContract } from '../symbols/contract.ts';
import type { Clock } from './clock.ts';
import type { Disposable } from './disposables.ts';
import type { SupervisedRemote } from './workerHost.ts';

export interface StartAheadOptions {
  readonly index: Pick<SupervisedRemote<IndexContract>, 'call' | 'state'>;
  /** There are numbers that functions could have, and a workspace whose functions could have them. */
  readonly useful: () => boolean;
  readonly onDidChange: (listener: () => void) => Disposable;
  readonly clock: Clock;
}

/** A window that opens does enough of its own first; a file opened before this starts the index by itself. */
const pause = 1_500;

/**
 * Starts the index before the first file is opened, where its functions could have numbers: that file then finds the workspace read.
 * Without a source of numbers nothing is started.
 */
export function startIndexAhead({
  index,
  useful,
  onDidChange,
  clock,
}: StartAheadOptions): Disposable {
  let timer: Disposable | undefined;
  const look = (): void => {
    if (timer !== undefined || !useful()) return;
    timer = clock.after(pause, () => {
      // What fails is told by whoever needs the answer.
      if (useful() && index.state().state === 'idle')
        index.call('report', undefined).catch(() => undefined);
      timer = undefined;
    });
  };
  const listening = onDidChange(look);
  look();
  return {
    dispose: () => {
      listening.dispose();
      timer?.dispose();
    },
  };
}
