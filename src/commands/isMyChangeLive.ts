import path from 'node:path';
import * as vscode from 'vscode';
import type { Change, LiveRow, RunningRelease } from '../domain/change.ts';
import type { Insight } from '../domain/insight.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { InsightService } from '../insights/contract.ts';
import type { LookUp } from '../platform/githubDeployments.ts';
import { renderLive } from '../presentation/viewModels/isItLive.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import {
  changeOfFile,
  changeOfLines,
  changeOfRevision,
  recentRevisions,
  whereIsLive,
} from '../releases/isItLive.ts';
import { beginningOf } from '../releases/beginning.ts';
import { forgeOf } from '../releases/deployments/forge.ts';
import type { CommitsOfReleases, ForgeRepository, Repository } from '../releases/ports.ts';
import { decodeInsightArgument } from './ids.ts';

export interface IsMyChangeLiveContext {
  readonly insights: InsightService;
  readonly commits: CommitsOfReleases;
  readonly atCursor: () => readonly Insight[];
  /** Services that a file belongs to, as far as they are known. */
  readonly servicesOf: (path: string) => Promise<readonly ServiceKey[]>;
  /** Keeps the editor's text in a file of its own while `use` runs: git reads files only. */
  readonly withText: <T>(text: string, use: (file: string) => Promise<T>) => Promise<T>;
  readonly folders: () => readonly string[];
  /** prodlens.json's `versionCommit`. */
  readonly rule: () => string | undefined;
  /** undefined: no forge that can be asked. */
  readonly lookUp: (forge: ForgeRepository) => LookUp | undefined;
}

interface Choice extends vscode.QuickPickItem {
  readonly find?: () => Promise<Change | undefined>;
}

/** `prodlens.isMyChangeLive`: which running releases contain the function's, the file's, a commit's or a branch's newest change. */
export const isMyChangeLive =
  (context: IsMyChangeLiveContext) =>
  async (argument: unknown): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    const file = document?.uri.scheme === 'file' ? document.uri.fsPath : undefined;
    const folder = file === undefined ? context.folders()[0] : path.dirname(file);
    const repository =
      folder === undefined ? undefined : await context.commits.repositoryOf(folder);
    if (repository === undefined) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'Which commits a release contains is read from a git repository: open a file of one, in a trusted workspace.',
        ),
      );
      return;
    }
    const choices = await choicesOf(context, repository, document, argument);
    const named = decodeInsightArgument(argument).insight;
    const picked =
      named !== undefined && choices.length > 0
        ? choices[0]
        : await vscode.window.showQuickPick(choices, {
            title: vscode.l10n.t('Is My Change Live?'),
            placeHolder: vscode.l10n.t('Which change?'),
            matchOnDescription: true,
          });
    if (picked?.find === undefined) return;
    const change = await picked.find();
    if (change === undefined) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'git can’t tell when {0} changed. The log has more.',
          renderUntrustedLabel(picked.label, 80),
        ),
      );
      return;
    }
    const releases = await runningReleases(context, file);
    const what = picked.label.replace(/^\$\([a-z-]+\) /, '');
    for (let again = true; again;)
      again = await showLive(context, repository, { what, change, releases });
  };

interface Asked {
  readonly what: string;
  readonly change: Change;
  readonly releases: readonly RunningRelease[];
}

interface Answer extends vscode.QuickPickItem {
  /** Whether more is known afterwards. */
  readonly findOut?: () => Promise<boolean>;
}

/** @returns whether to show it again, with more that is known */
async function showLive(
  context: IsMyChangeLiveContext,
  repository: Repository,
  { what, change, releases }: Asked,
): Promise<boolean> {
  const rows =
    change.commit === undefined
      ? []
      : await whereIsLive(repository, context.commits, change.commit, releases, context.rule());
  const text = renderLive(what, change, rows);
  if (text.rows.length === 0) {
    void vscode.window.showInformationMessage(text.title);
    return false;
  }
  const unknown = rows.filter((row) => row.contains === 'unknown');
  const items: readonly Answer[] = [...text.rows, ...(await waysOn(context, repository, unknown))];
  const picked = await vscode.window.showQuickPick(items, { title: text.title });
  return (await picked?.findOut?.()) ?? false;
}

/** What a person can do about releases that can't be told. Nothing of it happens by itself. */
async function waysOn(
  context: IsMyChangeLiveContext,
  repository: Repository,
  unknown: readonly LiveRow[],
): Promise<readonly Answer[]> {
  if (unknown.length === 0) return [];
  const { commits, rule, lookUp } = context;
  const forge = await forgeOf(repository);
  const remotes = await repository.run('remote');
  const ask = forge === undefined ? undefined : lookUp(forge);
  const fetch: Answer = {
    label: `$(cloud-download) ${vscode.l10n.t('Fetch…')}`,
    description: vscode.l10n.t('commits and tags that this clone doesn’t have'),
    findOut: async () => {
      await vscode.commands.executeCommand('git.fetch', vscode.Uri.file(repository.root));
      commits.forgetMissing();
      return true;
    },
  };
  const deployments: Answer = {
    label: `$(github) ${vscode.l10n.t('Look up Deployments…')}`,
    description: vscode.l10n.t('on {0}: signs in to GitHub', forge?.host ?? ''),
    findOut: async () => {
      const missing = unknown.filter((row) => row.commit === undefined);
      const answer = await ask?.(
        repository,
        missing,
        await runningReleases(context, undefined),
        rule(),
      );
      if (answer === undefined) return false;
      if (answer.ok && answer.value > 0) return true;
      const { message, remedy } = answer.ok
        ? {
            message: vscode.l10n.t(
              'No deployment there names one of the versions or fits its first call.',
            ),
            remedy: vscode.l10n.t(
              'Say in prodlens.json ("versionCommit") where a version names its commit.',
            ),
          }
        : answer.failure;
      void vscode.window.showWarningMessage([message, remedy].filter(Boolean).join(' '));
      return false;
    },
  };
  return [
    ...(remotes?.trim() ? [fetch] : []),
    ...(ask !== undefined && unknown.some((row) => row.commit === undefined) ? [deployments] : []),
  ];
}

async function choicesOf(
  context: IsMyChangeLiveContext,
  repository: Repository,
  document: vscode.TextDocument | undefined,
  argument: unknown,
): Promise<readonly Choice[]> {
  const choices: Choice[] = [];
  const { insight: id } = decodeInsightArgument(argument);
  const insight = id === undefined ? context.atCursor()[0] : context.insights.byId(id);
  const relative = (file: string): string =>
    path.relative(repository.root, file).split(path.sep).join('/');
  if (insight !== undefined) {
    const { function: declaration } = insight;
    choices.push({
      label: `$(symbol-method) ${declaration.name}`,
      description: vscode.l10n.t('the function at the cursor'),
      find: () => changeOfFunction(context, repository, relative(declaration.path), declaration),
    });
  }
  if (document?.uri.scheme === 'file')
    choices.push({
      label: `$(file) ${path.basename(document.uri.fsPath)}`,
      description: vscode.l10n.t('the whole file'),
      find: () => changeOfFile(repository, relative(document.uri.fsPath)),
    });
  const { commits, branches } = await recentRevisions(repository);
  const revision = (name: string) => () => changeOfRevision(repository, name);
  const separator = (label: string): Choice => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
  });
  choices.push(separator(vscode.l10n.t('Branches')));
  for (const { name, subject } of branches)
    choices.push({
      label: `$(git-branch) ${renderUntrustedLabel(name.replace(/^refs\/heads\//, ''), 80)}`,
      description: renderUntrustedLabel(subject, 80),
      find: revision(name),
    });
  choices.push(separator(vscode.l10n.t('Commits')));
  for (const { name, subject } of commits)
    choices.push({
      label: `$(git-commit) ${name.slice(0, 7)}`,
      description: renderUntrustedLabel(subject, 80),
      find: revision(name),
    });
  return choices;
}

async function changeOfFunction(
  { withText }: IsMyChangeLiveContext,
  repository: Repository,
  relative: string,
  { path: file, range }: Insight['function'],
): Promise<Change | undefined> {
  const lines = { first: range.start.line + 1, last: range.end.line + 1 };
  const open = vscode.workspace.textDocuments.find((d) => d.uri.fsPath === file && d.isDirty);
  // The function's lines are those of the editor.
  return open === undefined
    ? changeOfLines(repository, relative, lines)
    : withText(open.getText(), (text) => changeOfLines(repository, relative, lines, text));
}

async function runningReleases(
  { insights, servicesOf }: IsMyChangeLiveContext,
  file: string | undefined,
): Promise<readonly RunningRelease[]> {
  const own = file === undefined ? [] : await servicesOf(file);
  const known = insights.environment().services;
  const services = own.length === 0 ? known : known.filter((s) => own.includes(s.service));
  return services.flatMap((state) =>
    state.releases
      .filter((release) => release.running && release.version !== '')
      .map((release) => {
        const { version, share, commit } = release;
        const began = beginningOf(state, release);
        return {
          service: state.service.slice(state.service.lastIndexOf('/') + 1),
          version,
          ...(share === undefined ? {} : { share }),
          ...(commit === undefined ? {} : { commit }),
          ...(began === undefined ? {} : { began }),
        };
      }),
  );
}
