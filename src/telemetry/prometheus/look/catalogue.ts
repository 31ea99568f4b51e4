import type { Failure, Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { Select } from '../../ports.ts';
import type { PrometheusApi } from '../api.ts';
import { discover, labelsOf, type DurationMetric, type Found, type Problem } from './discovery.ts';
import type { PrometheusOptions } from '../options.ts';
import { exponentialHistogram } from '../exponentialRows.ts';
import { readRow, serviceOf } from '../readRow.ts';
import { tellReplicas } from './replicas.ts';
import { findRecorded, recordedOf, type Recorded } from '../recording/recorded.ts';
import {
  groupByService,
  ownReleases,
  tellReleases,
  withoutInfo,
} from '../releases/releasesTold.ts';
import { byLabels, equals, selector } from '../selector.ts';
import type { MatrixRow } from '../wire.ts';

/** Calls of a service as one convention counts them. */
export interface KnownCalls {
  readonly found: Found;
  readonly matchers: readonly string[];
  /** Its durations; none: no percentiles. */
  readonly buckets: DurationMetric | undefined;
  /** Matchers of the series that say its processes' releases, where the calls' labels don't. */
  readonly infoMatchers?: readonly string[];
  /** One row for each group of calls that it has now. */
  readonly rows: readonly MatrixRow['labels'][];
  readonly recorded: RecordedSeries;
}

/** A service of a backend, and the one convention that its numbers come from. */
export interface KnownService extends KnownCalls {
  readonly service: ServiceKey;
  /** Other calls of it, where these are requests over HTTP and those RPCs, or the other way round. */
  readonly beside?: KnownCalls;
  /** Releases that have series now. */
  readonly releases: readonly string[];
  /** Distance of samples, milliseconds; assumed while the series are too young to show it. */
  readonly interval: number;
}

/** Series of our recording rules that stand for the raw ones. */
export interface RecordedSeries {
  /** With those of the failed ones, where these have a counter of their own. */
  readonly calls?: Recorded;
  readonly errors?: Recorded;
  readonly buckets?: Recorded;
}

/** What a backend has: asked for once in a while. */
export interface Catalogue {
  readonly version: string;
  readonly services: ReadonlyMap<ServiceKey, KnownService>;
  /** What the backend has and can't be read. */
  readonly problems: readonly Problem[];
  readonly at: number;
  /** Something is still assumed: to be read again soon. */
  readonly young: boolean;
  /** Distance of samples where it could be seen, milliseconds, by the metric of calls. */
  readonly intervals: ReadonlyMap<string, number>;
}

/** Assumed where a series is too young to show how often it is scraped: Prometheus' usual interval. */
const usualInterval = 15_000;
const mostServices = 300;

/** Reads what a backend has: its conventions, the services of each, their operations and how often they are sampled. */
export async function readCatalogue(
  api: PrometheusApi,
  select: Select,
  options: Pick<PrometheusOptions, 'conventions' | 'sources'>,
  signal: AbortSignal,
  tell: (problems: readonly Problem[]) => void,
  before?: Catalogue,
): Promise<Result<Catalogue>> {
  const version = await api.version(signal);
  // Some gateways hide buildinfo; everything else tells whether the API is there.
  if (!version.ok && !['notFound', 'invalid', 'unsupported'].includes(version.failure.reason))
    return version;
  const discovery = await discover(api, select, options.conventions, signal);
  if (!discovery.ok) return discovery;
  const { found, problems, records } = discovery.value;
  // Also where nothing else was found, or a later question fails.
  tell(problems);
  if (found.length === 0) return nothingFound(problems);
  const recorded = records.length > 0 ? await findRecorded(api, records, signal) : ok([]);
  if (!recorded.ok) return recorded;
  const candidates = new Map<ServiceKey, Candidate[]>();
  let young = false;
  const intervals = new Map(before?.intervals);
  for (const one of found) {
    const rows = await api.query(
      `group ${byLabels(labelsOf(withoutInfo(one)))} (${selector(one.calls, one.matchers)})`,
      signal,
    );
    if (!rows.ok) return rows;
    const groups = groupByService(one, rows.value);
    const told = await tellReleases(api, one, groups, signal);
    if (!told.ok) return told;
    const toldBefore = (service: ServiceKey): Found | undefined => {
      const known = before?.services.get(service);
      return known && allCalls(known).find(({ found }) => found.calls === one.calls)?.found;
    };
    const replicas = await tellReplicas(api, one, toldBefore, signal);
    if (!replicas.ok) return replicas;
    const buckets = await bucketsOf(api, one, signal);
    if (!buckets.ok) return buckets;
    const interval = await intervalOf(api, one, signal);
    if (!interval.ok) return interval;
    if (interval.value !== undefined) intervals.set(one.calls, interval.value);
    else if (groups.size > 0) young = true;
    for (const [service, own] of groups) {
      const said = told.value.get(service) ?? ownReleases(one, own);
      const releasesTold = { ...said, found: { ...said.found, ...replicas.value(service) } };
      const { releases } = releasesTold;
      const rank = rankOf(releasesTold.found, releases, sourceWanted(service, options.sources));
      const others = candidates.get(service) ?? [];
      if (candidates.size >= mostServices && others.length === 0) continue;
      const duration = buckets.value(service);
      others.push({
        rank,
        service,
        ...releasesTold,
        matchers: [...one.matchers, ...serviceMatchers(one, own[0] ?? {})],
        recorded: recordedSeries(releasesTold.found, duration, recorded.value),
        buckets: duration,
        interval: intervals.get(one.calls) ?? usualInterval,
      });
      candidates.set(service, others);
    }
  }
  const services = new Map([...candidates].map(([service, all]) => [service, chosen(all)]));
  const all = [...problems, ...notFollowed(options, services)];
  tell(all);
  return ok({
    version: version.ok ? version.value : '',
    services,
    problems: all,
    at: api.now(),
    young,
    intervals,
  });
}

interface Candidate extends KnownService {
  /** The lower the better. */
  readonly rank: number;
}

/** The best of a service's sources; beside it what counts its other calls. */
function chosen(candidates: readonly Candidate[]): KnownService {
  // Counters before the counts of native histograms, where a service has both.
  const place = ({ rank, found }: Candidate): number =>
    rank + (found.callsAre === 'count' ? 0.1 : 0);
  const [best, ...others] = candidates.toSorted((a, b) => place(a) - place(b));
  if (best === undefined) throw new Error('no candidate');
  const beside = others.find((other) => countsOthers(best, other));
  if (beside === undefined) return best;
  // What is asked for operations is asked of the first's durations, if there are any.
  const [first, second] =
    best.buckets === undefined && beside.buckets !== undefined ? [beside, best] : [best, beside];
  const releases = [...new Set([...first.releases, ...second.releases])];
  const interval = Math.max(first.interval, second.interval);
  return { ...first, releases, interval, beside: second };
}

/** Requests and RPCs are different calls, unless the requests are those that carry the RPCs. */
function countsOthers(one: KnownCalls, other: KnownCalls): boolean {
  const [a, b] = [one.found.convention.entries, other.found.convention.entries];
  if (a === undefined || b === undefined || a === b) return false;
  const [requests, calls] = a === 'http' ? [one, other] : [other, one];
  const names = new Set(calls.rows.map((row) => readRow(calls.found, row).identity.rpc?.method));
  return !requests.rows.some((row) => {
    const route = readRow(requests.found, row).identity.http?.route;
    return route !== undefined && names.has(route.replace(/^\//, ''));
  });
}

/** All calls of a service that are known. */
export const allCalls = (known: KnownService): readonly KnownCalls[] =>
  known.beside === undefined ? [known] : [known, known.beside];

/** Why its calls can't be counted, if that is so. */
export const uncountable = (known: KnownService): Failure | undefined =>
  allCalls(known).find(({ found }) => found.unclear !== undefined)?.found.unclear;

/** Where a service's numbers come from, in words. */
export const titleOf = ({ found, beside }: Pick<KnownService, 'found' | 'beside'>): string =>
  [found, ...(beside === undefined ? [] : [beside.found])]
    .map(({ convention }) => convention.title)
    .join(' and ');

function recordedSeries(
  found: Found,
  duration: DurationMetric | undefined,
  all: readonly Recorded[],
): RecordedSeries {
  const labels = [...labelsOf(found), ...found.selected];
  const calls = recordedOf(found.calls, labels, all);
  const buckets =
    duration === undefined || duration.native
      ? undefined
      : recordedOf(duration.metric, labels, all);
  const errors = found.errors === undefined ? undefined : recordedOf(found.errors, labels, all);
  const lacksErrors = found.errors !== undefined && errors === undefined;
  return {
    ...(calls && !lacksErrors && { calls }),
    ...(errors && { errors }),
    ...(buckets && { buckets }),
  };
}

/** Choices of a person that the backend doesn't allow. */
function notFollowed(
  { sources, conventions }: Pick<PrometheusOptions, 'conventions' | 'sources'>,
  services: ReadonlyMap<ServiceKey, KnownService>,
): readonly Problem[] {
  const known = [...services.values()];
  return [...sources].flatMap(([name, id]) => {
    if (name === '*') return [];
    const wanted = conventions.find((convention) => convention.id === id)?.title ?? id;
    const named = known.filter(({ service }) => isNamed(service, name));
    const [other] = named.filter(({ found }) => found.convention.id !== id);
    const path = ['sources', name];
    if (named.length === 0)
      return [{ path, message: `No service with numbers is called ${name.slice(0, 60)}.` }];
    return other === undefined
      ? []
      : [
          {
            path,
            message: `${name} has none of ${wanted}: its numbers come from ${other.found.convention.title}.`,
          },
        ];
  });
}

/** With or without the namespace. */
const isNamed = (service: ServiceKey, name: string): boolean =>
  service === name || service.replace(/^.*\//, '') === name;

/** What a person chose for the service, else for all. */
const sourceWanted = (
  service: ServiceKey,
  sources: PrometheusOptions['sources'],
): string | undefined =>
  sources.get(service) ??
  [...sources].find(([name]) => isNamed(service, name))?.[1] ??
  sources.get('*');

/** What a person chose or wrote down, then those that tell releases apart; what counts functions or routes by its own names last. */
function rankOf(
  { convention, version }: Found,
  releases: readonly string[],
  wanted: string | undefined,
): number {
  if (convention.id === wanted) return -2;
  if (convention.preferred === true) return -1;
  if (['autometrics', 'micrometer', 'micrometer-timed'].includes(convention.id)) return 2;
  if (releases.every((release) => release === '')) return 1;
  return version === undefined ? 0.5 : 0;
}

const serviceMatchers = (found: Found, labels: MatrixRow['labels']): readonly string[] =>
  [found.service, found.namespace].flatMap((label) =>
    label === undefined ? [] : [equals(label, labels[label] ?? '')],
  );

/** Which histogram times a service's calls, and of what kind it is. Where the backend has several, the first that the service fills. */
async function bucketsOf(
  api: PrometheusApi,
  found: Found,
  signal: AbortSignal,
): Promise<Result<(service: ServiceKey) => DurationMetric | undefined>> {
  const [only, ...others] = found.durations;
  if (others.length === 0 && only?.native !== true) return ok(() => only);
  const labels = [found.service, found.namespace].filter((label) => label !== undefined);
  const filled = new Map<ServiceKey, DurationMetric>();
  for (const duration of found.durations) {
    const of = selector(duration.metric, found.matchers);
    const rows = await api.query(
      `${duration.native ? 'sum' : 'group'} ${byLabels(labels)} (${of})`,
      signal,
      'durations',
    );
    if (!rows.ok) return rows;
    for (const row of rows.value) {
      const service = serviceOf(found, row.labels);
      if (!filled.has(service))
        filled.set(service, hasOwnBounds(row) ? { ...duration, custom: true } : duration);
    }
  }
  return ok((service) => filled.get(service) ?? (others.length === 0 ? only : undefined));
}

/** All that was ever counted shows the boundaries best. */
const hasOwnBounds = ({ histograms = [] }: MatrixRow): boolean =>
  histograms.some(
    ([, buckets = []]) => buckets.length > 0 && exponentialHistogram(buckets, 1) === undefined,
  );

/** Usual distance of samples: the middle one of those of one series; undefined while there are too few. */
async function intervalOf(
  api: PrometheusApi,
  found: Found,
  signal: AbortSignal,
): Promise<Result<number | undefined>> {
  // Only numbers can be sorted.
  const calls = selector(found.calls, found.matchers);
  const number = found.callsAre === 'count' ? `histogram_count(${calls})` : calls;
  const one = await api.query(`topk(1, ${number})`, signal, 'series');
  if (!one.ok) return one;
  const labels = one.value[0]?.labels;
  if (labels === undefined) return ok(undefined);
  const exact = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => equals(name, value));
  const samples = await api.samples(`${selector(found.calls, exact)}[15m]`, signal);
  if (!samples.ok) return samples;
  const [series] = samples.value;
  const times = [...(series?.samples ?? []), ...(series?.histograms ?? [])].map(
    ([at]) => at * 1000,
  );
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at));
  const usual = usualGap(gaps);
  return ok(usual === undefined ? undefined : Math.max(100, Math.round(usual)));
}

/** The middle one; where the newest are all clearly others, these: the configuration was changed. */
function usualGap(gaps: readonly number[]): number | undefined {
  if (gaps.length < 3) return undefined;
  const [all, newest] = [middle(gaps), middle(gaps.slice(-4))];
  const changed = gaps.slice(-4).every((gap) => (newest > all ? gap > 1.5 * all : gap * 1.5 < all));
  return changed ? newest : all;
}

const middle = (gaps: readonly number[]): number =>
  gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;

const nothingFound = ([problem]: readonly Problem[]) =>
  problem === undefined
    ? fail(
        'unsupported',
        'The backend has none of the metrics that Prodlens reads: span metrics, HTTP or RPC server metrics, Micrometer’s requests, Autometrics.',
        'Add the span metrics connector to the collector’s pipeline, or export the HTTP server metrics of your services; then refresh.',
      )
    : fail('unsupported', problem.message, problem.remedy);
