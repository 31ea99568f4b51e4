import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FunctionInsight, ProdlensApi } from '../../src/api.ts';

/** The interface that other extensions get, with the receiver running. */
export async function startedProdlens(): Promise<ProdlensApi> {
  const extension = vscode.extensions.getExtension<ProdlensApi>('prodlens.prodlens');
  assert.ok(extension);
  const api = await extension.activate();
  await vscode.commands.executeCommand('prodlens.startLocalReceiver');
  return api;
}

export function workspaceFile(relative: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return vscode.Uri.file(path.join(folder.uri.fsPath, relative));
}

/** Opens a file in the editor. */
export async function shown(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/** Under the tests' own limit, so that what was seen is told instead of a bare time-out. */
const patience = 40_000;

/** Waits, from event to event, until the document's insights are as wanted; a failure tells what they were. */
export function insightsWhen<T>(
  api: ProdlensApi,
  uri: vscode.Uri,
  find: (all: readonly FunctionInsight[]) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let seen = 'nothing was answered';
    let ended = false;
    const end = (): void => {
      ended = true;
      clearTimeout(limit);
      listening.dispose();
    };
    const look = (): void => {
      api.functions(uri).then(
        (all) => {
          if (ended) return;
          seen = JSON.stringify(all, undefined, 1);
          const found = find(all);
          if (found === undefined) return;
          end();
          resolve(found);
        },
        (error: unknown) => {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    };
    const limit = setTimeout(() => {
      end();
      reject(new Error(`insights of ${uri.path} after ${patience} ms are still: ${seen}`));
    }, patience);
    const listening = api.onDidChangeInsights(look);
    look();
  });
}

/** Waits until a function has numbers. */
export const observed = (
  api: ProdlensApi,
  uri: vscode.Uri,
  name: string,
  enough: (insight: FunctionInsight) => boolean = () => true,
): Promise<FunctionInsight> =>
  insightsWhen(api, uri, (all) =>
    all.find((f) => f.name === name && f.state === 'observed' && enough(f)),
  );

/** Waits for a thing of VS Code that an event announces. */
export function announced<T>(event: vscode.Event<unknown>, find: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      listening.dispose();
      resolve(found);
    };
    const listening = event(look);
    look();
  });
}

/** Sets a setting (of the workspace, if its scope allows) and gives back what takes it away again. */
export async function withSetting(
  id: string,
  value: unknown,
  target = vscode.ConfigurationTarget.Workspace,
): Promise<() => Promise<void>> {
  const set = (to: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration().update(id, to, target);
  await set(value);
  return async () => {
    await set(undefined);
  };
}

/** CodeLenses of ours: line (1-based) and title. */
export async function lenses(uri: vscode.Uri): Promise<ReadonlyMap<number, string>> {
  const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    100,
  );
  return new Map(
    all
      .filter(({ command }) => command?.command === 'prodlens.explain')
      .map(({ range, command }) => [range.start.line + 1, command?.title ?? '']),
  );
}

/** Cards of ours at a place. */
export async function cards(
  uri: vscode.Uri,
  place: vscode.Position,
): Promise<readonly vscode.MarkdownString[]> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    uri,
    place,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .filter((content) => content instanceof vscode.MarkdownString)
    .filter(({ value }) => value.includes('command:prodlens.'));
}
