import * as vscode from 'vscode';
import { windowLength } from '../domain/units.ts';
import type { InsightService } from '../insights/contract.ts';
import { cancellable } from '../platform/cancellable.ts';
import { escapeTelemetry } from '../platform/escapeTelemetry.ts';
import { renderCoverage, type CoveredOperation } from '../presentation/viewModels/coverage.ts';
import { renderWindow } from '../presentation/viewModels/numberText.ts';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract } from '../symbols/contract.ts';
import type { MetricsSource } from '../telemetry/ports.ts';

export interface ShowCoverageContext {
  readonly insights: InsightService;
  readonly index: Pick<Remote<IndexContract>, 'call'>;
  readonly metrics: () => MetricsSource | undefined;
  readonly showDocument: (name: string, text: string) => Promise<void>;
}

/** Operations asked for at once. */
const chunk = 500;

/** `prodlens.showCoverage`: which calls land on functions, which don't, and the fix. */
export const showCoverage = (context: ShowCoverageContext) => async (): Promise<void> => {
  const metrics = context.metrics();
  if (metrics === undefined) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'There is no telemetry to look at. Start the local receiver, or connect a backend first.',
      ),
    );
    return;
  }
  const text = await cancellable(vscode.l10n.t('Looking at every call…'), (cancelled) =>
    coverage(context, metrics, cancelled),
  );
  if (text !== undefined) await context.showDocument('Instrumentation coverage.md', text);
};

/** undefined: cancelled. */
async function coverage(
  { insights, index }: ShowCoverageContext,
  metrics: MetricsSource,
  signal: AbortSignal,
): Promise<string | undefined> {
  const all = await index.call('operations', undefined, { signal });
  const { name, window, services } = insights.environment();
  const covered: CoveredOperation[] = [];
  for (let i = 0; i < all.length; i += chunk) {
    const part = all.slice(i, i + chunk);
    const answer = await metrics.numbers(
      {
        groups: part.map(({ operation }) => ({
          key: operation.id,
          service: operation.service,
          operations: [operation.id],
        })),
        window: windowLength(window),
        seriesPoints: 0,
      },
      signal,
    );
    if (signal.aborted) return undefined;
    for (const [j, one] of part.entries()) {
      const total = answer.ok ? answer.value[j]?.total : undefined;
      covered.push({
        ...one,
        ...(total?.count === undefined ? {} : { calls: total.count }),
        ...(total?.basis === 'sample' ? { sampled: true as const } : {}),
      });
    }
  }
  return renderCoverage({
    environment: name,
    window: vscode.l10n.t('the last {0}', renderWindow(window)),
    services: services.map(({ service }) => ({
      service,
      operations: covered.filter((o) => o.operation.service === service),
    })),
    safe: escapeTelemetry,
  });
}
