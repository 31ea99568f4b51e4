import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Settings } from '../config/settings.ts';
import type { ProcessRunner } from '../rollback/ports.ts';
import type {
  ConfigProblem,
  IndexContract,
  IndexFolder,
  IndexSettings,
} from '../symbols/contract.ts';
import { languageOfPath } from '../symbols/languages/registry.ts';
import type { Remote } from '../rpc/contract.ts';
import type { Clock } from './clock.ts';
import { toRange } from './cursor.ts';
import type { Disposable } from './disposables.ts';
import { DisposableStore } from './disposables.ts';
import type { Log } from './log.ts';
import type { SupervisedRemote } from './workerHost.ts';
import { ListedFiles } from './listedFiles.ts';
import { indexFolders } from './workspaceFolders.ts';

export interface IndexConfigurationOptions {
  readonly index: SupervisedRemote<IndexContract>;
  readonly settings: Settings;
  readonly processes: ProcessRunner;
  /** Path of the git program; undefined without one. */
  readonly gitPath: () => Promise<string | undefined>;
  /** News of a checkout. */
  readonly onDidChangeRepositories: (listener: () => void) => Disposable;
  readonly clock: Clock;
  readonly log: Log;
  readonly grammarsFolder: string;
  readonly cacheFolder: string;
}

/** Saves, checkouts and builds change many files at once: they are told together. */
const gatherFor = 300;

/** Sources, files that name services, and what may be a folder: of others, git isn't asked. */
const mayBeRead = (path: string): boolean =>
  languageOfPath(path) !== undefined ||
  /\.(?:json|ya?ml|toml|mod|xml|properties|gradle|kts)$|^(?:[^.]+|.*Dockerfile.*|\.env.*)$/.test(
    basename(path),
  );

/** Tells the index what the workspace is, again at each change of it, and shows what is wrong in prodlens.json. */
export function configureIndex(options: IndexConfigurationOptions): Disposable {
  const { index, settings, processes, gitPath, clock, log } = options;
  const store = new DisposableStore();
  const end = new AbortController();
  store.add({
    dispose: () => {
      end.abort();
    },
  });

  const listed = new ListedFiles();
  const list = async (asked?: readonly string[]): Promise<readonly IndexFolder[]> => {
    const trusted = vscode.workspace.isTrusted;
    const folders = await indexFolders(settings, processes, gitPath, trusted, log, end.signal);
    listed.take(folders, asked);
    return folders;
  };
  const indexSettings = async (): Promise<IndexSettings> => {
    const trusted = vscode.workspace.isTrusted;
    return {
      folders: await list(),
      grammarsFolder: options.grammarsFolder,
      cacheFolder: options.cacheFolder,
      trusted,
    };
  };
  store.add(
    index.onStart(async (raw: Remote<IndexContract>) => {
      await raw.call('configure', await indexSettings());
    }),
  );
  const again = (): void => {
    if (index.state().state !== 'running') return;
    indexSettings()
      .then((value) => index.call('configure', value))
      .catch((error: unknown) => {
        if (!store.disposed) log.error('telling the index about the workspace failed', error);
      });
  };
  store.add(vscode.workspace.onDidChangeWorkspaceFolders(again));
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(again));
  store.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (
        event.affectsConfiguration('files.exclude') ||
        event.affectsConfiguration('prodlens.exclude')
      )
        again();
    }),
  );

  const changed = new Set<string>();
  const written = new Set<string>();
  let checkedOut = false;
  let timer: Disposable | undefined;
  let telling = Promise.resolve();
  const tell = async (): Promise<void> => {
    const paths = [...changed];
    const all = checkedOut || paths.some((path) => basename(path) === '.gitignore');
    // Git has the say on what it never spoke of: a build writes sources as well.
    const asked = listed.unknown([...written]);
    changed.clear();
    written.clear();
    checkedOut = false;
    // Mistakes in it are for the Problems view, also when no source file was opened yet.
    const told = paths.some((path) => basename(path) === 'prodlens.json');
    if (index.state().state !== 'running' && !told) return;
    const folders = all || asked.length > 0 ? await list(all ? undefined : asked) : undefined;
    await index.call('filesChanged', {
      paths: paths.filter((path) => !listed.isIgnored(path)),
      ...(folders && { folders }),
      ...(all && { all }),
    });
  };
  const soon = (): void => {
    timer ??= clock.after(gatherFor, () => {
      timer = undefined;
      telling = telling.then(tell).catch((error: unknown) => {
        if (!store.disposed) log.debug(`changed files: ${String(error)}`);
      });
    });
  };
  const gather = (uri: vscode.Uri): void => {
    if (uri.scheme !== 'file' || uri.path.includes('/node_modules/') || uri.path.includes('/.git/'))
      return;
    changed.add(uri.fsPath);
    soon();
  };
  const gatherWritten = (uri: vscode.Uri): void => {
    gather(uri);
    if (changed.has(uri.fsPath) && mayBeRead(uri.fsPath)) written.add(uri.fsPath);
  };
  store.add({ dispose: () => timer?.dispose() });
  // Everything: a folder that is deleted or moved is told as one path, which no pattern for its files fits.
  const watcher = store.add(vscode.workspace.createFileSystemWatcher('**/*'));
  store.add(watcher.onDidCreate(gatherWritten));
  store.add(watcher.onDidChange(gatherWritten));
  store.add(watcher.onDidDelete(gather));
  store.add(
    options.onDidChangeRepositories(() => {
      checkedOut = true;
      soon();
    }),
  );

  const readAhead = (document: vscode.TextDocument): void => {
    if (document.uri.scheme === 'file' && basename(document.uri.fsPath) === 'prodlens.json')
      gather(document.uri);
  };
  store.add(vscode.workspace.onDidOpenTextDocument(readAhead));
  vscode.workspace.textDocuments.forEach(readAhead);

  const problems = store.add(vscode.languages.createDiagnosticCollection('prodlens'));
  store.add(
    index.on('problems', (found) => {
      problems.clear();
      for (const path of new Set(found.map((p) => p.path)))
        problems.set(vscode.Uri.file(path), found.filter((p) => p.path === path).map(toDiagnostic));
    }),
  );
  return store;
}

function toDiagnostic({ range, message, severity }: ConfigProblem): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    toRange(range),
    message,
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Prodlens';
  return diagnostic;
}
