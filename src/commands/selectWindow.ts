import * as vscode from 'vscode';
import type { WindowName } from '../domain/units.ts';
import { windowNames } from '../domain/units.ts';
import type { Environments } from '../platform/environments.ts';

/** `prodlens.selectWindow`: the choice is this workspace's and wins over the setting until taken back. */
export const selectWindow = (environments: Environments) => async (): Promise<void> => {
  const titles: Readonly<Record<WindowName, string>> = {
    '5m': vscode.l10n.t('Last 5 minutes'),
    '15m': vscode.l10n.t('Last 15 minutes'),
    '1h': vscode.l10n.t('Last hour'),
    '6h': vscode.l10n.t('Last 6 hours'),
    '24h': vscode.l10n.t('Last 24 hours'),
  };
  const selected = environments.window();
  const rows: { label: string; description: string; name: WindowName | undefined }[] =
    windowNames.map((name) => ({
      label: name === selected ? `$(check) ${titles[name]}` : titles[name],
      description: name,
      name,
    }));
  if (environments.chosen().window !== undefined)
    rows.push({
      label: vscode.l10n.t('Use setting'),
      description: 'prodlens.window',
      name: undefined,
    });
  const picked = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t('Select Time Window'),
  });
  if (picked !== undefined) await environments.choose({ window: picked.name });
};
