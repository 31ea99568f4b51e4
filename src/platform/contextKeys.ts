import * as vscode from 'vscode';
import type { ContextKey } from '../config/catalogue.ts';

/** A context key that remembers its value and tells VS Code only what changed. */
export function createContextKey(key: ContextKey): (value: boolean | readonly string[]) => void {
  let known: boolean | readonly string[] | undefined;
  return (value) => {
    if (value === known) return;
    known = value;
    void vscode.commands.executeCommand('setContext', key, value);
  };
}
