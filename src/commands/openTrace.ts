import * as vscode from 'vscode';
import type { Failure } from '../domain/result.ts';
import type { TraceSummary } from '../domain/trace.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundTrace } from '../presentation/waterfallPanel.ts';
import type { TraceSource } from '../telemetry/ports.ts';

export interface OpenTracesContext {
  readonly insights: InsightService;
  /** Of the selected environment. */
  readonly traces: () => TraceSource | undefined;
  readonly show: (found: FoundTrace, focusSpanId?: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Fetches a trace that a search found and shows it with the focus on its span. */
export async function openTrace(
  context: OpenTracesContext,
  source: TraceSource,
  { traceId, spanId }: Pick<TraceSummary, 'traceId' | 'spanId'>,
  signal: AbortSignal,
): Promise<void> {
  const environment = context.insights.environment().name;
  const answer = await source.trace(traceId, signal);
  if (signal.aborted) return;
  if (answer.ok) context.show({ trace: answer.value, environment }, spanId);
  else if (answer.failure.reason === 'notFound')
    warn(vscode.l10n.t('This trace is not kept any more: newer ones have taken its place.'));
  else tellFailure(answer.failure);
}

export function tellFailure({ reason, message, remedy }: Failure): void {
  if (reason === 'aborted') return;
  void vscode.window.showErrorMessage(
    renderUntrustedLabel([message, remedy].filter(Boolean).join(' '), 400),
  );
}

export function warn(text: string): void {
  void vscode.window.showWarningMessage(text);
}
