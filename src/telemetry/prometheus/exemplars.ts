import type { OperationId } from '../../domain/operation.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ExemplarsQuery } from '../ports.ts';
import type { PrometheusApi } from './api.ts';
import { bucketLabels } from './bucketRows.ts';
import type { KnownCalls } from './look/catalogue.ts';
import { narrowingLabel } from './look/discovery.ts';
import { readRow } from './readRow.ts';
import { selector } from './selector.ts';
import { narrowing } from './slots/slotQueries.ts';
import type { Exemplar } from './wire.ts';

/** As far back as traces are searched for. */
const lookback = 24 * 3_600_000;

/** Ids of traces that a service's series keep as examples of these operations' calls: the slowest, or the newest of failed ones, first. */
export async function readExemplars(
  api: PrometheusApi,
  known: KnownCalls,
  operationOf: (labels: KnownCalls['rows'][number]) => OperationId | undefined,
  { operations, kind, limit }: ExemplarsQuery,
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const { found, buckets, matchers } = known;
  const wanted = new Set(operations);
  const isWanted = (labels: KnownCalls['rows'][number]): boolean => {
    const operation = operationOf(labels);
    return wanted.size === 0 || (operation !== undefined && wanted.has(operation));
  };
  const label = narrowingLabel(found);
  const keys = known.rows.filter(isWanted).map((labels) => labels[label ?? ''] ?? '');
  const queryOf = (narrow: readonly string[]): string =>
    selector(buckets?.metric ?? found.calls, [...matchers, ...narrow]);
  const narrowed = wanted.size === 0 ? '' : queryOf(narrowing(found, [...new Set(keys)]));
  const to = api.now();
  const answer = await api.exemplars(
    {
      query: narrowed !== '' && api.fits(narrowed) ? narrowed : queryOf([]),
      from: to - lookback,
      to,
    },
    signal,
  );
  if (!answer.ok) return answer;
  const fitting = answer.value.filter(({ labels }) => {
    const own = withoutBuckets(labels);
    return isWanted(own) && (kind !== 'failed' || readRow(found, own).outcome === 'error');
  });
  const best = (a: Exemplar, b: Exemplar): number =>
    kind === 'slow' ? b.value - a.value : b.at - a.at;
  const ids = fitting.toSorted(best).map(({ traceId }) => traceId);
  return ok([...new Set(ids)].slice(0, limit));
}

const withoutBuckets = (labels: Exemplar['labels']): Exemplar['labels'] =>
  Object.fromEntries(
    Object.entries(labels).filter(([name]) => !bucketLabels.some((label) => label === name)),
  );
