import type { Failure, Result } from '../../../domain/result.ts';
import type { ConnectionProblem } from '../../backend.ts';
import { fail, ok } from '../../../domain/result.ts';
import type { Select } from '../../ports.ts';
import type { PrometheusApi } from '../api.ts';
import {
  environmentLabels,
  namespaceLabels,
  type Convention,
  type LabelNames,
} from '../conventions/convention.ts';
import { isCustom } from '../conventions/custom.ts';
import { missingLabels, missingMetrics, spellings } from '../conventions/tried.ts';
import { recordNames } from '../recording/names.ts';
import {
  infoMetrics,
  readInfoLabels,
  releaseInfoOf,
  type ReleaseInfo,
} from '../releases/releaseInfo.ts';
import { replicaLabels } from './replicas.ts';
import { equals, escaped, quoted, selectedLabel } from '../selector.ts';

/** A histogram of durations. */
export interface DurationMetric {
  readonly metric: string;
  readonly native: boolean;
  /** Native, with boundaries of its own in place of exponential ones. */
  readonly custom?: true;
  /** Milliseconds of its unit, where the name tells it. */
  readonly msPerUnit?: number;
}

/** A convention as a backend has it. */
export interface Found {
  readonly convention: Convention;
  /** The counter of calls, or the native histogram that counts them. */
  readonly calls: string;
  readonly callsAre: 'counter' | 'count';
  /** A counter of the failed ones of them; none: labels tell. */
  readonly errors?: string;
  /** Histograms of the same calls that the backend has, the better first: some services may fill one, some another. */
  readonly durations: readonly DurationMetric[];
  /** Labels by role, those that are there. */
  readonly service: string;
  readonly namespace?: string;
  readonly version?: string;
  /** Where processes say their release, for services whose calls don't; `noVersion`: they are known, and say none. */
  readonly info?: ReleaseInfo | 'noVersion';
  readonly environment?: string;
  /** Labels that tell nothing but who scraped: replicas of one server, whose calls are the same. */
  readonly replicas: readonly string[];
  /** Labels that may be such. */
  readonly perhapsReplicas: readonly string[];
  /** Why its calls can't be counted: whether such labels tell servers or processes apart isn't known. */
  readonly unclear?: Failure;
  /** Labels by attribute: all that are there, since one metric may come from several collectors. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** Matchers of the environment's `select`. */
  readonly matchers: readonly string[];
  /** Labels of those matchers. */
  readonly selected: readonly string[];
}

/** Names worth a look: what any convention counts calls or times them by. */
const candidates =
  '(.*[._])?calls(_(milli)?seconds)?(_total)?|(.*[._])?(duration|latency)([._](milliseconds|seconds))?(_bucket|_count)?|(http_server_requests|method_timed)_seconds(_bucket|_count)?';
/** Metrics looked at closely; more would be other applications' namespaces. */
const mostFound = 12;

/** What a backend has that can be read, and what there is but can't be. */
export interface Discovery {
  readonly found: readonly Found[];
  /** What our recording rules write there. */
  readonly records: readonly string[];
  readonly problems: readonly Problem[];
}

/** `path`: of the connection's options, where these are the cause. */
export type Problem = Pick<Failure, 'message' | 'remedy'> &
  Partial<Pick<ConnectionProblem, 'path'>>;

/** Looks for the conventions that the backend has: by their names, and by the labels that prove them. */
export async function discover(
  api: PrometheusApi,
  select: Select,
  conventions: readonly Convention[],
  signal: AbortSignal,
): Promise<Result<Discovery>> {
  const own = conventions.filter(isCustom).flatMap(({ written }) => Object.values(written.names));
  const wanted = [
    candidates,
    recordNames,
    ...infoMetrics,
    ...new Set(own.flatMap(spellings).map(escaped)),
  ].join('|');
  const names = await api.metricNames(`{__name__=~${quoted(wanted)}}`, signal);
  if (!names.ok) return names;
  const known = new Set(names.value);
  const infos = await readInfoLabels(api, known, conventions, signal);
  if (!infos.ok) return infos;
  const found: Found[] = [];
  let looked = 0;
  const problems: Problem[] = [];
  let missing: string | undefined;
  for (const convention of conventions) {
    if (isCustom(convention)) problems.push(...missingMetrics(convention, known));
    for (const calls of names.value) {
      const { match, callsAre } = matchOf(convention, calls);
      if (match === null || looked >= mostFound) continue;
      looked += 1;
      const labels = await api.labelNames(`{__name__=${quoted(calls)}}`, signal);
      if (!labels.ok) return labels;
      const there = new Set(labels.value);
      if (isCustom(convention)) problems.push(...missingLabels(convention, calls, there));
      if (!convention.required.every((names) => firstOf(names, there) !== undefined)) continue;
      const other = secondName(calls, known);
      if (other !== undefined) {
        problems.push(countedTwice(calls, other));
        continue;
      }
      const matchers = matchersOf(select, there);
      if (typeof matchers === 'string') {
        missing ??= `${matchers} of ${calls}`;
        continue;
      }
      const made = foundAs(convention, match.groups?.['prefix'] ?? '', known, there);
      if (made === undefined) continue;
      const info = releaseInfoOf(convention, there, infos.value, select);
      found.push({
        ...made,
        calls,
        callsAre,
        ...matchers,
        ...(info === undefined ? {} : { info }),
      });
    }
  }
  if (found.length === 0 && missing !== undefined)
    return fail(
      'invalid',
      `The environment selects by a label that the backend’s metrics don’t have: ${missing}.`,
      'Correct select in the setting prodlens.environments, or promote the attribute to a label.',
    );
  return ok({ found, problems, records: names.value.filter((name) => recorded.test(name)) });
}

const recorded = new RegExp(`^${recordNames}$`);

/**
 * VictoriaMetrics 1.140, told to name what comes by OTLP like Prometheus, gives a metric without a unit that of the metric before it: a
 * part of the calls is counted as `calls_seconds_total`, in parts that change from request to request.
 */
function secondName(calls: string, known: ReadonlySet<string>): string | undefined {
  return ['seconds', 'milliseconds']
    .map((unit) => calls.replace(/calls(_total)?$/, `calls_${unit}$1`))
    .find((name) => name !== calls && known.has(name));
}

const countedTwice = (calls: string, other: string): Problem => ({
  message: `${calls} is left out: the backend counts a part of the calls as ${other}.`,
  remedy:
    'Run VictoriaMetrics without -opentelemetry.usePrometheusNaming, or let the collector write with prometheusremotewrite.',
});

/**
 * A native histogram has no series of its own for the number of calls: it is the histogram's. Also where other services have classic ones
 * under the name.
 */
function matchOf(convention: Convention, name: string) {
  const match = convention.calls.exec(name);
  if (match !== null) return { match, callsAre: 'counter' as const };
  return { match: convention.calls.exec(`${name}_count`), callsAre: 'count' as const };
}

/** Native ones, which are finer, before classic ones. */
function durationsOf(
  convention: Convention,
  prefix: string,
  names: ReadonlySet<string>,
): readonly DurationMetric[] {
  const classic = convention.durations.map(({ name, ...unit }) => ({
    metric: prefix + name,
    native: false,
    ...unit,
  }));
  const native = classic.map((one) => ({
    ...one,
    metric: one.metric.replace(/_bucket$/, ''),
    native: true,
  }));
  return [...native, ...classic].filter(({ metric }) => names.has(metric));
}

function foundAs(
  convention: Convention,
  prefix: string,
  names: ReadonlySet<string>,
  labels: ReadonlySet<string>,
): Omit<Found, 'calls' | 'callsAre' | 'matchers' | 'selected' | 'info'> | undefined {
  const service = firstOf(convention.service, labels);
  if (service === undefined) return undefined;
  const namespace = firstOf(namespaceLabels, labels);
  const version = firstOf(convention.version, labels);
  const environment = firstOf(environmentLabels, labels);
  const used = [service, namespace, version, environment, ...Object.values(convention.attributes)];
  return {
    convention,
    ...replicaLabels(labels, new Set(used.flat().filter((label) => label !== undefined))),
    durations: durationsOf(convention, prefix, names),
    ...(convention.errors !== undefined && names.has(convention.errors)
      ? { errors: convention.errors }
      : {}),
    service,
    // A job is written "namespace/name" already.
    ...(namespace === undefined || service.endsWith('job') ? {} : { namespace }),
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
    attributes: new Map(
      Object.entries(convention.attributes).flatMap(([attribute, names]) => {
        const there = [
          ...names.filter((n) => labels.has(n)),
          ...late(convention, attribute, labels),
        ];
        return there.length === 0 ? [] : [[attribute, [...new Set(there)]] as const];
      }),
    ),
  };
}

/** A label that isn't there before the first failure must be asked for before it: otherwise that failure would count as a success. */
function late(
  { onFailureOnly }: Convention,
  attribute: string,
  labels: ReadonlySet<string>,
): readonly string[] {
  const dotted = [...labels].some((label) => label.includes('.'));
  return (onFailureOnly?.[attribute] ?? []).filter((name) => name.includes('.') === dotted);
}

const firstOf = (names: LabelNames, labels: ReadonlySet<string>): string | undefined =>
  names.find((name) => labels.has(name));

/** Matchers of `select`; the name of the label that is missing when there is none for one of them: it is never left out. */
function matchersOf(
  select: Select,
  labels: ReadonlySet<string>,
): Pick<Found, 'matchers' | 'selected'> | string {
  const matchers: string[] = [];
  const selected: string[] = [];
  for (const [name, value] of Object.entries(select)) {
    const label = selectedLabel(name, labels);
    if (label === undefined) return name;
    matchers.push(equals(label, value));
    selected.push(label);
  }
  return { matchers, selected };
}

/** All labels that tell calls apart: what `sum by` keeps. */
export const labelsOf = (found: Found): readonly string[] => [
  ...new Set(
    [
      found.service,
      found.namespace,
      found.version,
      found.environment,
      ...(typeof found.info === 'object' ? found.info.process : []),
      ...[...found.attributes.values()].flat(),
    ].filter((label) => label !== undefined),
  ),
];

/** The label that says what was called; none where it has several names. */
export function narrowingLabel({ attributes, convention }: Found): string | undefined {
  const [label, ...others] = attributes.get(convention.key) ?? [];
  return others.length === 0 ? label : undefined;
}
