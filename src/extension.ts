import type * as vscode from 'vscode';
import type { ProdlensApi } from './api.ts';
import type { Composition } from './composition.ts';
import { compose } from './composition.ts';

let composition: Composition | undefined;

export function activate(context: vscode.ExtensionContext): ProdlensApi {
  composition = compose(context);
  return composition.api;
}

/** Flushes the receiver's state; VS Code waits a few seconds at most. */
export async function deactivate(): Promise<void> {
  await composition?.close();
  composition = undefined;
}
