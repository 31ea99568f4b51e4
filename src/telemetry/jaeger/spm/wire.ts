import * as v from 'valibot';
import { fail, ok, type Result } from '../../../domain/result.ts';
import type { Decoder } from '../../decoding.ts';

/** One operation of one service, by the time of its points. */
export interface SpmRow {
  readonly service: string;
  /** The span's name. */
  readonly operation: string;
  /** Unix milliseconds and what was measured; gaps are left out. Ascending. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** `MetricFamily` of Jaeger's metricsquery in JSON (https://www.jaegertracing.io/docs/latest/architecture/spm/). Numbers that are none are text: "NaN". */
const familyShape = v.object({
  name: v.string(),
  metrics: v.nullish(v.array(v.unknown())),
});
const rowShape = v.object({
  labels: v.array(v.object({ name: v.string(), value: v.string() })),
  metricPoints: v.nullish(
    v.array(
      v.object({
        gaugeValue: v.nullish(v.object({ doubleValue: v.optional(v.unknown()) })),
        timestamp: v.string(),
      }),
    ),
  ),
});

const longestName = 1_000;

/** The rows of an answer; such as can't be read, or that belong to no operation, are left out. */
function decodeFamily(json: unknown): Result<readonly SpmRow[]> {
  const family = v.safeParse(familyShape, json);
  if (!family.success) return notSpm;
  const metrics = family.output.metrics ?? [];
  const rows = metrics.flatMap((metric) => rowOf(metric) ?? []);
  return rows.length === 0 && metrics.length > 0 ? notSpm : ok(rows);
}

function rowOf(metric: unknown): SpmRow | undefined {
  const row = v.safeParse(rowShape, metric);
  if (!row.success) return undefined;
  const label = (wanted: string): string =>
    row.output.labels.find(({ name }) => name === wanted)?.value ?? '';
  const [service, operation] = [label('service_name'), label('operation')];
  if (service === '' || operation === '' || operation.length > longestName) return undefined;
  const points = (row.output.metricPoints ?? []).flatMap(({ gaugeValue, timestamp }) => {
    const [at, value] = [Date.parse(timestamp), gaugeValue?.doubleValue];
    return Number.isFinite(at) && typeof value === 'number' && Number.isFinite(value) && value >= 0
      ? [[at, value] as const]
      : [];
  });
  return { service, operation, points: points.toSorted((a, b) => a[0] - b[0]) };
}

export const spmRows: Decoder<SpmRow> = { name: 'jaeger.spm', read: decodeFamily };

const notSpm = fail(
  'invalid',
  'The answer is not what Jaeger’s metrics interface (/api/metrics) gives.',
  'Check that the address in the setting is that of Jaeger’s query service.',
);
