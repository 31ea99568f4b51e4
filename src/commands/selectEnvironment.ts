import * as vscode from 'vscode';
import type { Environments } from '../platform/environments.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';

/** `prodlens.selectEnvironment`: the choice is this workspace's and wins over the setting until taken back. */
export const selectEnvironment = (environments: Environments) => async (): Promise<void> => {
  const selected = environments.selected().name;
  const useSetting = {
    label: vscode.l10n.t('Use setting'),
    description: 'prodlens.environment',
    name: undefined,
  };
  const rows = environments.decoded.environments.map(({ name, production, targets }) => ({
    label: `${name === selected ? '$(check) ' : ''}${renderUntrustedLabel(name, 60)}`,
    description: production ? vscode.l10n.t('production') : '',
    detail:
      targets.length === 0
        ? ''
        : vscode.l10n.t(
            'Deploy targets: {0}',
            renderUntrustedLabel(targets.map((t) => t.name).join(', ')),
          ),
    name,
  }));
  const picked = await vscode.window.showQuickPick<(typeof rows)[number] | typeof useSetting>(
    environments.chosen().environment === undefined ? rows : [...rows, useSetting],
    { title: vscode.l10n.t('Select Environment') },
  );
  if (picked !== undefined) await environments.choose({ environment: picked.name });
};
