import * as vscode from 'vscode';

const scheme = 'prodlens';
const kept = 20;
/**
 * Part of each address: VS Code opens tabs again after a reload before we are there to give their texts, and what failed once as a
 * custom editor fails for that address from then on.
 */
const session = Date.now().toString(36);
/** VS Code's own rendered view of a Markdown file. */
const renderedEditor = 'vscode.markdown.preview.editor';

/** Read-only documents made by us: reports, previews, the journal. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registered: vscode.Disposable;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#registered = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
    void vscode.window.tabGroups.close(tabsOfEarlierSession(), true);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  /** Opens the text in an editor; a second one of the same name replaces the first. `.md` names are Markdown. */
  readonly show = async (name: string, text: string): Promise<void> => {
    await showText(this.#keep(name, text), false);
  };

  /**
   * Shows a Markdown text rendered, where VS Code has its Markdown preview; else as text. The keyboard stays where it is: a
   * question may come next.
   *
   * @param name ends in `.md`
   */
  readonly showRendered = async (name: string, text: string): Promise<void> => {
    const uri = this.#keep(name, text);
    const known = vscode.extensions.getExtension('vscode.markdown-language-features');
    if (known !== undefined)
      try {
        await vscode.commands.executeCommand('vscode.openWith', uri, renderedEditor, {
          preserveFocus: true,
          preview: false,
        } satisfies vscode.TextDocumentShowOptions);
        return;
      } catch {
        // Shown as text below.
      }
    await showText(uri, true);
  };

  #keep(name: string, text: string): vscode.Uri {
    const safe = name.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 100);
    const uri = vscode.Uri.from({ scheme, path: `/${safe}`, query: session });
    this.#texts.delete(uri.path);
    this.#texts.set(uri.path, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= kept) break;
      this.#texts.delete(oldest);
    }
    this.#changed.fire(uri);
    return uri;
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
    this.#texts.clear();
  }
}

/** Their texts are gone: all that they show is an error. */
const tabsOfEarlierSession = (): readonly vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText) &&
        input.uri.scheme === scheme,
    );

async function showText(uri: vscode.Uri, preserveFocus: boolean): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false, preserveFocus });
}
