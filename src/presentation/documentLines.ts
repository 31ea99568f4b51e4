import * as vscode from 'vscode';
import type { Insight } from '../domain/insight.ts';
import { DeclarationLines } from './viewModels/declarationLines.ts';

/** Where the declarations of each open document are now. Each surface owns one. */
export class DocumentLines implements vscode.Disposable {
  readonly #byUri = new Map<string, DeclarationLines>();
  readonly #subscriptions: readonly vscode.Disposable[];

  /** @param onTouched an edit changed a line that declares a function */
  constructor(onTouched: (document: vscode.TextDocument) => void = () => undefined) {
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.uri.scheme !== 'file') return;
        // Also before anybody asked: symbols that come later may be of a text before this edit.
        const lines = this.#linesOf(document);
        let touched = false;
        // VS Code gives several changes from the end of the document to its start: none moves the next.
        for (const { range, text } of contentChanges)
          touched =
            lines.edit({
              version: document.version,
              startLine: range.start.line,
              startCharacter: range.start.character,
              endLine: range.end.line,
              insertedLines: text.split('\n').length - 1,
            }) || touched;
        if (touched) onTouched(document);
      }),
      vscode.workspace.onDidCloseTextDocument(
        (document) => void this.#byUri.delete(document.uri.toString()),
      ),
    ];
  }

  /** @param version of the document that the insights' places belong to */
  of(
    document: vscode.TextDocument,
    insights: readonly Insight[],
    version?: number,
  ): DeclarationLines {
    const lines = this.#linesOf(document);
    lines.update(insights, version);
    return lines;
  }

  #linesOf(document: vscode.TextDocument): DeclarationLines {
    const key = document.uri.toString();
    const lines = this.#byUri.get(key) ?? new DeclarationLines();
    this.#byUri.set(key, lines);
    return lines;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#byUri.clear();
  }
}
