import * as vscode from 'vscode';
import type { Failure, Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { TraceContext } from '../domain/traceContext.ts';
import { findTraceContexts } from '../domain/traceContext.ts';
import { cancellable } from '../platform/cancellable.ts';
import type { Log } from '../platform/log.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundTrace } from '../presentation/waterfallPanel.ts';
import type { TraceSource } from '../telemetry/ports.ts';

/** An environment with traces. */
export interface TraceEnvironment {
  readonly name: string;
  readonly traces: TraceSource;
}

export interface LookupTraceContext {
  /** The selected one first; those without traces are left out. */
  readonly environments: () => readonly TraceEnvironment[];
  readonly show: (found: FoundTrace, focusSpanId?: string) => void;
  readonly log: Log;
}

/** Asks environments one after the other until one has the trace: `notFound` only when each has answered so. */
export async function findTrace(
  environments: readonly TraceEnvironment[],
  traceId: string,
  signal: AbortSignal,
): Promise<Result<FoundTrace>> {
  let failure: Failure | undefined;
  for (const { name, traces } of environments) {
    const answer = await traces.trace(traceId, signal);
    if (signal.aborted) return fail('aborted', vscode.l10n.t('Cancelled.'));
    if (answer.ok) return ok({ trace: answer.value, environment: name });
    if (answer.failure.reason !== 'notFound') failure ??= answer.failure;
  }
  if (failure !== undefined) return { ok: false, failure };
  return fail(
    'notFound',
    vscode.l10n.t('The trace {0} was not found.', traceId),
    vscode.l10n.t(
      'It may be older than what is kept (24 hours), or not sampled, or not yet complete.',
    ),
  );
}

/** `prodlens.lookupTrace`: reads a trace id out of what is pasted; nothing that is pasted is ever requested. */
export const lookupTrace =
  (context: LookupTraceContext) =>
  async (argument?: unknown): Promise<void> => {
    const wanted = await askForTrace(typeof argument === 'string' ? argument : undefined);
    if (wanted === undefined) return;
    const environments = context.environments();
    const [selected] = environments;
    if (selected === undefined) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'No environment with traces. Start the local receiver, or name a traces backend in the setting prodlens.environments.',
        ),
      );
      return;
    }
    await lookUp(context, wanted, selected, environments.slice(1));
  };

async function lookUp(
  context: LookupTraceContext,
  wanted: TraceContext,
  environment: TraceEnvironment,
  others: readonly TraceEnvironment[],
): Promise<void> {
  const name = renderUntrustedLabel(environment.name, 60);
  const answer = await cancellable(vscode.l10n.t('Looking up the trace in {0}…', name), (signal) =>
    environment.traces.trace(wanted.traceId, signal),
  );
  // Cancelled, or the answer of a request that nobody waits for any more.
  if (answer === undefined) return;
  if (answer.ok) {
    context.show({ trace: answer.value, environment: environment.name }, wanted.spanId);
    return;
  }
  const { reason, message, remedy } = answer.failure;
  if (reason === 'aborted') return;
  const what =
    reason === 'notFound'
      ? vscode.l10n.t(
          '{0} has no trace {1}. It may be older than what is kept, not sampled, or not yet complete.',
          name,
          wanted.traceId,
        )
      : renderUntrustedLabel([message, remedy].filter(Boolean).join(' '), 400);
  const again = { title: vscode.l10n.t('Try Again'), environment };
  const offers = others.slice(0, 3).map((other) => ({
    title: vscode.l10n.t('Ask {0}', renderUntrustedLabel(other.name, 40)),
    environment: other,
  }));
  const chosen = await vscode.window.showWarningMessage(what, ...offers, again);
  if (chosen === undefined) return;
  const rest = [environment, ...others].filter((one) => one !== chosen.environment);
  await lookUp(context, wanted, chosen.environment, rest);
}

async function askForTrace(given: string | undefined): Promise<TraceContext | undefined> {
  const text = given ?? (await askForText());
  if (text === undefined) return undefined;
  const found = findTraceContexts(text);
  const sure = found.filter(({ foundAs }) => foundAs !== 'word');
  const choices = sure.length > 0 ? sure : found;
  if (choices.length === 0) {
    void vscode.window.showWarningMessage(noTraceId());
    return undefined;
  }
  if (choices.length === 1) return choices[0];
  const picked = await vscode.window.showQuickPick(
    choices.map((wanted) => ({
      label: wanted.traceId,
      description: wanted.spanId === undefined ? '' : vscode.l10n.t('span {0}', wanted.spanId),
      wanted,
    })),
    { placeHolder: vscode.l10n.t('The text names several traces') },
  );
  return picked?.wanted;
}

const noTraceId = (): string =>
  vscode.l10n.t('No trace id in this text: 32 hexadecimal digits, or a traceparent.');

/** A selection that names a trace is what is meant; the clipboard isn't read unasked. */
function askForText(): Thenable<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection).slice(0, 10_000) ?? '';
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Look Up Trace'),
    prompt: vscode.l10n.t('A trace id, a traceparent, a log line or the URL of a trace'),
    placeHolder: '4bf92f3577b34da6a3ce929d0e0e4736',
    ...(findTraceContexts(selected).length > 0 ? { value: selected.replace(/\s+/g, ' ') } : {}),
    ignoreFocusOut: true,
    validateInput: (text) =>
      text.trim() === '' || findTraceContexts(text).length > 0 ? undefined : noTraceId(),
  });
}
