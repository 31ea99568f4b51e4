import { userInfo } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ProdlensApi } from './api.ts';
import { chooseOwner } from './commands/chooseOwner.ts';
import { clearLocalData } from './commands/clearLocalData.ts';
import { connect } from './commands/connect.ts';
import { diagnose } from './commands/diagnose.ts';
import { explain } from './commands/explain.ts';
import { isMyChangeLive } from './commands/isMyChangeLive.ts';
import { startLocalReceiver, stopLocalReceiver } from './commands/localReceiver.ts';
import { findTrace, lookupTrace } from './commands/lookupTrace.ts';
import { openTraces } from './commands/openTraces.ts';
import { refresh } from './commands/refresh.ts';
import type { CommandFactories } from './commands/registry.ts';
import { registerCommands } from './commands/registry.ts';
import { rollBack } from './commands/rollBack.ts';
import { selectEnvironment } from './commands/selectEnvironment.ts';
import { selectWindow } from './commands/selectWindow.ts';
import { showCoverage } from './commands/showCoverage.ts';
import { showRollbackJournal } from './commands/showRollbackJournal.ts';
import { writeRecordingRules } from './commands/writeRecordingRules.ts';
import { vscodeSettings as settings } from './config/settings.ts';
import type { OperationId } from './domain/operation.ts';
import { windowLength } from './domain/units.ts';
import type { FolderTargets } from './domain/workspace.ts';
import { isPageOf } from './http/address.ts';
import { createInsightService } from './insights/insightService.ts';
import { Approvals } from './platform/approvals.ts';
import { openPage } from './platform/openPage.ts';
import { createBackends } from './platform/loadBackends.ts';
import { systemClock } from './platform/clock.ts';
import { createContextKey } from './platform/contextKeys.ts';
import { insightsAtCursor } from './platform/cursor.ts';
import { DisposableStore } from './platform/disposables.ts';
import { syncDocuments } from './platform/documentSync.ts';
import { Environments } from './platform/environments.ts';
import { openRepository } from './platform/git.ts';
import { GitExtension } from './platform/gitExtension.ts';
import { lookUpOnGithub } from './platform/githubDeployments.ts';
import { createSourceChanges } from './platform/gitHistory.ts';
import { showSettingProblems } from './platform/settingProblems.ts';
import { configureIndex } from './platform/indexConfiguration.ts';
import { LocalReceiver } from './platform/localReceiver.ts';
import { createLog } from './platform/log.ts';
import { createProcessRunner } from './platform/process.ts';
import { RepositoryReleases } from './platform/releaseSources.ts';
import { createApi } from './platform/publicApi.ts';
import { withTemporaryText } from './platform/temporaryText.ts';
import { CredentialGenerations } from './platform/credentialGenerations.ts';
import { ConnectionSecrets } from './platform/secrets.ts';
import { TokenPrograms } from './platform/tokenPrograms.ts';
import { startIndexAhead } from './platform/startAhead.ts';
import type { RegisterSurface } from './platform/surface.ts';
import { VirtualDocuments } from './platform/virtualDocuments.ts';
import { WorkerPair } from './platform/workerHost.ts';
import { registerCodeLens } from './presentation/codeLens.ts';
import { registerDecorations } from './presentation/decorations.ts';
import { registerHover } from './presentation/hover.ts';
import { registerStatusBar } from './presentation/statusBar.ts';
import { WaterfallPanels } from './presentation/waterfallPanel.ts';
import { ReleaseCommits } from './releases/releaseCommits.ts';
import { SourceAtCommits } from './releases/sourceAt.ts';
import { Journal } from './rollback/journal.ts';
import { createProviders } from './rollback/providers/registry.ts';
import type { IndexContract } from './symbols/contract.ts';
import { languageIds } from './symbols/languages/registry.ts';
import { createLocalSource } from './telemetry/local/client.ts';
import type { ReceiverContract } from './telemetry/local/contract.ts';
import type { PageLink } from './telemetry/ports.ts';

export interface Composition {
  readonly api: ProdlensApi;
  /** Flushes what the receiver holds, then ends everything. */
  close(): Promise<void>;
}

/** Surfaces of the editor. Each is made by itself: one that fails is told in the log and doesn't take the others down. */
const surfaces: Readonly<Record<string, RegisterSurface>> = {
  annotations: registerDecorations,
  codeLens: registerCodeLens,
  hover: registerHover,
  statusBar: registerStatusBar,
};

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
  const journal = new Journal(storage);
  const showTrace = waterfalls.show.bind(waterfalls);

  const commands: CommandFactories = {
    'prodlens.openTraces': () =>
      openTraces({
        insights,
        traces: () => environments.traceEnvironments().find(isSelected)?.traces,
        show: showTrace,
        clock,
        log: log.scoped('traces'),
      }),
    'prodlens.lookupTrace': () =>
      lookupTrace({
        environments: () => [
          ...environments.traceEnvironments().filter(isSelected),
          ...environments.traceEnvironments().filter((e) => !isSelected(e)),
        ],
        show: showTrace,
        log: log.scoped('traces'),
      }),
    'prodlens.isMyChangeLive': () =>
      isMyChangeLive({
        insights,
        commits,
        atCursor: () => insightsAtCursor(insights),
        servicesOf: async (file) =>
          ((await index.call('file', { path: file }))?.services ?? []).map((s) => s.service),
        withText: withTemporaryText,
        folders: fileFolders,
        rule: () => releases.rule,
        lookUp: lookUpOnGithub(adaptersFile, commits, gitStops.signal),
      }),
    'prodlens.chooseOwner': () =>
      chooseOwner({ insights, index, atCursor: () => insightsAtCursor(insights) }),
    'prodlens.showCoverage': () =>
      showCoverage({
        insights,
        index,
        metrics: () => environments.metrics(),
        showDocument: documents.showRendered,
      }),
    'prodlens.writeRecordingRules': () => writeRecordingRules({ environments }),
    'prodlens.explain': () =>
      explain({ insights, index, languages: languageIds, showDocument: documents.showRendered }),
    'prodlens.connect': () =>
      connect({
        environments,
        secrets,
        generations,
        tokens,
        approvals,
        backends,
        trusted,
        index,
      }),
    'prodlens.selectEnvironment': () =>
      selectEnvironment({ environments, secrets, generations, approvals, insights }),
    'prodlens.selectWindow': () => selectWindow(environments),
    'prodlens.refresh': () =>
      refresh(insights, () => {
        environments.retry();
      }),
    'prodlens.startLocalReceiver': () => startLocalReceiver(receiver),
    'prodlens.stopLocalReceiver': () => stopLocalReceiver(receiver),
    'prodlens.rollBack': () =>
      rollBack({
        insights,
        targets: () => environments.targets(),
        targetsOfChoice: () => targetsOfChoice,
        metrics: () => environments.metrics(),
        services: {
          providers,
          journal,
          folder: storage,
          user: userName(),
          now: () => clock.now(),
          sourceChanges: createSourceChanges({
            processes,
            git: trustedGit,
            folders: fileFolders,
          }),
        },
        log: log.scoped('rollback'),
        approvePrograms: approvals.approvePrograms,
        showDocument: documents.showRendered,
        atCursor: () => insightsAtCursor(insights).find((i) => i.numbers !== undefined),
      }),
    'prodlens.showRollbackJournal': () => showRollbackJournal(journal, documents.showRendered),
    'prodlens.clearLocalData': () =>
      clearLocalData({
        receiver: receiverThread,
        insights,
        cacheFolders: [cacheFolder, sharedFolder],
        storageFolder: storage,
        trusted,
      }),
    'prodlens.diagnose': () =>
      diagnose({
        version,
        settings,
        insights,
        environments,
        backends,
        receiver,
        receiverThread,
        indexThread: index,
        showDocument: documents.show,
      }),
    'prodlens.showLog': () => () => {
      log.show();
    },
  };
  const isSelected = ({ name }: { readonly name: string }): boolean =>
    name === environments.selected().name;
  for (const registered of registerCommands(
    {
      register: (id, handler) => vscode.commands.registerCommand(id, handler),
      failed: (id, error) => {
        log.error(`the command ${id} could not be registered`, error);
      },
    },
    commands,
  ))
    owned.add(registered);

  for (const [name, register] of Object.entries(surfaces))
    try {
      owned.add(
        register({
          insights,
          settings,
          log: log.scoped(name),
          clock,
          extensionUri: context.extensionUri,
          canRollBack: (service) =>
            trusted() && environments.targets().some((target) => target.service === service),
          linkTo: (group) =>
            shownPage(environments.metrics()?.linkTo?.(group, windowLength(environments.window()))),
          onIndexProgress: (listener) => index.on('progress', listener),
          locateFrames: (stacks, releases, signal) =>
            index.call('locateFrames', { stacks, releases, thorough: true }, { signal }),
        }),
      );
    } catch (error) {
      log.error(`${name} could not be made`, error);
    }

  const receiverRunning = createContextKey('prodlens.receiverRunning');
  const hasTelemetry = createContextKey('prodlens.hasTelemetry');
  const hasTargets = createContextKey('prodlens.hasRollbackTargets');
  const hasNumbers = createContextKey('prodlens.hasNumbers');
  owned.add(
    insights.onDidChange((paths) => {
      const shown = paths.flatMap((file) => insights.peek(file)?.insights ?? []);
      if (shown.some(({ state }) => state === 'observed')) hasNumbers(true);
    }),
  );
  createContextKey('prodlens.languages')(languageIds);
  const tellKeys = (): void => {
    receiverRunning(receiver.running);
    const { metrics, traces } = environments.selected();
    hasTelemetry(receiver.running || metrics !== undefined || traces !== undefined);
    hasTargets(environments.targets().length > 0);
  };
  owned.add(environments.onDidChange(tellKeys));
  tellKeys();

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

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
