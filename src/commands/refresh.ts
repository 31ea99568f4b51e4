import * as vscode from 'vscode';
import type { InsightService } from '../insights/contract.ts';

/** `prodlens.refresh`: asks now, also a backend that failed a moment ago; visible progress, no message when it went well. */
export const refresh = (insights: InsightService, retry: () => void) => async (): Promise<void> => {
  retry();
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Prodlens: refreshing…') },
    () => insights.refresh(),
  );
};
