import * as vscode from 'vscode';
import { languageIds } from '../symbols/languages/registry.ts';
import { DisposableStore } from '../platform/disposables.ts';
import type { RegisterSurface } from '../platform/surface.ts';
import { AnnotatedFiles } from './annotatedFile.ts';
import { DocumentLines } from './documentLines.ts';
import { innermostFunction } from './viewModels/declarationLines.ts';

/** The same text as a CodeLens above the function, for those who want it there. A click explains it. */
export const registerCodeLens: RegisterSurface = (context) => {
  const owned = new DisposableStore();
  const files = new AnnotatedFiles(context);
  const lines = owned.add(new DocumentLines());
  const changed = owned.add(new vscode.EventEmitter<void>());
  const enabled = (): boolean =>
    context.settings.get('prodlens.annotations.placement') === 'codeLens';
  const current = (): boolean => context.settings.get('prodlens.annotations.show') === 'current';
  const fire = (): void => {
    if (enabled()) changed.fire();
  };
  let timer: { dispose(): unknown } | undefined;
  owned.add(context.insights.onDidChange(fire));
  owned.add(context.insights.onDidChangeEnvironment(fire));
  owned.add(context.settings.onDidChange(() => changed.fire()));
  owned.add(
    vscode.window.onDidChangeTextEditorSelection(() => {
      if (!enabled() || !current()) return;
      timer?.dispose();
      timer = context.clock.after(100, () => changed.fire());
    }),
  );
  owned.add({ dispose: () => timer?.dispose() });
  owned.add(
    vscode.languages.registerCodeLensProvider(
      languageIds.map((language) => ({ scheme: 'file', language })),
      {
        onDidChangeCodeLenses: changed.event,
        provideCodeLenses: (document) => {
          if (!enabled()) return [];
          const insights = files.insights(document);
          const moved = lines.of(document, insights, files.version(document));
          let functions = files.of(document);
          if (current()) {
            const cursor = vscode.window.visibleTextEditors.find((e) => e.document === document);
            const texts = new Set(functions.map(({ decl }) => decl.id));
            const id = innermostFunction(
              insights,
              cursor?.selection.active.line ?? -1,
              moved,
              (candidate) => texts.has(candidate),
            );
            functions = functions.filter(({ decl }) => decl.id === id);
          }
          return functions.map(({ decl, text, insights: own }) => {
            const line = moved.lineOf(decl);
            const id = own[0]?.id;
            return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
              // A lens draws `$(icon)`: no text of telemetry may.
              title: text.replaceAll('$(', '$ ('),
              tooltip: vscode.l10n.t('Explain where these numbers come from'),
              command: 'prodlens.explain',
              arguments: [{ insight: id }],
            });
          });
        },
      },
    ),
  );
  return vscode.Disposable.from(owned);
};
