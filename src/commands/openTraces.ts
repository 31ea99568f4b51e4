import * as vscode from 'vscode';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { Insight } from '../domain/insight.ts';
import type { TraceSource } from '../telemetry/ports.ts';
import { decodeInsightArgument } from './ids.ts';
import { openTrace, tellFailure, warn } from './openTrace.ts';
import type { OpenTracesContext } from './openTrace.ts';
import { TracePicker } from './tracePicker.ts';
import type { TraceSubject } from './traceSubject.ts';
import { chooseSubject, subjectOf } from './traceSubject.ts';

/**
 * `prodlens.openTraces`: traces of the function that a hover link names, else of the one at the cursor, else of one that is
 * picked. Links to the slowest and to a failing trace open it at once.
 */
export const openTraces =
  (context: OpenTracesContext) =>
  async (argument?: unknown): Promise<void> => {
    const { insight: id, kind } = decodeInsightArgument(argument);
    const named = id === undefined ? undefined : context.insights.byId(id);
    if (id !== undefined && named === undefined) {
      warn(vscode.l10n.t('These numbers are outdated: hover over the function again.'));
      return;
    }
    if (named?.errors !== undefined) return openFailed(context, named);
    const subject = named === undefined ? await chooseSubject(context) : subjectOf(named);
    if (subject === undefined) return;
    const source = context.traces();
    if (source === undefined) {
      tellNoSource(context);
      return;
    }
    if (id !== undefined && (kind === 'slow' || kind === 'failed'))
      await openFirst(context, source, subject, kind);
    else await new TracePicker(context, source, subject).run();
  };

/** No span is the function's own: of its traces those are known that its exceptions name. */
async function openFailed(context: OpenTracesContext, { numbers }: Insight): Promise<void> {
  const source = context.traces();
  const traceId = numbers?.exceptions.find((group) => group.traceId !== undefined)?.traceId;
  if (source === undefined) tellNoSource(context);
  else if (traceId !== undefined)
    await openTrace(context, source, { traceId }, new AbortController().signal);
}

async function openFirst(
  context: OpenTracesContext,
  source: TraceSource,
  subject: TraceSubject,
  kind: 'slow' | 'failed',
): Promise<void> {
  const controller = new AbortController();
  const query = { service: subject.service, operations: subject.operations, kind, limit: 1 };
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for the trace…') },
    async () => {
      const found = await source.search(query, controller.signal);
      if (!found.ok) {
        tellFailure(found.failure);
        return;
      }
      const [first] = found.value;
      if (first !== undefined) return openTrace(context, source, first, controller.signal);
      const name = renderUntrustedLabel(subject.name, 80);
      warn(
        kind === 'failed'
          ? vscode.l10n.t('No failed trace of {0} is kept.', name)
          : vscode.l10n.t('No trace of {0} is kept.', name),
      );
    },
  );
}

function tellNoSource(context: OpenTracesContext): void {
  const { name, detail } = context.insights.environment();
  warn(
    vscode.l10n.t(
      'The environment {0} has no traces. {1}',
      renderUntrustedLabel(name, 60),
      renderUntrustedLabel(detail, 300),
    ),
  );
}
