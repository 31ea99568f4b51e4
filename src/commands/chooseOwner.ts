import path from 'node:path';
import * as vscode from 'vscode';
import type { FunctionRef } from '../domain/functionDecl.ts';
import type { Insight } from '../domain/insight.ts';
import type { Operation } from '../domain/operation.ts';
import type { InsightService } from '../insights/contract.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract } from '../symbols/contract.ts';
import { decodeInsightArgument } from './ids.ts';

export interface ChooseOwnerContext {
  readonly insights: InsightService;
  readonly index: Pick<Remote<IndexContract>, 'call'>;
  readonly atCursor: () => readonly Insight[];
}

interface Ambiguous {
  readonly operation: Operation;
  readonly telemetry: string;
  readonly candidates: readonly FunctionRef[];
}

/** `prodlens.chooseOwner`: settles which function some telemetry belongs to; kept in prodlens.json by qualified name. */
export const chooseOwner =
  (context: ChooseOwnerContext) =>
  async (argument: unknown): Promise<void> => {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('Choosing an owner writes prodlens.json, which needs a trusted workspace.'),
      );
      return;
    }
    const { insight: id } = decodeInsightArgument(argument);
    const insight = id === undefined ? context.atCursor()[0] : context.insights.byId(id);
    const open = insight === undefined ? [] : await ambiguousOf(context, insight);
    if (insight === undefined || open.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'Nothing is ambiguous here. Place the cursor in a function whose annotation says that several could own its telemetry.',
        ),
      );
      return;
    }
    const subject = open.length === 1 ? open[0] : await pickTelemetry(open);
    if (subject === undefined) return;
    const owner = await pickOwner(subject);
    if (owner === undefined) return;
    // Brings a JSON parser along: nothing that every start should read.
    const { decisionFor, withDecision } = await import('../config/attributionDecision.ts');
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(insight.function.path));
    if (folder === undefined) return;
    await write(vscode.Uri.joinPath(folder.uri, 'prodlens.json'), (text) =>
      withDecision(text, decisionFor(subject.operation, owner)),
    );
  };

async function ambiguousOf(
  { index }: ChooseOwnerContext,
  { function: declaration, service }: Insight,
): Promise<readonly Ambiguous[]> {
  const view = await index.call('file', { path: declaration.path });
  return (view?.attributions ?? []).flatMap(({ operation, attribution }): Ambiguous[] =>
    attribution.kind === 'ambiguous' &&
    attribution.candidates.some((c) => c.id === declaration.id) &&
    (service === undefined || operation.service === service)
      ? [{ operation, telemetry: attribution.telemetry, candidates: attribution.candidates }]
      : [],
  );
}

async function pickTelemetry(open: readonly Ambiguous[]): Promise<Ambiguous | undefined> {
  const rows = open.map((subject) => ({
    label: renderUntrustedLabel(subject.telemetry, 120),
    description: vscode.l10n.t('{0} functions', subject.candidates.length),
    subject,
  }));
  const picked = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t('Choose Owner'),
    placeHolder: vscode.l10n.t('Which telemetry?'),
  });
  return picked?.subject;
}

/** `<relative path>#<qualified name>`; null: none of them. */
async function pickOwner(subject: Ambiguous): Promise<string | null | undefined> {
  const rows: (vscode.QuickPickItem & { readonly owner: string | null })[] = subject.candidates.map(
    ({ id, name, path: file, declarationLine }) => ({
      label: name,
      description: `${vscode.workspace.asRelativePath(file)}:${declarationLine + 1}`,
      owner: id,
    }),
  );
  rows.push({
    label: vscode.l10n.t('None of these functions'),
    description: vscode.l10n.t('its numbers are shown nowhere'),
    owner: null,
  });
  const picked = await vscode.window.showQuickPick(rows, {
    // The title has room for all of it.
    title: vscode.l10n.t('Choose Owner of {0}', renderUntrustedLabel(subject.telemetry, 160)),
    placeHolder: vscode.l10n.t('Which function does it run?'),
    matchOnDescription: true,
  });
  return picked?.owner;
}

/** Through the editor, so that a file that is open and edited keeps its edits, and the step can be undone. */
async function write(uri: vscode.Uri, change: (text: string) => string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  let text = '';
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    text = document.getText();
    const all = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
    edit.replace(uri, all, change(text));
  } catch {
    edit.createFile(uri, { contents: Buffer.from(change(text), 'utf8'), ignoreIfExists: true });
  }
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(`${path.basename(uri.fsPath)} could not be written`);
  const document = await vscode.workspace.openTextDocument(uri);
  await document.save();
  void vscode.window.setStatusBarMessage(
    vscode.l10n.t('Kept in {0}', path.basename(uri.fsPath)),
    5_000,
  );
}
