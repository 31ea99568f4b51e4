import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { Select } from '../../ports.ts';
import type { PrometheusApi } from '../api.ts';
import { spelled, type Convention, type LabelNames } from '../conventions/convention.ts';
import { byLabels, equals, quoted, seconds, selectedLabel, selector } from '../selector.ts';

/** A series per process that says which release it is of, where the calls' own labels don't. */
export interface ReleaseInfo {
  readonly metric: string;
  readonly version: string;
  /** Labels that name a process, alike on the calls. */
  readonly process: readonly [job: string, instance: string];
  /** Matchers of the environment's `select`: those of labels that it has. Another environment may have processes of the same names. */
  readonly matchers: readonly string[];
}

/** Where OpenTelemetry's resource attributes are. https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1 */
export const infoMetrics: readonly string[] = ['target_info', 'traces_target_info', 'build_info'];
/** Autometrics' own has the release under another name, and other programs' have that name as well. */
const versionsOf = (metric: string): LabelNames =>
  metric === 'build_info' ? ['version'] : spelled('service.version');

/** A collector that is scraped moves the labels of its services. */
const processes: readonly ReleaseInfo['process'][] = [
  ['exported_job', 'exported_instance'],
  ['job', 'instance'],
];

/** Labels of the metrics of processes that a backend has. */
export type InfoLabels = ReadonlyMap<string, ReadonlySet<string>>;

export async function readInfoLabels(
  api: PrometheusApi,
  names: ReadonlySet<string>,
  conventions: readonly Convention[],
  signal: AbortSignal,
): Promise<Result<InfoLabels>> {
  const found = new Map<string, ReadonlySet<string>>();
  const wanted = new Set(conventions.map(infoMetricOf));
  for (const metric of infoMetrics) {
    if (!names.has(metric) || !wanted.has(metric)) continue;
    const labels = await api.labelNames(`{__name__=${quoted(metric)}}`, signal);
    if (!labels.ok) return labels;
    found.set(metric, new Set(labels.value));
  }
  return ok(found);
}

const infoMetricOf = ({ id }: Convention): string =>
  id === 'autometrics'
    ? 'build_info'
    : id === 'tempo-generator'
      ? 'traces_target_info'
      : 'target_info';

/** How calls with these labels find their release; `noVersion`: their processes are known, and name none. */
export function releaseInfoOf(
  convention: Convention,
  labels: ReadonlySet<string>,
  all: InfoLabels,
  select: Select,
): ReleaseInfo | 'noVersion' | undefined {
  const metric = infoMetricOf(convention);
  const there = all.get(metric);
  const process = processes.find((names) =>
    names.every((name) => labels.has(name) && there?.has(name) === true),
  );
  if (there === undefined || process === undefined) return undefined;
  const version = versionsOf(metric).find((name) => there.has(name));
  if (version === undefined) return 'noVersion';
  const matchers = Object.entries(select).flatMap(([name, value]) => {
    const label = selectedLabel(name, there);
    return label === undefined ? [] : [equals(label, value)];
  });
  return { metric, version, process, matchers };
}

/** Marks rows that say which release a process was of. */
export const infoLabel = 'prodlens_info';

/** Older samples of a series aren't looked at by PromQL: finer steps than that are for processes that end in between. */
const longestLook = 120_000;

/**
 * When each release was last seen of each process within a step, Unix seconds. Joined by us: PromQL's own join fails while a process that
 * was replaced and its successor, of the same name, are both within the look-back.
 */
export function releasesSeen(info: ReleaseInfo, matchers: readonly string[], step: number): string {
  const { metric, version, process } = info;
  const look = Math.max(1_000, Math.min(step / 5, longestLook));
  const seen = `max_over_time(timestamp(${selector(metric, [...info.matchers, ...matchers])})[${seconds(step)}:${seconds(look)}])`;
  return `label_replace(max ${byLabels([...process, version])} (${seen}), "${infoLabel}", "1", "", "")`;
}
