import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { Select } from '../ports.ts';
import type { PrometheusApi } from './api.ts';
import { discover, labelsOf, type DurationMetric, type Found, type Problem } from './discovery.ts';
import type { PrometheusOptions } from './options.ts';
import { serviceOf } from './readRow.ts';
import { findRecorded, recordedOf, type Recorded } from './recording/recorded.ts';
import type { ReleaseInfo } from './releaseInfo.ts';
import { byLabels, equals, oneOf, selector } from './selector.ts';
import type { MatrixRow } from './wire.ts';

/** A service of a backend, and the one convention that its numbers come from. */
export interface KnownService {
  readonly service: ServiceKey;
  readonly found: Found;
  readonly matchers: readonly string[];
  /** Its durations; none: no percentiles. */
  readonly buckets: DurationMetric | undefined;
  /** Matchers of the series that say its processes' releases, where the calls' labels don't. */
  readonly infoMatchers?: readonly string[];
  /** Releases that have series now. */
  readonly releases: readonly string[];
  /** One row for each group of calls that it has now. */
  readonly rows: readonly MatrixRow['labels'][];
  /** Distance of samples, milliseconds; assumed while the series are too young to show it. */
  readonly interval: number;
  readonly recorded: RecordedSeries;
}

/** Series of our recording rules that stand for the raw ones. */
export interface RecordedSeries {
  readonly calls?: Recorded;
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
  const recorded = records ? await findRecorded(api, signal) : ok([]);
  if (!recorded.ok) return recorded;
  const services = new Map<ServiceKey, KnownService>();
  const ranks = new Map<ServiceKey, number>();
  let young = false;
  for (const one of found) {
    const rows = await api.query(
      `group ${byLabels(labelsOf(one))} (${selector(one.calls, one.matchers)})`,
      signal,
    );
    if (!rows.ok) return rows;
    const buckets = await bucketsOf(api, one, signal);
    if (!buckets.ok) return buckets;
    const interval = await intervalOf(api, one, signal);
    if (!interval.ok) return interval;
    young ||= interval.value === undefined;
    const processes = await readProcesses(api, one, signal);
    if (!processes.ok) return processes;
    for (const [service, own] of groupByService(one, rows.value)) {
      const told = releasesOf(one, own, processes.value);
      const { releases } = told;
      const rank = rankOf(one, releases, sourceWanted(service, options.sources));
      if ((ranks.get(service) ?? Infinity) <= rank) continue;
      if (services.size >= mostServices && !services.has(service)) continue;
      ranks.set(service, rank);
      const duration = buckets.value(service);
      services.set(service, {
        service,
        ...told,
        matchers: [...one.matchers, ...serviceMatchers(one, own[0] ?? {})],
        recorded: recordedSeries(told.found, duration, recorded.value),
        buckets: duration,
        rows: own,
        interval: interval.value ?? usualInterval,
      });
    }
  }
  const all = [...problems, ...notFollowed(options, services)];
  tell(all);
  return ok({
    version: version.ok ? version.value : '',
    services,
    problems: all,
    at: api.now(),
    young,
  });
}

/** More rows, times the buckets of each, would be too many for one answer. */
const mostJoined = 1_500;

/** Releases of a service's series: of their own label, else of the processes that they are from. */
function releasesOf(
  found: Found,
  rows: readonly MatrixRow['labels'][],
  processes: ReadonlyMap<string, readonly string[]>,
): Pick<KnownService, 'found' | 'releases' | 'infoMatchers'> {
  const { version, info } = found;
  if (version !== undefined)
    return { found, releases: [...new Set(rows.map((labels) => labels[version] ?? ''))] };
  if (typeof info !== 'object') return { found, releases: [''] };
  const blind = withoutInfo(found);
  const told = rows.flatMap((labels) => processes.get(processOf(info, labels)) ?? []);
  const releases = new Set(told);
  if (told.length > 0 && told.every((release) => release === ''))
    return { found: { ...blind, info: 'noVersion' }, releases: [''] };
  if (told.length === 0 || rows.length > mostJoined) return { found: blind, releases: [''] };
  const [job] = info.process;
  const jobs = [...new Set(rows.map((labels) => labels[job] ?? ''))];
  return { found, releases: [...releases], infoMatchers: [oneOf(job, jobs)] };
}

function withoutInfo(found: Found): Found {
  const copy: { -readonly [K in keyof Found]: Found[K] } = { ...found };
  delete copy.info;
  return copy;
}

const processOf = ({ process }: ReleaseInfo, labels: MatrixRow['labels']): string =>
  JSON.stringify(process.map((name) => labels[name] ?? ''));

/** Releases that each process has said it is of, lately. */
async function readProcesses(
  api: PrometheusApi,
  { info }: Found,
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  const processes = new Map<string, string[]>();
  if (typeof info !== 'object') return ok(processes);
  const rows = await api.query(
    `group ${byLabels([...info.process, info.version])} (${selector(info.metric, [])})`,
    signal,
  );
  if (!rows.ok) return rows;
  for (const { labels } of rows.value) {
    const key = processOf(info, labels);
    processes.set(key, [...(processes.get(key) ?? []), labels[info.version] ?? '']);
  }
  return ok(processes);
}

function recordedSeries(
  found: Found,
  duration: DurationMetric | undefined,
  all: readonly Recorded[],
): RecordedSeries {
  // A counter of failures beside the calls has no rule.
  if (found.errors !== undefined) return {};
  const labels = [...labelsOf(found), ...found.selected];
  const calls = recordedOf(found.calls, labels, all);
  const buckets =
    duration === undefined || duration.native
      ? undefined
      : recordedOf(duration.metric, labels, all);
  return { ...(calls && { calls }), ...(buckets && { buckets }) };
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

function groupByService(
  found: Found,
  rows: readonly MatrixRow[],
): ReadonlyMap<ServiceKey, readonly MatrixRow['labels'][]> {
  const groups = new Map<ServiceKey, MatrixRow['labels'][]>();
  for (const { labels } of rows) {
    const service = serviceOf(found, labels);
    if (service === '' || service.endsWith('/')) continue;
    const group = groups.get(service);
    if (group === undefined) groups.set(service, [labels]);
    else group.push(labels);
  }
  return groups;
}

const serviceMatchers = (found: Found, labels: MatrixRow['labels']): readonly string[] =>
  [found.service, found.namespace].flatMap((label) =>
    label === undefined ? [] : [equals(label, labels[label] ?? '')],
  );

/** Which histogram times a service's calls. Where the backend has several, the first that the service fills. */
async function bucketsOf(
  api: PrometheusApi,
  found: Found,
  signal: AbortSignal,
): Promise<Result<(service: ServiceKey) => DurationMetric | undefined>> {
  const [only, ...others] = found.durations;
  if (others.length === 0) return ok(() => only);
  const labels = [found.service, found.namespace].filter((label) => label !== undefined);
  const filled = new Map<ServiceKey, DurationMetric>();
  for (const duration of found.durations) {
    const query = `group ${byLabels(labels)} (${selector(duration.metric, found.matchers)})`;
    const rows = await api.query(query, signal);
    if (!rows.ok) return rows;
    for (const row of rows.value) {
      const service = serviceOf(found, row.labels);
      if (!filled.has(service)) filled.set(service, duration);
    }
  }
  return ok((service) => filled.get(service));
}

/** Usual distance of samples: the middle one of those of one series; undefined while there are too few. */
async function intervalOf(
  api: PrometheusApi,
  found: Found,
  signal: AbortSignal,
): Promise<Result<number | undefined>> {
  // Only numbers can be sorted.
  const calls = selector(found.calls, found.matchers);
  const number = found.callsAre === 'count' ? `histogram_count(${calls})` : calls;
  const one = await api.query(`topk(1, ${number})`, signal);
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
  const middle = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
  return ok(
    middle === undefined || gaps.length < 3 ? undefined : Math.max(100, Math.round(middle)),
  );
}

const nothingFound = ([problem]: readonly Problem[]) =>
  problem === undefined
    ? fail(
        'unsupported',
        'The backend has none of the metrics that Prodlens reads: span metrics, HTTP or RPC server metrics, Micrometer’s requests, Autometrics.',
        'Add the span metrics connector to the collector’s pipeline, or export the HTTP server metrics of your services; then refresh.',
      )
    : fail('unsupported', problem.message, problem.remedy);
