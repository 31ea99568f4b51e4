import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { PrometheusApi } from '../api.ts';
import { labelsOf, type Found } from '../look/discovery.ts';
import { serviceOf } from '../readRow.ts';
import type { ReleaseInfo } from './releaseInfo.ts';
import { byLabels, oneOf, selector } from '../selector.ts';
import type { MatrixRow } from '../wire.ts';

type Labels = MatrixRow['labels'];

/** How a service's releases are known. */
export interface ReleasesTold {
  /** The convention as this service has it. */
  readonly found: Found;
  /** "" for what isn't known. */
  readonly releases: readonly string[];
  readonly rows: readonly Labels[];
  /** Matchers of the series that say its processes' releases, where the calls' labels don't. */
  readonly infoMatchers?: readonly string[];
}

/** More groups of calls and processes, times the buckets of each, would be too many for one answer. */
const mostJoined = 1_500;
/** A longer list of services is left out of the query. */
const longestFilter = 4_000;

export function groupByService(
  found: Found,
  rows: readonly MatrixRow[],
): ReadonlyMap<ServiceKey, readonly Labels[]> {
  const groups = new Map<ServiceKey, Labels[]>();
  for (const { labels } of rows) {
    const service = serviceOf(found, labels);
    if (service === '' || service.endsWith('/')) continue;
    const group = groups.get(service);
    if (group === undefined) groups.set(service, [labels]);
    else group.push(labels);
  }
  return groups;
}

export function withoutInfo(found: Found): Found {
  const copy: { -readonly [K in keyof Found]: Found[K] } = { ...found };
  delete copy.info;
  return copy;
}

/** As the calls' own labels tell them. */
export const ownReleases = (found: Found, rows: readonly Labels[]): ReleasesTold => ({
  found: found.info === 'noVersion' ? found : withoutInfo(found),
  releases: [...new Set(rows.map((labels) => labels[found.version ?? ''] ?? ''))],
  rows,
});

/** Those services of which only the processes say their release: in two questions for all of them. */
export async function tellReleases(
  api: PrometheusApi,
  found: Found,
  groups: ReadonlyMap<ServiceKey, readonly Labels[]>,
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<ServiceKey, ReleasesTold>>> {
  const told = new Map<ServiceKey, ReleasesTold>();
  const { info } = found;
  if (typeof info !== 'object') return ok(told);
  const blind = [...groups].filter(([, rows]) =>
    rows.every((labels) => (labels[found.version ?? ''] ?? '') === ''),
  );
  if (blind.length === 0) return ok(told);
  const processes = await readProcesses(api, info, signal);
  if (!processes.ok) return processes;
  const joined = withoutVersion(found);
  const names = new Set(blind.map(([, rows]) => rows[0]?.[found.service] ?? ''));
  const filter = oneOf(found.service, [...names]);
  const matchers = filter.length > longestFilter ? [] : [filter];
  const rows = await api.query(
    `group ${byLabels(labelsOf(joined))} (${selector(found.calls, [...found.matchers, ...matchers])})`,
    signal,
  );
  // Too many processes to be told apart: the calls themselves can still be read.
  if (!rows.ok) return rows.failure.reason === 'tooLarge' ? ok(told) : rows;
  const byProcess = groupByService(joined, rows.value);
  for (const [service, own] of blind) {
    const all = byProcess.get(service) ?? [];
    const said = all.flatMap((labels) => processes.value.get(processOf(info, labels)) ?? []);
    const plain = ownReleases(found, own);
    if (said.length > 0 && said.every((release) => release === ''))
      told.set(service, { ...plain, found: { ...plain.found, info: 'noVersion' } });
    else if (said.length > 0 && all.length <= mostJoined) {
      const [job] = info.process;
      const jobs = [...new Set(all.map((labels) => labels[job] ?? ''))].sort();
      told.set(service, {
        found: joined,
        releases: [...new Set(said)],
        rows: all,
        infoMatchers: [oneOf(job, jobs)],
      });
    }
  }
  return ok(told);
}

function withoutVersion(found: Found): Found {
  const copy: { -readonly [K in keyof Found]: Found[K] } = { ...found };
  delete copy.version;
  return copy;
}

const processOf = ({ process }: ReleaseInfo, labels: Labels): string =>
  JSON.stringify(process.map((name) => labels[name] ?? ''));

/** Releases that each process has said it is of, lately. */
async function readProcesses(
  api: PrometheusApi,
  info: ReleaseInfo,
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  const processes = new Map<string, string[]>();
  const rows = await api.query(
    `group ${byLabels([...info.process, info.version])} (${selector(info.metric, info.matchers)})`,
    signal,
    'releases',
  );
  if (!rows.ok) return rows;
  for (const { labels } of rows.value) {
    const key = processOf(info, labels);
    processes.set(key, [...(processes.get(key) ?? []), labels[info.version] ?? '']);
  }
  return ok(processes);
}
