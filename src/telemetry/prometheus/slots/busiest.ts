import type { OperationId } from '../../../domain/operation.ts';
import type { Cell } from '../../local/core/cells.ts';

/** Operations with the most calls. */
export function busiest(cells: Iterable<Cell>, most: number): readonly OperationId[] {
  const calls = new Map<OperationId, number>();
  for (const { operation, series } of cells) {
    let sum = calls.get(operation.operation.id) ?? 0;
    for (const slot of series.slots) sum += slot.calls;
    calls.set(operation.operation.id, sum);
  }
  return [...calls]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([id]) => id);
}
