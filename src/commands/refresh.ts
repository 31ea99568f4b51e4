import * as vscode from 'vscode';
import type { InsightService } from '../insights/contract.ts';

/** `prodlens.refresh`: asks now; visible progress, no message when it went well. */
export const refresh = (insights: InsightService) => async (): Promise<void> => {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Prodlens: refreshing…') },
    () => insights.refresh(),
  );
};
