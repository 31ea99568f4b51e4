import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { InsightService } from '../insights/contract.ts';
import { redact } from '../platform/redact.ts';
import type { Remote } from '../rpc/contract.ts';
import type { ReceiverContract } from '../telemetry/local/contract.ts';

export interface ClearLocalDataContext {
  readonly receiver: Pick<Remote<ReceiverContract>, 'call'>;
  readonly insights: InsightService;
  /** Global storage: what the receiver keeps. */
  readonly storageFolder: string;
  /** Caches that can be made anew. The journal of rollbacks is a record, and stays. */
  readonly cacheFolders: readonly string[];
  readonly trusted: () => boolean;
}

/** `prodlens.clearLocalData`: traces, numbers and caches of this machine, after a modal question. */
export const clearLocalData = (context: ClearLocalDataContext) => async (): Promise<void> => {
  if (!context.trusted()) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Clearing local data needs a trusted workspace: here nothing of it is touched.',
      ),
    );
    return;
  }
  const clear = vscode.l10n.t('Clear');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Clear the traces, numbers and caches that Prodlens keeps on this machine?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Other windows that read from the local receiver lose them too. The rollback journal stays.',
      ),
    },
    clear,
  );
  if (answer !== clear) return;
  for (const folder of context.cacheFolders) await rm(folder, { recursive: true, force: true });
  try {
    await context.receiver.call('clear', { storageFolder: context.storageFolder });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      vscode.l10n.t('Traces and numbers could not be cleared: {0}.', redact(why, 300)),
    );
    return;
  }
  await context.insights.forget();
};
