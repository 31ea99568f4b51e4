import type { IndexContract } from '../symbols/contract.ts';
import type { Disposable } from './disposables.ts';
import type { SupervisedRemote } from './workerHost.ts';

export interface StartAheadOptions {
  readonly index: Pick<SupervisedRemote<IndexContract>, 'call' | 'state'>;
  /** Numbers come or are about to, and there is a workspace whose functions could have them. */
  readonly useful: () => boolean;
  readonly onDidChange: (listener: () => void) => Disposable;
}

/**
 * Starts the index before the first file is opened, beside the source of its numbers: that file then finds the workspace read. Without a
 * source nothing is started.
 */
export function startIndexAhead({ index, useful, onDidChange }: StartAheadOptions): Disposable {
  const look = (): void => {
    // What fails is told by whoever needs the answer.
    if (useful() && index.state().state === 'idle')
      index.call('report', undefined).catch(() => undefined);
  };
  const listening = onDidChange(look);
  look();
  return listening;
}
