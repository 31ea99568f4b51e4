import type { RealRow } from '../unit/faults/realFaults.ts';
import type { SeenNumbers } from '../unit/faults/numbersWindow.ts';
import type { lostReplicas, restartedCollector, SeenFault } from './metricsFaults.ts';
import { steady } from './realWindow.ts';
import type { SeenRestart } from './tracesFaults.ts';

/** A row of docs/reliability.md, without what differs from run to run. */
const row = (
  fault: string,
  of: string,
  { health, status, detail, annotation }: SeenNumbers,
  requests: string,
  after: readonly string[],
): RealRow => ({
  fault,
  of,
  status: steady(
    health === 'unreachable' ? `✗ ${detail}` : `✓ ${status.replace(/^\$\(\w+\) /, '')}`,
  ),
  beside: annotation === '' ? '—' : `\`${steady(annotation)}\``,
  requests,
  after: steady(after.join('; ')),
});

const counted = ({ calls = 0 }: SeenNumbers, made: number): string =>
  calls === made
    ? 'every call counted, once'
    : Math.abs(calls - made) <= made / 100
      ? 'calls within 1 % of those made'
      : `${calls} of ${made} calls`;

/** One more or less doesn't make another document. */
const atMost = (requests: number): string => `at most ${Math.ceil((requests + 1) / 5) * 5}`;

const recovered = (milliseconds: number): string =>
  milliseconds <= 60_000 ? 'fresh within a refresh' : `fresh after ${milliseconds} ms`;

export function restartRow(fault: string, of: string, seen: SeenFault, healthy = false): RealRow {
  const { during, asked, recoveredIn, after, made } = seen;
  return row(fault, of, during, healthy ? 'as always' : atMost(asked), [
    recovered(recoveredIn),
    `\`${after.annotation}\``,
    counted(after, made),
  ]);
}

export const tracesRow = (of: string, seen: SeenRestart): RealRow =>
  row('server restarted, its storage in memory', of, seen.during, atMost(seen.asked), [
    recovered(seen.recoveredIn),
    `\`${seen.empty.annotation}\`, in the tooltip: ${seen.warnings.join()}`,
    `old and new traces: ${counted(seen.after, seen.sent.before + seen.sent.after)}`,
    `in a window opened meanwhile: ${seen.openedEmpty.annotation === '' ? 'nothing' : seen.openedEmpty.annotation}, then of the new traces: ${counted(seen.opened, seen.sent.after)}`,
  ]);

export const collectorRows = (
  seen: Awaited<ReturnType<typeof restartedCollector>>,
): readonly RealRow[] =>
  seen.map(({ pipeline, after, made }) =>
    row(
      'collector restarted, its counts at zero again',
      `span metrics that are ${pipeline}, Prometheus 3`,
      after,
      '—',
      [counted(after, made)],
    ),
  );

export const replicasRow = (seen: Awaited<ReturnType<typeof lostReplicas>>): RealRow =>
  row('one of three replicas ends, another is replaced', 'Prometheus 3', seen.after, '—', [
    counted(seen.after, seen.made),
    `in a window opened afterwards: ${counted(seen.opened, seen.made)}`,
  ]);
