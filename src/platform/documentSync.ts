import * as vscode from 'vscode';
import { languageIds } from '../symbols/languages/registry.ts';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract, TextEdit } from '../symbols/contract.ts';
import type { Disposable } from './disposables.ts';
import { DisposableStore } from './disposables.ts';
import type { Log } from './log.ts';
import type { SupervisedRemote } from './workerHost.ts';

const read: ReadonlySet<string> = new Set(languageIds);

/** A document whose functions we show: a file on disk in a language we read. */
export const isReadable = (document: vscode.TextDocument): boolean =>
  document.uri.scheme === 'file' && read.has(document.languageId);

/** Keeps the index's copy of open documents in step with the editor's, by edits; a copy out of step is sent whole. */
export function syncDocuments(
  index: SupervisedRemote<IndexContract>,
  log: Log,
  onShown: (paths: readonly string[]) => void,
): Disposable {
  const store = new DisposableStore();
  const quietly = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!store.disposed) log.debug(`document sync: ${String(error)}`);
    });
  };
  const opened = (document: vscode.TextDocument) => ({
    path: document.uri.fsPath,
    language: document.languageId,
    version: document.version,
    text: document.getText(),
  });
  const open = (document: vscode.TextDocument): void => {
    if (isReadable(document)) quietly(index.call('open', opened(document)));
  };
  const edit = async (event: vscode.TextDocumentChangeEvent): Promise<void> => {
    const { document } = event;
    const { inSync } = await index.call('edit', {
      path: document.uri.fsPath,
      version: document.version,
      edits: event.contentChanges.map(({ range, text }): TextEdit => ({
        range: {
          start: { line: range.start.line, character: range.start.character },
          end: { line: range.end.line, character: range.end.character },
        },
        text,
      })),
    });
    if (!inSync && !document.isClosed) await index.call('open', opened(document));
  };
  const announceShown = (): void => {
    const paths = vscode.window.visibleTextEditors
      .map(({ document }) => document)
      .filter(isReadable)
      .map(({ uri }) => uri.fsPath);
    onShown([...new Set(paths)]);
  };

  store.add(
    index.onStart(async (raw: Remote<IndexContract>) => {
      for (const document of vscode.workspace.textDocuments.filter(isReadable))
        await raw.call('open', opened(document));
    }),
  );
  store.add(vscode.workspace.onDidOpenTextDocument(open));
  store.add(
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (isReadable(event.document) && event.contentChanges.length > 0) quietly(edit(event));
    }),
  );
  store.add(
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (isReadable(document)) quietly(index.call('close', { path: document.uri.fsPath }));
    }),
  );
  store.add(vscode.window.onDidChangeVisibleTextEditors(announceShown));
  announceShown();
  return store;
}
