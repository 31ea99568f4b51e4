import type { OperationId } from '../../domain/operation.ts';
import { queryText } from '../../http/address.ts';
import { dataSourceAt } from '../grafana/address.ts';
import { exploreLink } from '../grafana/explore.ts';
import type { PageLink } from '../ports.ts';
import { allCalls, type KnownCalls, type KnownService } from './look/catalogue.ts';
import { byLabels, labelName, oneOf, seconds, selector } from './selector.ts';

type Labels = KnownService['rows'][number];

/** Averages over fewer samples would have gaps. */
const samplesPerRate = 4;
const shortestRate = 60_000;
/** Browsers and proxies take addresses of about this length. */
const longestUrl = 6_000;

/**
 * What a person would ask to see the numbers of some operations of a service: calls per second and, where there is a histogram, the 95th
 * percentile, by release, of each kind of calls that they are of. Undefined where no matchers pick exactly these operations' series.
 *
 * @param operationsOf tells the operation of a series, by its labels
 */
export function pageQueries(
  known: KnownService,
  wanted: ReadonlySet<OperationId>,
  operationsOf: (calls: KnownCalls) => (labels: Labels) => OperationId | undefined,
): readonly string[] | undefined {
  const all: string[] = [];
  for (const calls of allCalls(known)) {
    const queries = queriesOf(calls, known.interval, wanted, operationsOf(calls));
    if (queries === undefined) return undefined;
    all.push(...queries);
  }
  return all.length === 0 ? undefined : all;
}

function queriesOf(
  { found, matchers, buckets, rows }: KnownCalls,
  interval: number,
  wanted: ReadonlySet<OperationId>,
  operationOf: (labels: Labels) => OperationId | undefined,
): readonly string[] | undefined {
  const isWanted = (row: Labels): boolean => {
    const operation = operationOf(row);
    return operation !== undefined && wanted.has(operation);
  };
  if (!rows.some(isWanted)) return [];
  // What was called first, and always: an operation that comes later is told apart by it.
  const named = found.attributes.get(found.convention.key) ?? [];
  const narrow = exactMatchers(
    named,
    [...found.attributes.values()].flat().filter((label) => !named.includes(label)),
    rows.filter(isWanted),
    rows.filter((row) => !isWanted(row)),
  );
  if (narrow === undefined) return undefined;
  const all = [...matchers, ...narrow];
  const over = seconds(Math.max(shortestRate, samplesPerRate * interval));
  const releases = found.version === undefined ? [] : [found.version];
  const rate = (metric: string): string => `rate(${selector(metric, all)}[${over}])`;
  const once = (of: string, aggregate: 'max' | 'avg' = 'max'): string =>
    found.replicas.length === 0
      ? of
      : `${aggregate} without (${found.replicas.map(labelName).join(',')}) (${of})`;
  const calls = once(
    found.callsAre === 'count' ? `histogram_count(${rate(found.calls)})` : rate(found.calls),
  );
  const sum = (labels: readonly string[], of: string): string =>
    `sum ${labels.length === 0 ? '' : `${byLabels(labels)} `}(${of})`;
  return [
    sum(releases, calls),
    ...(buckets === undefined
      ? []
      : [
          `histogram_quantile(0.95, ${sum([...(buckets.native ? [] : ['le']), ...releases], once(rate(buckets.metric), buckets.native ? 'avg' : 'max'))})`,
        ]),
  ];
}

/** Matchers that let all the wanted rows through and none of the others: of the first labels, and the fewest of the rest. */
function exactMatchers(
  first: readonly string[],
  rest: readonly string[],
  wanted: readonly Labels[],
  others: readonly Labels[],
): readonly string[] | undefined {
  let left = others;
  const matchers: string[] = [];
  for (const label of [...first, ...rest]) {
    const values = new Set(wanted.map((row) => row[label] ?? ''));
    const through = left.filter((row) => values.has(row[label] ?? ''));
    if (through.length === left.length && !first.includes(label)) continue;
    matchers.push(oneOf(label, [...values]));
    left = through;
  }
  return left.length === 0 ? matchers : undefined;
}

/**
 * The page with these queries: Grafana's Explore where the backend is asked through it, else its own. Prometheus 3 has it at /query, older
 * ones, Thanos and VictoriaMetrics at /graph; what calls itself otherwise (Mimir) has none.
 */
export function metricsPage(
  url: string,
  version: string,
  queries: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): PageLink | undefined {
  const source = dataSourceAt(url);
  const link =
    source === undefined
      ? ownPage(url, version, queries, to - from)
      : exploreLink(source, { queries: queries.map((expr) => ({ expr, range: true })), from, to });
  return link === undefined || link.url.length > longestUrl ? undefined : link;
}

function ownPage(
  url: string,
  version: string,
  queries: readonly string[],
  range: number,
): PageLink | undefined {
  const major = /^v?(\d+)\./.exec(version)?.[1];
  if (major === undefined) return undefined;
  const search = queries.map((expr, i) =>
    queryText(
      new URLSearchParams({
        [`g${i}.expr`]: expr,
        [`g${i}.tab`]: Number(major) >= 3 ? 'graph' : '0',
        [`g${i}.range_input`]: seconds(range),
      }),
    ),
  );
  return {
    title: 'Prometheus',
    url: `${url}/${Number(major) >= 3 ? 'query' : 'graph'}?${search.join('&')}`,
  };
}
