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
        const lines = this.#byUri.get(document.uri.toString());
        if (lines === undefined) return;
        let touched = false;
        // VS Code gives several changes from the end of the document to its start: none moves the next.
        for (const { range, text } of contentChanges)
          touched =
            lines.edit({
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

  of(document: vscode.TextDocument, insights: readonly Insight[]): DeclarationLines {
    const key = document.uri.toString();
    const lines = this.#byUri.get(key) ?? new DeclarationLines();
    this.#byUri.set(key, lines);
    lines.update(insights);
    return lines;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#byUri.clear();
  }
}
