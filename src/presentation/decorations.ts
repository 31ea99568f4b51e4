import * as vscode from 'vscode';
import type { ColorId } from '../config/catalogue.ts';
import { DisposableStore } from '../platform/disposables.ts';
import type { RegisterSurface, SurfaceContext } from '../platform/surface.ts';
import { AnnotatedFiles } from './annotatedFile.ts';
import { DocumentLines } from './documentLines.ts';
import type { Tone } from './viewModels/annotation.ts';
import { innermostFunction } from './viewModels/declarationLines.ts';

const colors: Readonly<Record<Tone, ColorId>> = {
  regression: 'prodlens.annotationRegressionForeground',
  attention: 'prodlens.annotationAttentionForeground',
  steady: 'prodlens.annotationForeground',
  stale: 'prodlens.annotationStaleForeground',
};
const cursorDelayMs = 100;

/** Text after the line that declares a function. VS Code moves it with the text; it is set again only when it changed. */
class Decorations implements vscode.Disposable {
  readonly #context: SurfaceContext;
  readonly #owned = new DisposableStore();
  readonly #files: AnnotatedFiles;
  readonly #lines: DocumentLines;
  readonly #types: ReadonlyMap<Tone, vscode.TextEditorDecorationType>;
  /** What each editor shows now; an editor of VS Code is replaced, not reused, when its tab changes. */
  readonly #shown = new WeakMap<vscode.TextEditor, string>();
  #cursorTimer: { dispose(): unknown } | undefined;

  constructor(context: SurfaceContext) {
    this.#context = context;
    this.#files = new AnnotatedFiles(context);
    this.#lines = this.#owned.add(new DocumentLines((document) => this.#showDocument(document)));
    this.#types = new Map(
      (Object.keys(colors) as Tone[]).map((tone) => [
        tone,
        this.#owned.add(
          vscode.window.createTextEditorDecorationType({
            after: {
              color: new vscode.ThemeColor(colors[tone]),
              margin: '0 0 0 3ch',
              // Told apart from fresh numbers without colour as well.
              ...(tone === 'stale' ? { fontStyle: 'italic' } : {}),
            },
          }),
        ),
      ]),
    );
    this.#owned.add(context.insights.onDidChange((paths) => this.#showPaths(new Set(paths))));
    this.#owned.add(context.insights.onDidChangeEnvironment(() => this.#showAll()));
    this.#owned.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#showAll()));
    this.#owned.add(vscode.window.onDidChangeTextEditorSelection(() => this.#cursorMoved()));
    this.#owned.add(vscode.window.onDidChangeActiveTextEditor(() => this.#cursorMoved()));
    this.#owned.add(context.settings.onDidChange(() => this.#showAll()));
    this.#owned.add({ dispose: () => this.#cursorTimer?.dispose() });
    this.#showAll();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #showAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.#show(editor);
  }

  #showPaths(paths: ReadonlySet<string>): void {
    for (const editor of vscode.window.visibleTextEditors)
      if (paths.has(editor.document.uri.fsPath)) this.#show(editor);
  }

  #showDocument(document: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors)
      // What VS Code did with the decorations of an edited line isn't known here: they are set anew.
      if (editor.document === document) this.#show(editor, true);
  }

  #cursorMoved(): void {
    if (this.#context.settings.get('prodlens.annotations.show') !== 'current') return;
    this.#cursorTimer?.dispose();
    this.#cursorTimer = this.#context.clock.after(cursorDelayMs, () => this.#showAll());
  }

  #show(editor: vscode.TextEditor, anyway = false): void {
    const { document } = editor;
    const { settings } = this.#context;
    const wanted = settings.get('prodlens.annotations.placement') === 'lineEnd';
    const insights = wanted ? this.#files.insights(document) : [];
    const lines = this.#lines.of(document, insights, this.#files.version(document));
    let functions = wanted ? this.#files.of(document) : [];
    if (settings.get('prodlens.annotations.show') === 'current') {
      const texts = new Set(functions.map(({ decl }) => decl.id));
      const cursor = editor.selection.active.line;
      const current = innermostFunction(insights, cursor, lines, (id) => texts.has(id));
      functions = functions.filter(({ decl }) => decl.id === current);
    }
    const placed = functions.flatMap(({ decl, text, tone }) => {
      const line = lines.lineOf(decl);
      return line < document.lineCount ? [{ id: decl.id, line, text, tone }] : [];
    });
    // Lines that moved moved on the screen as well: only what is said, and of what, makes a difference.
    const key = JSON.stringify(placed.map(({ id, text, tone }) => [id, text, tone]));
    const place = JSON.stringify(placed.map(({ line }) => line));
    const now = `${key}${place}`;
    if (!anyway && this.#shown.get(editor) === now) return;
    this.#shown.set(editor, now);
    for (const [tone, type] of this.#types)
      editor.setDecorations(
        type,
        placed
          .filter((annotation) => annotation.tone === tone)
          .map(({ line, text }) => ({
            range: new vscode.Range(
              document.lineAt(line).range.end,
              document.lineAt(line).range.end,
            ),
            renderOptions: { after: { contentText: text } },
          })),
      );
  }
}

export const registerDecorations: RegisterSurface = (context) =>
  vscode.Disposable.from(new Decorations(context));
