import * as vscode from 'vscode';
import type { SourcePlace } from '../domain/attribution.ts';
import type { FunctionRef } from '../domain/functionDecl.ts';
import type { Insight } from '../domain/insight.ts';
import type { InsightService } from '../insights/contract.ts';
import { insightsAtCursor } from '../platform/cursor.ts';
import { escapeTelemetry } from '../platform/escapeTelemetry.ts';
import { renderExplanation } from '../presentation/viewModels/explanation.ts';
import type { Remote } from '../rpc/contract.ts';
import type { FileView, IndexContract } from '../symbols/contract.ts';
import { decodeInsightArgument } from './ids.ts';

export interface ExplainContext {
  readonly insights: InsightService;
  readonly index: Pick<Remote<IndexContract>, 'call'>;
  /** VS Code's ids of those whose functions are read. */
  readonly languages: readonly string[];
  readonly showDocument: (name: string, text: string) => Promise<void>;
}

/** `prodlens.explain`: every step from telemetry to the function, or why there is nothing here. */
export const explain =
  (context: ExplainContext) =>
  async (argument: unknown): Promise<void> => {
    const subject = await chooseInsights(context, argument);
    const [first] = subject;
    if (first === undefined) {
      void vscode.window.showInformationMessage(
        nothingHere(vscode.window.activeTextEditor?.document, context.languages),
      );
      return;
    }
    const { path, id, name } = first.function;
    const view = await context.index.call('file', { path });
    const environment = context.insights.environment();
    const text = renderExplanation({
      insights: subject,
      attributions: (view?.attributions ?? [])
        .map(({ attribution }) => attribution)
        .filter((a) =>
          a.kind === 'owned'
            ? a.owner.id === id
            : a.kind === 'ambiguous' && a.candidates.some((c) => c.id === id),
        ),
      services: servicesOf(view),
      warnings: (service) =>
        environment.services.find((s) => s.service === service)?.warnings ?? [],
      environment: `${environment.name}. ${environment.detail}`,
      safe: escapeTelemetry,
      link: linkTo,
      place: linkText,
    });
    await context.showDocument(`Explain ${name}.md`, text);
  };

/** Why there is nothing to explain, and what to do. */
function nothingHere(
  document: vscode.TextDocument | undefined,
  languages: readonly string[],
): string {
  if (document === undefined)
    return vscode.l10n.t('Open a file and place the cursor in the function to explain.');
  if (document.isUntitled)
    return vscode.l10n.t('Prodlens reads files of the workspace: save this one there first.');
  if (!languages.includes(document.languageId))
    return vscode.l10n.t('Prodlens reads no functions of {0} files.', document.languageId);
  if (vscode.workspace.getWorkspaceFolder(document.uri) === undefined)
    return vscode.l10n.t(
      'This file is in no folder of the workspace: open its folder to see how its functions behave.',
    );
  return vscode.l10n.t(
    'There is no function at the cursor. Place it in the function to explain, or on its name.',
  );
}

/** Why the file belongs to its services; the sum of it only where it says more than they do. */
function servicesOf(view: FileView | null): readonly string[] {
  const services = (view?.services ?? []).map((s) => `${s.service}: ${s.explanation}`);
  const sum = view?.servicesExplanation ?? '';
  return sum === '' || services.some((one) => one.includes(sum)) ? services : [...services, sum];
}

/**
 * VS Code's Markdown preview takes no `file:` links, and looks for `/…` in the first folder of the workspace: elsewhere the place is
 * text.
 */
const linkText = (label: string, { path, line }: SourcePlace): string => {
  const [text, uri] = [escapeTelemetry(label), vscode.Uri.file(path)];
  if (vscode.workspace.getWorkspaceFolder(uri)?.index !== 0) return text;
  const place = vscode.workspace.asRelativePath(uri, false).split('/').map(encodeURIComponent);
  return `[${text}](</${place.join('/')}#L${line + 1}>)`;
};

const linkTo = ({ name, path, declarationLine: line }: FunctionRef): string =>
  linkText(`${name} · ${vscode.workspace.asRelativePath(path)}:${line + 1}`, { path, line });

async function chooseInsights(
  { insights }: ExplainContext,
  argument: unknown,
): Promise<readonly Insight[]> {
  const { insight } = decodeInsightArgument(argument);
  const named = insight === undefined ? undefined : insights.byId(insight);
  // A link leads from one service's numbers: the others of the function come after it.
  if (named !== undefined) {
    const { path, id } = named.function;
    const others = (insights.peek(path)?.insights ?? []).filter(
      (other) => other.function.id === id && other.id !== named.id,
    );
    return [named, ...others];
  }
  const document = vscode.window.activeTextEditor?.document;
  if (document?.uri.scheme === 'file') await insights.insights(document.uri.fsPath);
  return insightsAtCursor(insights);
}
