import { userInfo } from 'node:os';
import * as vscode from 'vscode';
import { chooseOwner } from '../commands/chooseOwner.ts';
import { clearLocalData } from '../commands/clearLocalData.ts';
import { connect } from '../commands/connect.ts';
import { diagnose } from '../commands/diagnose.ts';
import { explain } from '../commands/explain.ts';
import { isMyChangeLive } from '../commands/isMyChangeLive.ts';
import { startLocalReceiver, stopLocalReceiver } from '../commands/localReceiver.ts';
import { lookupTrace } from '../commands/lookupTrace.ts';
import { openTraces } from '../commands/openTraces.ts';
import { refresh } from '../commands/refresh.ts';
import type { CommandFactories } from '../commands/registry.ts';
import { registerCommands } from '../commands/registry.ts';
import { rollBack } from '../commands/rollBack.ts';
import { selectEnvironment } from '../commands/selectEnvironment.ts';
import { selectWindow } from '../commands/selectWindow.ts';
import { showCoverage } from '../commands/showCoverage.ts';
import { showRollbackJournal } from '../commands/showRollbackJournal.ts';
import { writeRecordingRules } from '../commands/writeRecordingRules.ts';
import type { Settings } from '../config/settings.ts';
import type { FolderTargets } from '../domain/workspace.ts';
import type { InsightServiceHost } from '../insights/insightService.ts';
import type { Approvals } from '../platform/approvals.ts';
import type { Backends } from '../platform/backends.ts';
import type { Clock } from '../platform/clock.ts';
import type { CredentialGenerations } from '../platform/credentialGenerations.ts';
import { insightsAtCursor } from '../platform/cursor.ts';
import { DisposableStore } from '../platform/disposables.ts';
import type { Environments } from '../platform/environments.ts';
import { createSourceChanges } from '../platform/gitHistory.ts';
import { lookUpOnGithub } from '../platform/githubDeployments.ts';
import type { LocalReceiver } from '../platform/localReceiver.ts';
import type { LogChannel } from '../platform/log.ts';
import type { RepositoryReleases } from '../platform/releaseSources.ts';
import type { ConnectionSecrets } from '../platform/secrets.ts';
import { withTemporaryText } from '../platform/temporaryText.ts';
import type { TokenPrograms } from '../platform/tokenPrograms.ts';
import type { VirtualDocuments } from '../platform/virtualDocuments.ts';
import type { SupervisedRemote } from '../platform/workerHost.ts';
import type { WaterfallPanels } from '../presentation/waterfallPanel.ts';
import type { ReleaseCommits } from '../releases/releaseCommits.ts';
import { Journal } from '../rollback/journal.ts';
import type { ProcessRunner } from '../rollback/ports.ts';
import type { createProviders } from '../rollback/providers/registry.ts';
import type { IndexContract } from '../symbols/contract.ts';
import { languageIds } from '../symbols/languages/registry.ts';
import type { ReceiverContract } from '../telemetry/local/contract.ts';

/** What commands are made of. */
interface CommandParts {
  readonly version: string;
  /** Folder of what is kept for all workspaces. */
  readonly storage: string;
  readonly cacheFolders: readonly string[];
  /** The bundle with the backends' adapters. */
  readonly adaptersFile: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: LogChannel;
  readonly trusted: () => boolean;
  readonly fileFolders: () => readonly string[];
  readonly index: SupervisedRemote<IndexContract>;
  readonly receiver: LocalReceiver;
  readonly receiverThread: SupervisedRemote<ReceiverContract>;
  readonly environments: Environments;
  readonly backends: Backends;
  readonly secrets: ConnectionSecrets;
  readonly generations: CredentialGenerations;
  readonly tokens: TokenPrograms;
  readonly approvals: Approvals;
  readonly insights: InsightServiceHost;
  readonly commits: ReleaseCommits;
  readonly releases: RepositoryReleases;
  readonly processes: ProcessRunner;
  /** Undefined where git isn’t there, or the workspace isn’t trusted. */
  readonly git: () => Promise<string | undefined>;
  /** Ends what asks the repository. */
  readonly gitEnds: AbortSignal;
  readonly providers: ReturnType<typeof createProviders>;
  readonly targetsOfChoice: () => readonly FolderTargets[];
  readonly documents: VirtualDocuments;
  readonly waterfalls: WaterfallPanels;
}

/** Every command, with its dependencies; one that can’t be registered is told in the log. */
export function composeCommands(parts: CommandParts): DisposableStore {
  const { approvals, backends, clock, commits, documents, environments, fileFolders } = parts;
  const { adaptersFile, cacheFolders, generations, git, gitEnds, index, insights, log } = parts;
  const { processes, providers, receiver, receiverThread, releases, secrets, settings } = parts;
  const { storage, targetsOfChoice, tokens, trusted, version, waterfalls } = parts;
  const owned = new DisposableStore();
  const journal = new Journal(storage);
  const showTrace = waterfalls.show.bind(waterfalls);
  const isSelected = ({ name }: { readonly name: string }): boolean =>
    name === environments.selected().name;
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
        lookUp: lookUpOnGithub(adaptersFile, commits, gitEnds),
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
        targetsOfChoice,
        metrics: () => environments.metrics(),
        services: {
          providers,
          journal,
          folder: storage,
          user: userName(),
          now: () => clock.now(),
          sourceChanges: createSourceChanges({
            processes,
            git,
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
        cacheFolders,
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
  return owned;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
