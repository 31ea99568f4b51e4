import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Settings } from '../config/settings.ts';
import { milliseconds } from '../domain/units.ts';
import type { ProcessRunner } from '../rollback/ports.ts';
import type { IndexFolder } from '../symbols/contract.ts';
import type { Log } from './log.ts';

const listTimeout = milliseconds(30_000);
const maxListBytes = 64 * 1024 * 1024;

/** The workspace's folders for the index. In a trusted git repository git says which files count; else the index walks. */
export async function indexFolders(
  settings: Settings,
  processes: ProcessRunner,
  gitPath: () => Promise<string | undefined>,
  trusted: boolean,
  log: Log,
  signal: AbortSignal,
): Promise<readonly IndexFolder[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === 'file');
  // Asking for git waits until its extension has started: only where there is something to ask it.
  const any = trusted && folders.some(({ uri }) => isRepository(uri.fsPath));
  const git = any ? await gitPath() : undefined;
  return Promise.all(
    folders.map(async ({ uri }): Promise<IndexFolder> => {
      const exclude = [...excludedByEditor(uri), ...settings.get('prodlens.exclude', uri)];
      const base = { path: uri.fsPath, exclude };
      if (git === undefined || !isRepository(uri.fsPath)) return base;
      const listed = await processes.run(
        {
          argv: [git, '-C', uri.fsPath, ...listArguments],
          timeout: listTimeout,
          maxOutputBytes: maxListBytes,
          onAbort: 'kill',
        },
        signal,
      );
      if (listed.ok && listed.value.exitCode === 0)
        return {
          ...base,
          files: [...new Set(listed.value.stdout.split('\0'))].filter((f) => f !== ''),
        };
      log.debug(`git lists no files of ${uri.fsPath}: the folder is walked instead`);
      return base;
    }),
  );
}

const listArguments = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'] as const;

/** A folder of a repository: it or one above it has a `.git`. */
function isRepository(folder: string): boolean {
  for (let here = folder; ; here = path.dirname(here)) {
    if (existsSync(path.join(here, '.git'))) return true;
    if (path.dirname(here) === here) return false;
  }
}

function excludedByEditor(uri: vscode.Uri): readonly string[] {
  const excluded: unknown = vscode.workspace.getConfiguration('files', uri).get('exclude');
  if (typeof excluded !== 'object' || excluded === null) return [];
  return Object.entries(excluded).flatMap(([glob, on]) => (on === true ? [glob] : []));
}
