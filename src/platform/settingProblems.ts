import * as vscode from 'vscode';
import type { SettingProblem } from '../config/schema.ts';
import { placeProblems, type EnvironmentProblem } from '../config/settingPlaces.ts';
import type { Clock } from './clock.ts';
import type { Disposable } from './disposables.ts';
import { DisposableStore } from './disposables.ts';

export interface SettingProblemsOptions {
  readonly problems: () => readonly (SettingProblem | EnvironmentProblem)[];
  /** Something that they depend on may have changed. */
  readonly onDidChange: readonly ((listener: () => void) => Disposable)[];
  readonly clock: Clock;
}

/** While a person types, the setting isn't saved yet. */
const settleMs = 300;

/** Mistakes in `prodlens.environments`, marked at their line where the settings file is open. VS Code names no path of that file. */
export function showSettingProblems(options: SettingProblemsOptions): Disposable {
  const owned = new DisposableStore();
  const shown = owned.add(vscode.languages.createDiagnosticCollection('prodlens.settings'));
  let timer: { dispose(): unknown } | undefined;
  const update = (): void => {
    shown.clear();
    const files = vscode.workspace.textDocuments.filter(isMachineSettings);
    if (files.length === 0) return;
    const problems = options.problems();
    for (const document of files)
      shown.set(
        document.uri,
        placeProblems(document.getText(), problems).map(({ offset, length, message }) => {
          const range = new vscode.Range(
            document.positionAt(offset),
            document.positionAt(offset + length),
          );
          const diagnostic = new vscode.Diagnostic(
            range,
            message,
            vscode.DiagnosticSeverity.Warning,
          );
          diagnostic.source = 'Prodlens';
          return diagnostic;
        }),
      );
  };
  const soon = (): void => {
    timer?.dispose();
    timer = options.clock.after(settleMs, update);
  };
  const ifSettings = (document: vscode.TextDocument): void => {
    if (isMachineSettings(document)) soon();
  };
  owned.add(vscode.workspace.onDidOpenTextDocument(ifSettings));
  owned.add(vscode.workspace.onDidCloseTextDocument(ifSettings));
  owned.add(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      ifSettings(document);
    }),
  );
  for (const listen of options.onDidChange) owned.add(listen(soon));
  owned.add({ dispose: () => timer?.dispose() });
  soon();
  return owned;
}

/** The user's or the remote machine's; a workspace's own can't hold the setting. */
const isMachineSettings = ({ uri: { path } }: vscode.TextDocument): boolean =>
  path.endsWith('/settings.json') && !path.endsWith('/.vscode/settings.json');
