import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { PrometheusApi } from './api.ts';
import type { Found } from './discovery.ts';
import { serviceOf } from './readRow.ts';
import { byLabels, labelName, selector } from './selector.ts';

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

/** Marks what a row of the answer counts. */
const pairsLabel = 'prodlens_pairs';

/** Who saw more is at most that much ahead: longer than between two scrapes of usual intervals. */
const lag = '2m';

/**
 * Which labels only tell replicas apart, of each service: one question, where the metric has labels that may. Counters of one process, seen by
 * two, follow each other: the lower has what the higher had two minutes ago. Those of two processes don't. Younger ones can't be told, and
 * are taken for one process: calls that are missing for two minutes are better than calls that never were.
 */
export async function tellReplicas(
  api: PrometheusApi,
  found: Found,
  signal: AbortSignal,
): Promise<Result<(service: ServiceKey) => readonly string[]>> {
  const { perhapsReplicas: perhaps, replicas } = found;
  if (perhaps.length === 0) return ok(() => replicas);
  const sets = [...perhaps.map((label) => [label]), ...(perhaps.length > 1 ? [perhaps] : [])];
  const answer = await api.query(
    sets.map((labels) => pairsQuery(found, labels)).join(' or '),
    signal,
    'labels',
  );
  if (!answer.ok) return answer;
  const counted = new Map<ServiceKey, Map<string, number>>();
  for (const { labels, samples } of answer.value) {
    const service = serviceOf(found, labels);
    const own = counted.get(service) ?? new Map<string, number>();
    counted.set(service, own);
    const mark = labels[pairsLabel] ?? '';
    own.set(mark, (own.get(mark) ?? 0) + (samples[0]?.[1] ?? 0));
  }
  return ok((service) => {
    const own = counted.get(service);
    const alike = sets.filter((labels) => {
      const of = (what: string): number => own?.get(markOf(what, labels)) ?? 0;
      return of('pairs') > 0 && of('alike') >= of('known') / 2;
    });
    return [...new Set([...replicas, ...alike.flat()])];
  });
}

const markOf = (what: string, labels: readonly string[]): string => `${what} ${labels.join(' ')}`;

/** How many series there are twice; what those that were there before had counted by then, and how much of it the lower ones have by now. */
function pairsQuery(found: Found, labels: readonly string[]): string {
  const { calls, callsAre, matchers, service, namespace, replicas } = found;
  const by = byLabels([service, namespace].filter((label) => label !== undefined));
  const without = `without (${[...labels, ...replicas].map(labelName).join(',')})`;
  const series = selector(calls, matchers);
  const read = (text: string): string => (callsAre === 'count' ? `histogram_count(${text})` : text);
  const now = (which: 'max' | 'min'): string => `${which} ${without} (${read(series)})`;
  const before = `max ${without} (${read(`last_over_time(${series}[5m] offset ${lag})`)})`;
  const twice = `(count ${without} (max without (${replicas.map(labelName).join(',')}) (${read(series)})) > 1)`;
  const marked = (what: string, query: string): string =>
    `label_replace(${query}, "${pairsLabel}", "${markOf(what, labels)}", "", "")`;
  return [
    marked('pairs', `count ${by} (${twice})`),
    // Not those that began anew since.
    marked('known', `sum ${by} ((${before} <= ${now('max')}) and ${twice})`),
    marked('alike', `sum ${by} ((${before} <= ${now('min')}) and ${twice})`),
  ].join(' or ');
}
