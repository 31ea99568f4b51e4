import path from 'node:path';
import * as vscode from 'vscode';
import type { ProdlensApi } from './api.ts';
import { findTrace } from './commands/lookupTrace.ts';
import { composeCommands } from './composition/commands.ts';
import { followContextKeys } from './composition/contextKeys.ts';
import { composeSurfaces } from './composition/surfaces.ts';
import { vscodeSettings as settings } from './config/settings.ts';
import type { OperationId } from './domain/operation.ts';
import type { FolderTargets } from './domain/workspace.ts';
import { isPageOf } from './http/address.ts';
import { createInsightService } from './insights/insightService.ts';
import { Approvals } from './platform/approvals.ts';
import { openPage } from './platform/openPage.ts';
import { createBackends } from './platform/loadBackends.ts';
import { systemClock } from './platform/clock.ts';
import { DisposableStore } from './platform/disposables.ts';
import { syncDocuments } from './platform/documentSync.ts';
import { Environments } from './platform/environments.ts';
import { openRepository } from './platform/git.ts';
import { GitExtension } from './platform/gitExtension.ts';
import { showSettingProblems } from './platform/settingProblems.ts';
import { configureIndex } from './platform/indexConfiguration.ts';
import { LocalReceiver } from './platform/localReceiver.ts';
import { createLog } from './platform/log.ts';
import { createProcessRunner } from './platform/process.ts';
import { RepositoryReleases } from './platform/releaseSources.ts';
import { createApi } from './platform/publicApi.ts';
import { CredentialGenerations } from './platform/credentialGenerations.ts';
import { ConnectionSecrets } from './platform/secrets.ts';
import { TokenPrograms } from './platform/tokenPrograms.ts';
import { startIndexAhead } from './platform/startAhead.ts';
import { VirtualDocuments } from './platform/virtualDocuments.ts';
import { WorkerPair } from './platform/workerHost.ts';
import { WaterfallPanels } from './presentation/waterfallPanel.ts';
import { ReleaseCommits } from './releases/releaseCommits.ts';
import { SourceAtCommits } from './releases/sourceAt.ts';
import { createProviders } from './rollback/providers/registry.ts';
import type { IndexContract } from './symbols/contract.ts';
import { createLocalSource } from './telemetry/local/client.ts';
import type { ReceiverContract } from './telemetry/local/contract.ts';
import type { PageLink } from './telemetry/ports.ts';

export interface Composition {
  readonly api: ProdlensApi;
  /** Flushes what the receiver holds, then ends everything. */
  close(): Promise<void>;
}

/** Time that closing may take: VS Code ends the extension host after five seconds. */
const closeWithin = 3_000;

/** The composition root: everything is made here, with its dependencies as arguments. */
export function compose(context: vscode.ExtensionContext): Composition {
  const owned = new DisposableStore();
  const log = owned.add(createLog());
  const clock = systemClock;
  const trusted = (): boolean => vscode.workspace.isTrusted;
  const storage = context.globalStorageUri.fsPath;
  const dist = path.join(context.extensionPath, 'dist');
  const grammarsFolder = path.join(dist, 'grammars');
  const cacheFolder = path.join(storage, 'index');
  const sharedFolder = path.join(storage, 'shared');
  const version = (context.extension.packageJSON as { readonly version: string }).version;

  const fileFolders = (): readonly string[] =>
    (vscode.workspace.workspaceFolders ?? [])
      .filter((f) => f.uri.scheme === 'file')
      .map((f) => f.uri.fsPath);
  const processes = createProcessRunner({ workspaceFolders: fileFolders });
  const git = owned.add(new GitExtension());
  const trustedGit = async (): Promise<string | undefined> => (trusted() ? git.path() : undefined);
  const providers = createProviders(processes);
  const workers = owned.add(new WorkerPair(dist, clock, log));
  const index = workers.supervise<IndexContract>({
    file: 'indexWorker.js',
    maxHeapMb: 1024,
    feed: 'index',
    data: { grammarsFolder },
  });
  const receiverThread = workers.supervise<ReceiverContract>({
    file: 'receiverWorker.js',
    maxHeapMb: 512,
    feed: 'receiver',
  });
  const receiver = owned.add(
    new LocalReceiver({
      remote: receiverThread,
      trusted,
      log: log.scoped('receiver'),
      settings: () => ({
        httpPort: settings.get('prodlens.local.httpPort'),
        grpcPort: settings.get('prodlens.local.grpcPort'),
        allowedHosts: settings.get('prodlens.local.allowedHosts'),
        allowedOrigins: settings.get('prodlens.local.allowedOrigins'),
        storageFolder: storage,
        holder: `${vscode.env.appName} (${vscode.workspace.name ?? 'no folder'})`,
      }),
    }),
  );
  const secrets = new ConnectionSecrets(context.secrets);
  const generations = owned.add(new CredentialGenerations(context.secrets));
  const approvals = new Approvals(context.globalState);
  const tokens = new TokenPrograms({
    processes,
    approved: approvals.isTokenProgramApproved,
    now: () => clock.now(),
  });
  const adaptersFile = path.join(dist, 'backends.js');
  const backends = owned.add(
    createBackends({
      file: adaptersFile,
      decoder: path.join(dist, 'decodeWorker.js'),
      sharedFolder,
      credentials: { secrets, tokens },
      generations,
      settings,
      clock,
      index,
      log: log.scoped('backends'),
    }),
  );
  const local = {
    ...createLocalSource(receiverThread, () => environments.localSelect()),
    knows: (operation: OperationId) => !backends.knows(operation),
  };
  const environments: Environments = owned.add(
    new Environments({
      settings,
      choices: context.workspaceState,
      receiver,
      local,
      backends,
      providers: [...providers.keys()],
      trusted,
    }),
  );
  const documents = owned.add(new VirtualDocuments());
  owned.add(
    configureIndex({
      index,
      settings,
      processes,
      gitPath: () => git.path(),
      onDidChangeRepositories: git.onDidChangeRepositories,
      clock,
      log: log.scoped('index'),
      grammarsFolder,
      cacheFolder,
    }),
  );
  const gitStops = new AbortController();
  owned.add({
    dispose: () => {
      gitStops.abort();
    },
  });
  const commits = new ReleaseCommits({
    open: openRepository(processes, trustedGit, gitStops.signal),
    now: () => clock.now(),
  });
  const releases = owned.add(
    new RepositoryReleases({
      index,
      commits,
      sources: new SourceAtCommits(),
      now: () => clock.now(),
      log: log.scoped('releases'),
    }),
  );
  const forgetRepositories = (): void => {
    releases.forget();
  };
  owned.add(
    git.onDidChangeRepositories(() => {
      releases.lookAgain();
    }),
  );
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(forgetRepositories));
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(forgetRepositories));
  let targetsOfChoice: readonly FolderTargets[] = [];
  owned.add(
    index.on('rules', ({ targets = [] }) => {
      targetsOfChoice = targets;
    }),
  );
  const insights = owned.add(
    createInsightService({
      index,
      environment: environments,
      releases,
      after: (milliseconds, run) => {
        const timer = clock.after(milliseconds, run);
        return { dispose: () => void timer.dispose() };
      },
      report: (text, error) => {
        log.scoped('insights').warn(`${text} failed: ${String(error)}`);
      },
    }),
  );
  owned.add(
    syncDocuments(index, log.scoped('index'), (paths) => {
      insights.setShown(paths);
    }),
  );
  owned.add(
    startIndexAhead({
      index,
      useful: () =>
        !['off', 'unreachable'].includes(environments.current().health) && fileFolders().length > 0,
      onDidChange: environments.onDidChange,
    }),
  );

  owned.add(
    showSettingProblems({
      problems: () => environments.problems(),
      onDidChange: [
        environments.onDidChange,
        insights.onDidChangeEnvironment.bind(insights),
        insights.onDidChange.bind(insights),
      ],
      clock,
    }),
  );

  const shownPage = (page: PageLink | undefined): PageLink | undefined =>
    page !== undefined && isPageOf(page.url, environments.addresses()) ? page : undefined;
  const findInEnvironments = (traceId: string, signal: AbortSignal) =>
    findTrace(environments.traceEnvironments(), traceId, signal);
  const waterfalls = owned.add(
    new WaterfallPanels({
      extensionUri: context.extensionUri,
      locator: {
        attribute: (operations, signal) => index.call('attribute', { operations }, { signal }),
        locateFrames: (stacks, releases, signal) =>
          index.call('locateFrames', { stacks, releases }, { signal }),
      },
      findTrace: findInEnvironments,
      linkTo: ({ trace, environment }, spanId) =>
        shownPage(
          environments
            .traceEnvironments()
            .find(({ name }) => name === environment)
            ?.traces.linkTo?.(trace, spanId),
        ),
      openPage,
      onDidChangeEnvironment: (listener) => insights.onDidChangeEnvironment(listener),
      onDidChangeSymbols: (listener) =>
        index.on('changed', () => {
          listener();
        }),
      log: log.scoped('traces'),
    }),
  );
  owned.add(
    composeCommands({
      version,
      storage,
      cacheFolders: [cacheFolder, sharedFolder],
      adaptersFile,
      settings,
      clock,
      log,
      trusted,
      fileFolders,
      index,
      receiver,
      receiverThread,
      environments,
      backends,
      secrets,
      generations,
      tokens,
      approvals,
      insights,
      commits,
      releases,
      processes,
      git: trustedGit,
      gitEnds: gitStops.signal,
      providers,
      targetsOfChoice: () => targetsOfChoice,
      documents,
      waterfalls,
    }),
  );
  owned.add(
    composeSurfaces({
      extensionUri: context.extensionUri,
      settings,
      clock,
      log,
      trusted,
      index,
      environments,
      insights,
      shownPage,
    }),
  );
  owned.add(followContextKeys({ receiver, environments, insights }));

  const startIfEnabled = (): void => {
    if (trusted() && settings.get('prodlens.local.enabled') && !receiver.running)
      void receiver.start();
  };
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(startIfEnabled));
  owned.add(
    settings.onDidChange((affects) => {
      if (affects('prodlens.local.enabled')) startIfEnabled();
      const moved =
        affects('prodlens.local.httpPort') ||
        affects('prodlens.local.grpcPort') ||
        affects('prodlens.local.allowedHosts') ||
        affects('prodlens.local.allowedOrigins');
      if (moved && receiver.running) void receiver.start();
    }),
  );
  startIfEnabled();
  for (const { place, message, remedy } of environments.decoded.problems)
    log.warn(`${place} ${message}. ${remedy}`);
  log.info(`Prodlens ${version} started`);

  return {
    api: createApi(insights, owned),
    async close() {
      const tooLate = new Promise<void>((resolve) => {
        clock.after(closeWithin, resolve);
      });
      await Promise.race([receiver.stop().catch(() => undefined), tooLate]);
      owned.dispose();
    },
  };
}
