import * as vscode from 'vscode';
import type { Insight } from '../domain/insight.ts';
import type { ServiceKey } from '../domain/service.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { TraceQuery } from '../telemetry/ports.ts';
import type { OpenTracesContext } from './openTrace.ts';
import { warn } from './openTrace.ts';

/** What traces are asked for: a function's operations, or a whole service where there is no function to ask about. */
export interface TraceSubject {
  readonly name: string;
  readonly service: ServiceKey;
  readonly operations: TraceQuery['operations'];
  /** Why there may be nothing, where the insight knows. */
  readonly reason?: string;
}

export function subjectOf(insight: Insight): TraceSubject | undefined {
  const operations = operationsOf(insight);
  if (insight.service === undefined || operations.length === 0) {
    warn(
      [
        vscode.l10n.t(
          'No telemetry is attributed to {0}.',
          renderUntrustedLabel(insight.function.name, 80),
        ),
        renderUntrustedLabel(insight.reason ?? '', 300),
      ].join(' '),
    );
    return undefined;
  }
  return {
    name: insight.function.name,
    service: insight.service,
    operations,
    ...(insight.reason === undefined ? {} : { reason: insight.reason }),
  };
}

const operationsOf = ({ attribution }: Insight): TraceSubject['operations'] =>
  attribution.flatMap(({ operation }) => operation ?? []);

/** The innermost function around the cursor that has telemetry; else the functions of the file and the services to pick from. */
export async function chooseSubject(context: OpenTracesContext): Promise<TraceSubject | undefined> {
  const editor = vscode.window.activeTextEditor;
  const file =
    editor?.document.uri.scheme === 'file'
      ? await context.insights.insights(editor.document.uri.fsPath)
      : undefined;
  const known = (file?.insights ?? []).filter(
    (insight) => insight.service !== undefined && operationsOf(insight).length > 0,
  );
  const cursor = editor?.selection.active;
  const around = known.filter(({ function: { range } }) =>
    cursor === undefined
      ? false
      : new vscode.Range(
          range.start.line,
          range.start.character,
          range.end.line,
          range.end.character,
        ).contains(cursor),
  );
  const lines = ({ function: { range } }: Insight): number => range.end.line - range.start.line;
  const [innermost, second] = around.toSorted((a, b) => lines(a) - lines(b));
  // One function in several services has one insight each: then it is for the person to say.
  const unclear = second !== undefined && second.function.id === innermost?.function.id;
  if (innermost !== undefined && !unclear) return subjectOf(innermost);
  return pickSubject(context, unclear ? around : known);
}

async function pickSubject(
  context: OpenTracesContext,
  insights: readonly Insight[],
): Promise<TraceSubject | undefined> {
  const { services, detail } = context.insights.environment();
  const rows: (vscode.QuickPickItem & { readonly subject?: TraceSubject })[] = [
    ...insights.flatMap((insight) => {
      const subject = subjectOf(insight);
      const description = renderUntrustedLabel(insight.service ?? '', 60);
      return subject === undefined
        ? []
        : [{ label: `$(symbol-function) ${insight.function.name}`, description, subject }];
    }),
    { label: vscode.l10n.t('All traces of a service'), kind: vscode.QuickPickItemKind.Separator },
    ...services.map(({ service, alive }) => ({
      label: `$(server-process) ${renderUntrustedLabel(service, 80)}`,
      description: alive ? '' : vscode.l10n.t('silent'),
      subject: { name: service, service, operations: [] },
    })),
  ];
  if (!rows.some(({ subject }) => subject !== undefined)) {
    warn(
      vscode.l10n.t(
        'There are no traces yet: no service has sent any. {0}',
        renderUntrustedLabel(detail, 300),
      ),
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t('Open Traces of Function'),
    placeHolder: vscode.l10n.t('Which function or service?'),
    matchOnDescription: true,
  });
  return picked?.subject;
}
