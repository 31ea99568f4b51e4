import * as vscode from 'vscode';
import type { ProdlensApi } from './api.ts';
import type { Composition } from './composition.ts';
import { compose } from './composition.ts';
import { redact } from './platform/redact.ts';

let composition: Composition | undefined;

export function activate(context: vscode.ExtensionContext): ProdlensApi {
  try {
    composition = compose(context);
  } catch (error) {
    // VS Code would only write it into a log: without a word every annotation would simply be missing.
    const why = redact(error instanceof Error ? error.message : String(error), 300);
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        'Prodlens could not start: {0}. Reload the window; if it stays, report it.',
        why,
      ),
    );
    throw error;
  }
  return composition.api;
}

/** Flushes the receiver's state; VS Code waits a few seconds at most. */
export async function deactivate(): Promise<void> {
  await composition?.close();
  composition = undefined;
}
