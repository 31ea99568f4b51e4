import type { InsightServiceHost } from '../insights/insightService.ts';
import { createContextKey } from '../platform/contextKeys.ts';
import { DisposableStore } from '../platform/disposables.ts';
import type { Environments } from '../platform/environments.ts';
import type { LocalReceiver } from '../platform/localReceiver.ts';
import { languageIds } from '../symbols/languages/registry.ts';

interface KeyParts {
  readonly receiver: LocalReceiver;
  readonly environments: Environments;
  readonly insights: InsightServiceHost;
}

/** What menus and the walkthrough ask of the state. */
export function followContextKeys({ receiver, environments, insights }: KeyParts): DisposableStore {
  const owned = new DisposableStore();
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
  return owned;
}
