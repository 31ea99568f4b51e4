import * as vscode from 'vscode';
import type { SettingId, SettingValues } from './catalogue.ts';
import { decodeSetting } from './schemaSettings.ts';

/** Reads settings, decoded: a value that the setting may not have reads as its default. */
export interface Settings {
  get<K extends SettingId>(id: K, resource?: vscode.Uri): SettingValues[K];
  /** `affects(id)` tells whether that setting changed. */
  onDidChange(listener: (affects: (id: SettingId) => boolean) => void): vscode.Disposable;
}

export const vscodeSettings: Settings = {
  get: (id, resource) =>
    decodeSetting(id, vscode.workspace.getConfiguration(undefined, resource ?? null).get(id)),
  onDidChange: (listener) =>
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('prodlens')) listener((id) => event.affectsConfiguration(id));
    }),
};
