import * as v from 'valibot';
import type { FoundBackend } from '../ports.ts';
import type { Probe } from '../probe.ts';
import { proxiedAddress } from './address.ts';

/**
 * One of `GET /api/datasources` (pkg/api/dtos/datasource.go). `jsonData` holds each plug-in's own settings; those read here link data sources:
 * exemplars of a Prometheus to its traces, and traces of Tempo to their metrics and service graph.
 */
const link = v.optional(v.looseObject({ datasourceUid: v.optional(v.string()) }));
const dataSource = v.object({
  uid: v.string(),
  name: v.string(),
  type: v.string(),
  isDefault: v.optional(v.boolean(), false),
  jsonData: v.fallback(
    v.looseObject({
      exemplarTraceIdDestinations: v.optional(v.array(v.unknown())),
      tracesToMetrics: link,
      serviceMap: link,
    }),
    {},
  ),
});
export type DataSource = v.InferOutput<typeof dataSource>;

/** The data sources of an answer; what doesn't read as one is left out. Undefined: the answer is no list. */
export function decodeDataSources(json: unknown): readonly DataSource[] | undefined {
  if (!Array.isArray(json)) return undefined;
  return json.flatMap((entry) => {
    const parsed = v.safeParse(dataSource, entry);
    return parsed.success ? [parsed.output] : [];
  });
}

/** Data sources that an adapter can ask, by the types that the backends' probes name; those that Grafana shows first come first. */
export function classify(
  grafana: string,
  sources: readonly DataSource[],
  probes: readonly Probe[],
): readonly FoundBackend[] {
  const urls = new Map(sources.map(({ uid }) => [uid, proxiedAddress({ grafana, uid })]));
  return sources
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.name.localeCompare(b.name))
    .flatMap((source) => {
      const { type, name, uid, isDefault } = source;
      const probe = probes.find((one) => one.dataSourceTypes?.includes(type));
      const url = urls.get(uid);
      if (probe?.backend === undefined || url === undefined) return [];
      const linkedWith = linksOf(source).flatMap((other) => urls.get(other) ?? []);
      const behind = { program: 'Grafana', name: name.slice(0, 200), isDefault, linkedWith };
      return [{ ...probe.backend, title: probe.title, url, behind }];
    });
}

const uidIn = v.looseObject({ datasourceUid: v.string() });

function linksOf({ jsonData }: DataSource): readonly string[] {
  const { exemplarTraceIdDestinations = [], tracesToMetrics, serviceMap } = jsonData;
  return [...exemplarTraceIdDestinations, tracesToMetrics, serviceMap].flatMap((one) =>
    v.is(uidIn, one) ? [one.datasourceUid] : [],
  );
}
