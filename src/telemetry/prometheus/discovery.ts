import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Select } from '../ports.ts';
import type { PrometheusApi } from './api.ts';
import {
  environmentLabels,
  namespaceLabels,
  type Convention,
  type LabelNames,
} from './conventions/convention.ts';
import { conventions } from './conventions/registry.ts';
import { equals, quoted } from './selector.ts';

/** A convention as a backend has it. */
export interface Found {
  readonly convention: Convention;
  /** The counter of calls. */
  readonly calls: string;
  /** The classic histogram; none: no percentiles. */
  readonly buckets?: { readonly metric: string; readonly msPerUnit?: number };
  /** Labels by role, those that are there. */
  readonly service: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly environment?: string;
  /** Label by attribute. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Matchers of the environment's `select`. */
  readonly matchers: readonly string[];
}

/** Names worth a look: what any convention counts calls or times them by. */
const candidates =
  '(.*[._])?(calls|calls_total)|(.*[._])?(duration|latency)([._](milliseconds|seconds))?_(bucket|count)|(http_server_requests|method_timed)_seconds_(bucket|count)';
/** Metrics looked at closely; more would be other applications' namespaces. */
const mostFound = 12;

/** Looks for the conventions that the backend has: by their names, and by the labels that prove them. */
export async function discover(
  api: PrometheusApi,
  select: Select,
  signal: AbortSignal,
): Promise<Result<readonly Found[]>> {
  const names = await api.metricNames(`{__name__=~${quoted(candidates)}}`, signal);
  if (!names.ok) return names;
  const known = new Set(names.value);
  const found: Found[] = [];
  let looked = 0;
  let missing: string | undefined;
  for (const convention of conventions)
    for (const calls of names.value) {
      const match = convention.calls.exec(calls);
      if (match === null || looked >= mostFound) continue;
      looked += 1;
      const labels = await api.labelNames(`{__name__=${quoted(calls)}}`, signal);
      if (!labels.ok) return labels;
      const there = new Set(labels.value);
      if (!convention.required.every((names) => firstOf(names, there) !== undefined)) continue;
      const matchers = matchersOf(select, there);
      if (typeof matchers === 'string') {
        missing ??= `${matchers} of ${calls}`;
        continue;
      }
      const made = foundAs(convention, calls, match.groups?.['prefix'] ?? '', known, there);
      if (made !== undefined) found.push({ ...made, matchers });
    }
  if (found.length === 0 && missing !== undefined)
    return fail(
      'invalid',
      `The environment selects by a label that the backend’s metrics don’t have: ${missing}.`,
      'Correct select in the setting prodlens.environments, or promote the attribute to a label.',
    );
  return ok(found);
}

function foundAs(
  convention: Convention,
  calls: string,
  prefix: string,
  names: ReadonlySet<string>,
  labels: ReadonlySet<string>,
): Omit<Found, 'matchers'> | undefined {
  const service = firstOf(convention.service, labels);
  if (service === undefined) return undefined;
  const duration = convention.durations.find(({ name }) => names.has(prefix + name));
  const namespace = firstOf(namespaceLabels, labels);
  const version = firstOf(convention.version, labels);
  const environment = firstOf(environmentLabels, labels);
  return {
    convention,
    calls,
    ...(duration === undefined
      ? {}
      : {
          buckets: {
            metric: prefix + duration.name,
            ...(duration.msPerUnit === undefined ? {} : { msPerUnit: duration.msPerUnit }),
          },
        }),
    service,
    // A job is written "namespace/name" already.
    ...(namespace === undefined || service.endsWith('job') ? {} : { namespace }),
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
    attributes: new Map(
      Object.entries(convention.attributes).flatMap(([attribute, names]) => {
        const label = firstOf(names, labels);
        return label === undefined ? [] : [[attribute, label] as const];
      }),
    ),
  };
}

const firstOf = (names: LabelNames, labels: ReadonlySet<string>): string | undefined =>
  names.find((name) => labels.has(name));

/** Matchers of `select`; the name of the label that is missing when there is none for one of them: it is never left out. */
function matchersOf(select: Select, labels: ReadonlySet<string>): readonly string[] | string {
  const matchers: string[] = [];
  for (const [name, value] of Object.entries(select)) {
    const label = [name, name.replaceAll(/[^A-Za-z0-9_]/g, '_')].find((n) => labels.has(n));
    if (label === undefined) return name;
    matchers.push(equals(label, value));
  }
  return matchers;
}

/** All labels that tell calls apart: what `sum by` keeps. */
export const labelsOf = (found: Found): readonly string[] => [
  ...new Set(
    [
      found.service,
      found.namespace,
      found.version,
      found.environment,
      ...found.attributes.values(),
    ].filter((label) => label !== undefined),
  ),
];
