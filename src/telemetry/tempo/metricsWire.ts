import * as v from 'valibot';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Decoder } from '../decoding.ts';

const digits = v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.safeInteger());
const valueShape = v.looseObject({
  stringValue: v.optional(v.string()),
  intValue: v.optional(v.union([v.string(), v.number()])),
  doubleValue: v.optional(v.number()),
  boolValue: v.optional(v.boolean()),
});
const seriesShape = v.looseObject({
  labels: v.array(v.object({ key: v.string(), value: valueShape })),
  // Zeros are left out, as protobuf's JSON does.
  samples: v.nullish(v.array(v.object({ timestampMs: digits, value: v.optional(v.number(), 0) }))),
  promLabels: v.optional(v.string()),
});
const answerShape = v.looseObject({
  series: v.nullish(v.array(v.unknown())),
  metrics: v.nullish(v.looseObject({})),
  status: v.nullish(v.unknown()),
});

/** More would be names that change with each call. */
const mostSeries = 20_000;

/** One series of an answer: labels as text, and its samples above zero. */
export interface CountedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bound of a bucket of durations, seconds; a power of two in nanoseconds. */
  readonly bound?: number;
  readonly samples: readonly { readonly at: number; readonly value: number }[];
  /**
   * A sample is of the stretch that begins at its time. Versions before 2.9 do it so, and alone have `promLabels`; later ones are of what ended by
   * then (github.com/grafana/tempo, CHANGELOG of 2.9.0: #5366 and #5659).
   */
  readonly fromStart: boolean;
}

/** `/api/metrics/query_range`: https://grafana.com/docs/tempo/latest/api_docs/#traceql-metrics. Nothing is left out: what can't be read fails. */
function decodeSeries(value: unknown): Result<readonly CountedSeries[]> {
  const answer = v.safeParse(answerShape, value);
  if (!answer.success || !('series' in answer.output || 'metrics' in answer.output))
    return notCounts;
  const { series, status } = answer.output;
  // An enum of protobuf: its name, or 1. What there is of it is not exact either.
  if (status === 'PARTIAL' || status === 1 || (series ?? []).length > mostSeries)
    return fail(
      'tooLarge',
      'The service has more series than TraceQL metrics give in one answer.',
      'Its query_frontend.metrics.max_response_series bounds them; span names that hold ids make many.',
    );
  const rows: CountedSeries[] = [];
  for (const one of series ?? []) {
    const read = v.safeParse(seriesShape, one);
    if (!read.success) return notCounts;
    const { labels, samples, promLabels } = read.output;
    const bound = labels.find(({ key }) => key === '__bucket')?.value.doubleValue;
    const counts = samples ?? [];
    if (counts.some(({ value: n }) => !Number.isSafeInteger(n) || n < 0)) return notCounts;
    rows.push({
      labels: Object.fromEntries(labels.map((label) => [label.key, textOf(label.value)])),
      ...(bound === undefined ? {} : { bound }),
      samples: counts
        .filter(({ value: n }) => n > 0)
        .map(({ timestampMs, value: n }) => ({ at: timestampMs, value: n })),
      fromStart: promLabels !== undefined,
    });
  }
  return ok(rows);
}

/** What a span doesn't have is the text `nil`. */
function textOf({
  stringValue,
  intValue,
  doubleValue,
  boolValue,
}: v.InferOutput<typeof valueShape>) {
  if (stringValue !== undefined) return stringValue === 'nil' ? '' : stringValue;
  const other = intValue ?? doubleValue ?? boolValue;
  return other === undefined ? '' : String(other);
}

export const tempoSeries: Decoder<CountedSeries> = { name: 'tempo.series', read: decodeSeries };

const notCounts = fail(
  'invalid',
  'The answer is not what Tempo’s TraceQL metrics give.',
  'Check that the address in the setting is that of Tempo’s query frontend.',
);
