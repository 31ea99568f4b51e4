import type { Failure, Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import { isOfOneQuestion } from '../../failurePause.ts';
import type { PrometheusApi } from '../api.ts';
import type { Found } from './discovery.ts';
import { serviceOf } from '../readRow.ts';
import { ReplicaEvidence, replicaQuery, servicesWith } from './replicaEvidence.ts';
import type { MatrixRow } from '../wire.ts';

/**
 * Labels that tell replicas of one server apart, which scrape the same processes, as Prometheus' operator, Mimir and Thanos name them by
 * themselves. Where the backend doesn't deduplicate, each call is there once for each replica.
 * https://grafana.com/docs/mimir/latest/configure/configure-high-availability-deduplication/
 * https://thanos.io/tip/components/query.md/#deduplication-replica-labels
 */
const ofReplicas = [
  'prometheus_replica',
  '__replica__',
  'receive_replica',
  'thanos_replica',
  'rule_replica',
];
/** People name these so, and other things as well: processes of their own, or servers that scrape different ones. */
const perhapsOfReplicas = ['replica', 'prometheus'];

/** Labels of replicas among those of a metric. @param used labels that say something of the calls */
export function replicaLabels(
  labels: ReadonlySet<string>,
  used: ReadonlySet<string>,
): Pick<Found, 'replicas' | 'perhapsReplicas'> {
  const there = (names: readonly string[]): readonly string[] =>
    names.filter((name) => labels.has(name) && !used.has(name));
  return { replicas: there(ofReplicas), perhapsReplicas: there(perhapsOfReplicas) };
}

/** What is known of a service's replicas. */
export type ReplicasTold = Pick<Found, 'replicas' | 'unclear'>;

/**
 * Which labels only tell replicas apart, of each service: one question, where the metric has labels that may. Where that can't be told, the
 * service has no numbers: they would be twice what they are, or half of it.
 *
 * @param before what was told of a service before: it holds where the question fails, or where nothing says otherwise
 */
export async function tellReplicas(
  api: PrometheusApi,
  found: Found,
  before: (service: ServiceKey) => ReplicasTold | undefined,
  signal: AbortSignal,
): Promise<Result<(service: ServiceKey) => ReplicasTold>> {
  const { perhapsReplicas: perhaps, replicas } = found;
  if (perhaps.length === 0) return ok(() => ({ replicas }));
  // One by one first: together they only matter where servers differ in both.
  const sets = [...perhaps.map((label) => [label]), ...(perhaps.length > 1 ? [perhaps] : [])];
  const parts = sets.map((labels) => replicaQuery(found, labels));
  const answer = await askTogether(api, parts, signal);
  if (!answer.ok) return isOfOne(answer.failure) ? whenRefused(api, found, before, signal) : answer;
  const evidence = new ReplicaEvidence(found, answer.value);
  return ok((service) => {
    const known = before(service)?.replicas ?? [];
    const told = new Set(replicas);
    let unclear: string | undefined;
    let explained = false;
    for (const labels of sets) {
      if (labels.length > 1 && explained) continue;
      const verdict = evidence.of(service, labels);
      explained ||= verdict !== 'single';
      const holds = verdict !== 'processes' && labels.every((label) => known.includes(label));
      if (verdict === 'replicas' || holds) for (const label of labels) told.add(label);
      else if (verdict === 'unclear') unclear ??= labels.join(' and ');
    }
    return unclear === undefined
      ? { replicas: [...told] }
      : { replicas: [...told], unclear: cantBeTold(found, unclear) };
  });
}

/** In one question; in several where a gateway takes no long ones. */
async function askTogether(
  api: PrometheusApi,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly MatrixRow[]>> {
  const whole = parts.join(' or ');
  if (api.fits(whole) || parts.length === 1) {
    const answer = await api.query(whole, signal, 'labels');
    // Only now it may be known.
    if (answer.ok || parts.length === 1 || api.fits(whole)) return answer;
  }
  const rows: MatrixRow[] = [];
  for (const part of parts) {
    const answer = await api.query(part, signal, 'labels');
    if (!answer.ok) return answer;
    rows.push(...answer.value);
  }
  return ok(rows);
}

/** Also one that takes the backend too long. */
const isOfOne = (failure: Failure): boolean =>
  isOfOneQuestion(failure) || failure.reason === 'timeout';

/** The others' numbers don't depend on it. */
async function whenRefused(
  api: PrometheusApi,
  found: Found,
  before: (service: ServiceKey) => ReplicasTold | undefined,
  signal: AbortSignal,
): Promise<Result<(service: ServiceKey) => ReplicasTold>> {
  const { replicas, perhapsReplicas } = found;
  const rows = await api.query(servicesWith(found), signal, 'labels');
  if (!rows.ok && !isOfOne(rows.failure)) return rows;
  const having = rows.ok
    ? new Set(rows.value.map(({ labels }) => serviceOf(found, labels)))
    : undefined;
  const unclear = cantBeTold(found, perhapsReplicas.join(' or '));
  return ok((service) => {
    const last = before(service);
    if (last !== undefined)
      return {
        replicas: last.replicas,
        ...(last.unclear === undefined ? {} : { unclear: last.unclear }),
      };
    return having === undefined || having.has(service) ? { replicas, unclear } : { replicas };
  });
}

const cantBeTold = ({ calls }: Found, label: string): Failure => ({
  reason: 'invalid',
  message: `Series of ${calls} may differ in ${label} alone, and it can’t be told whether that names servers that saw the same calls, or processes with calls of their own.`,
  remedy:
    'If they are servers, let the backend deduplicate them, or select one with select in the setting prodlens.environments; if they are processes, give each a service.instance.id of its own that stays a label (instance).',
});
