import type { FileView } from '../symbols/contract.ts';
import type { MetricsSource } from '../telemetry/ports.ts';

/** A file as a source sees it: what other sources saw neither owns its numbers nor makes them ambiguous. */
export function ownOperations(view: FileView, metrics: MetricsSource | undefined): FileView {
  if (metrics?.knows === undefined) return view;
  const attributions = view.attributions.filter(
    ({ operation }) => metrics.knows?.(operation.id) ?? true,
  );
  return { ...view, attributions };
}

/** Files in sight that nothing is seen of yet: their service may just be starting. */
export function expectOperations(
  views: readonly FileView[],
  metrics: MetricsSource | undefined,
): void {
  for (const { path, functions, attributions, services } of views)
    if (functions.length > 0 && attributions.length === 0)
      metrics?.expects?.(
        path,
        services.map(({ service }) => service),
      );
}
