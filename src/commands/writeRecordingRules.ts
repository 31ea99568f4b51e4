import path from 'node:path';
import * as vscode from 'vscode';
import { cancellable } from '../platform/cancellable.ts';
import type { Environments } from '../platform/environments.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';

export interface WriteRecordingRulesContext {
  readonly environments: Pick<Environments, 'selected' | 'recordingRules'>;
}

/** `prodlens.writeRecordingRules`: a rule file for the conventions that the backend has, where a person wants it. */
export const writeRecordingRules =
  ({ environments }: WriteRecordingRulesContext) =>
  async (): Promise<void> => {
    const recordingRules = environments.recordingRules();
    if (recordingRules === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'The numbers of {0} don’t come from a backend that evaluates recording rules. Select an environment with Prometheus, or what speaks its API, first.',
          renderUntrustedLabel(environments.selected().name, 60),
        ),
      );
      return;
    }
    const rules = await cancellable(
      vscode.l10n.t('Looking at what the backend has…'),
      recordingRules,
    );
    if (rules === undefined) return;
    if (!rules.ok) {
      const { message, remedy = '' } = rules.failure;
      void vscode.window.showErrorMessage(renderUntrustedLabel(`${message} ${remedy}`.trim(), 600));
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const file = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Write Recording Rules'),
      saveLabel: vscode.l10n.t('Write'),
      filters: { YAML: ['yaml', 'yml'] },
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'prodlens-rules.yaml') }),
    });
    if (file === undefined) return;
    const name = renderUntrustedLabel(path.posix.basename(file.path), 100);
    try {
      await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(rules.value));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          '{0} could not be written: {1}. Run the command again and choose another place.',
          name,
          renderUntrustedLabel(why, 200).replace(/\.$/, ''),
        ),
      );
      return;
    }
    await vscode.window.showTextDocument(file);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Recording rules are in {0}. Load them where your backend evaluates rules; Prodlens uses them from then on.',
        name,
      ),
    );
  };
