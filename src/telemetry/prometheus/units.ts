import * as v from 'valibot';
import type { PrometheusApi } from './api.ts';
import type { Found } from './discovery.ts';

/** Milliseconds of the units that durations come in, as OpenTelemetry (UCUM) and OpenMetrics write them. */
const msOf: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['seconds', 1000],
  ['ms', 1],
  ['milliseconds', 1],
  ['us', 0.001],
  ['microseconds', 0.001],
  ['ns', 0.000_001],
  ['nanoseconds', 0.000_001],
]);

/** By the name of the metric. */
export type Units = ReadonlyMap<string, readonly string[]>;

const shape = v.object({
  data: v.record(v.string(), v.array(v.object({ unit: v.optional(v.string(), '') }))),
});

/** Units of metrics in an answer of `/api/v1/metadata`. https://prometheus.io/docs/prometheus/latest/querying/api/#querying-metric-metadata */
export function decodeUnits(answer: unknown): Units {
  const parsed = v.safeParse(shape, answer);
  return new Map(
    Object.entries(parsed.success ? parsed.output.data : {}).map(([metric, all]) => [
      metric,
      [...new Set(all.map(({ unit }) => unit).filter((unit) => unit !== ''))],
    ]),
  );
}

/**
 * Durations with the unit that the backend's metadata says, where their name says none: one question for each such metric. What Prometheus
 * scrapes as text has units in its names alone; what is pushed to others along with its metadata may have one. Two units for one metric are none.
 */
export async function withUnits(
  api: Pick<PrometheusApi, 'units'>,
  found: Found,
  signal: AbortSignal,
): Promise<Found> {
  const durations: Found['durations'][number][] = [];
  const known = new Map<string, number | undefined>();
  for (const duration of found.durations) {
    const family = duration.metric.replace(/_bucket$/, '');
    if (duration.msPerUnit === undefined && !known.has(family)) {
      const units = await api.units(family, signal);
      const [unit, ...others] = units.get(family) ?? [];
      known.set(family, others.length === 0 ? msOf.get(unit ?? '') : undefined);
    }
    const told = known.get(family);
    durations.push(
      duration.msPerUnit === undefined && told !== undefined
        ? { ...duration, msPerUnit: told }
        : duration,
    );
  }
  return { ...found, durations };
}
