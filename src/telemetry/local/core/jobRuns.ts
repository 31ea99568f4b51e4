import type { Operation } from '../../../domain/operation.ts';
import type { Cells } from './cells.ts';
import type { Span } from './numbersOfGroup.ts';
import type { OperationEntry } from './operations.ts';

/**
 * Active Job runs inside of the job of the system it is set up with. Their instrumentations link the two but start a trace each, so
 * no parent tells that it is one run. Active Job's own span counts, which has the job's own error, and the system's is left out
 * where Active Job reports calls of the same class in the window.
 *
 * @returns indexes of the operations left out
 */
export function aroundActiveJobs(
  operations: Iterable<OperationEntry>,
  cells: Cells,
  span: Span,
): ReadonlySet<number> {
  const jobs = [...operations].filter(({ operation }) => isJob(operation));
  const active = jobs.filter((o) => isActiveJob(o.operation) && hasCalls(cells, o.index, span));
  if (active.length === 0) return new Set();
  const tasks = new Set(active.map((o) => o.operation.task));
  return new Set(
    jobs.flatMap(({ index, operation }) =>
      !isActiveJob(operation) && tasks.has(operation.task) ? index : [],
    ),
  );
}

/** A step of Active Job around a run (a retry is enqueued, a job discarded), told with the attributes of the run. */
export const isJobStep = (operation: Operation): boolean =>
  operation.kind === 'internal' && isActiveJob(operation);

const isJob = ({ kind, task }: Operation): boolean => kind === 'consumer' && task !== undefined;

const isActiveJob = ({ messaging }: Operation): boolean => messaging?.system === 'active_job';

function hasCalls(cells: Cells, operation: number, span: Span): boolean {
  for (const { series } of cells.of(operation))
    if (series.slots.some((slot) => slot.calls > 0 && span.takes(slot))) return true;
  return false;
}
