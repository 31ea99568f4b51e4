import * as v from 'valibot';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Decoder } from '../decoding.ts';

/** A series of a range query: labels, and samples as [Unix seconds, value]. */
export interface MatrixRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [number, number])[];
  /** Samples that are native histograms: [Unix seconds, filled buckets]; undefined where these don't hold all values. */
  readonly histograms?: readonly (readonly [number, readonly NativeBucket[] | undefined])[];
  /** Some of its samples are no numbers (NaN, Inf) and were left out. */
  readonly odd?: true;
  /** On a row of its own: samples that the query made the backend read, where it says so. */
  readonly cost?: number;
}

/** In the metric's unit. */
export interface NativeBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** More rows than any workspace's services need: what is beyond would be a partial sum, so the whole answer is refused. */
const mostRows = 50_000;

const labels = v.record(v.string(), v.string());
const sample = v.tuple([v.number(), v.string()]);
const histogramSample = v.tuple([
  v.number(),
  v.object({
    count: v.string(),
    buckets: v.optional(v.array(v.tuple([v.number(), v.string(), v.string(), v.string()])), []),
  }),
]);
const success = <T extends v.GenericSchema>(data: T) =>
  v.object({ status: v.literal('success'), data, warnings: v.optional(v.array(v.string())) });
const stats = v.fallback(
  v.optional(v.object({ samples: v.object({ totalQueryableSamples: v.number() }) })),
  undefined,
);
const matrix = success(
  v.object({
    stats,
    resultType: v.literal('matrix'),
    result: v.array(
      v.object({
        metric: labels,
        values: v.optional(v.array(sample), []),
        histograms: v.optional(v.array(histogramSample)),
      }),
    ),
  }),
);
const vector = success(
  v.object({
    stats,
    resultType: v.literal('vector'),
    result: v.array(
      v.object({
        metric: labels,
        value: v.optional(sample),
        histogram: v.optional(histogramSample),
      }),
    ),
  }),
);
const exemplars = success(
  v.array(
    v.object({
      seriesLabels: labels,
      exemplars: v.array(
        v.object({
          labels,
          value: v.union([v.string(), v.number()]),
          timestamp: v.number(),
        }),
      ),
    }),
  ),
);
const texts = success(v.array(v.string()));
const buildInfo = success(v.object({ version: v.string(), application: v.optional(v.string()) }));
const problem = v.object({ status: v.literal('error'), error: v.string() });

/** Answers of `/api/v1/query_range`. Values that are no numbers (NaN, Inf) are left out. https://prometheus.io/docs/prometheus/latest/querying/api/ */
function decodeMatrix(answer: unknown): Result<readonly MatrixRow[]> {
  return decoded(matrix, answer, ({ data, warnings }) => {
    const partial = partialAnswer(warnings);
    if (partial !== undefined) return partial;
    if (data.result.length > mostRows) return tooMany();
    return ok([
      ...costRow(data.stats),
      ...data.result.map(({ metric, values, histograms }) => ({
        labels: metric,
        ...samplesOf(values),
        ...(histograms === undefined
          ? {}
          : { histograms: histograms.map(([at, one]) => [at, filled(one)] as const) }),
      })),
    ]);
  });
}

/** Answers of `/api/v1/query` that are vectors. */
function decodeVector(answer: unknown): Result<readonly MatrixRow[]> {
  return decoded(vector, answer, ({ data, warnings }) => {
    const partial = partialAnswer(warnings);
    if (partial !== undefined) return partial;
    if (data.result.length > mostRows) return tooMany();
    return ok([
      ...costRow(data.stats),
      ...data.result.map(({ metric, value, histogram }) => ({
        labels: metric,
        ...samplesOf(value === undefined ? [] : [value]),
        ...(histogram === undefined
          ? {}
          : { histograms: [[histogram[0], filled(histogram[1])] as const] }),
      })),
    ]);
  });
}

/** A call that a series keeps the trace of. */
export interface Exemplar {
  /** Of the series. */
  readonly labels: Readonly<Record<string, string>>;
  readonly traceId: string;
  /** In the metric's unit. */
  readonly value: number;
  /** Unix seconds. */
  readonly at: number;
}

/** Collectors, SDKs and Tempo each name it in their way. */
const traceIdLabels = ['trace_id', 'traceID', 'traceId', 'TraceID'];

/** Answers of `/api/v1/query_exemplars`. https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars */
function decodeExemplars(answer: unknown): Result<readonly Exemplar[]> {
  return decoded(exemplars, answer, ({ data }) =>
    ok(
      data.flatMap((series) =>
        series.exemplars.flatMap(({ labels: said, value, timestamp }) => {
          const name = traceIdLabels.find((label) => said[label] !== undefined);
          const traceId = (name === undefined ? '' : (said[name] ?? '')).toLowerCase();
          // Ids of 64 bits are written with leading zeros elsewhere.
          return /^(?:[0-9a-f]{16}){1,2}$/.test(traceId)
            ? [
                {
                  labels: series.seriesLabels,
                  traceId: traceId.padStart(32, '0'),
                  value: Number(value),
                  at: timestamp,
                },
              ]
            : [];
        }),
      ),
    ),
  );
}

export const exemplarRows: Decoder<Exemplar> = {
  name: 'prometheus.exemplars',
  read: decodeExemplars,
};
export const matrixRows: Decoder<MatrixRow> = { name: 'prometheus.matrix', read: decodeMatrix };
export const vectorRows: Decoder<MatrixRow> = { name: 'prometheus.vector', read: decodeVector };

export const decodeTexts = (answer: unknown): Result<readonly string[]> =>
  // A name that only an absent store knows would be missing.
  decoded(texts, answer, ({ data, warnings }) => partialAnswer(warnings) ?? ok(data));

/** `3.15.0`; with its name what isn't Prometheus: `Grafana Mimir 2.17.0`. */
export const decodeVersion = (answer: unknown): Result<string> =>
  decoded(buildInfo, answer, ({ data: { application = '', version } }) =>
    ok(`${application.slice(0, 60)} ${version.slice(0, 60)}`.trim()),
  );

/** A server's words where a sentence of ours ends with them. */
export const asEnd = (said: string): string =>
  /[.!?…]$/u.test(said.trim()) ? said.trim() : `${said.trim()}.`;

/** Longer texts in quotation marks are the query, which VictoriaMetrics repeats before it says what is wrong with it. */
const repeated = /"(?:[^"\\]|\\.){60,}"/g;

/** What a server says of its refusal; hostile text, cut. */
export function errorText(answer: unknown): string | undefined {
  const parsed = v.safeParse(problem, answer);
  return parsed.success
    ? parsed.output.error.slice(0, 200_000).replace(repeated, '"…"').slice(0, 200)
    : undefined;
}

function decoded<S extends v.GenericSchema, T>(
  shape: S,
  answer: unknown,
  read: (value: v.InferOutput<S>) => Result<T>,
): Result<T> {
  const parsed = v.safeParse(shape, answer);
  if (parsed.success) return read(parsed.output);
  return fail(
    'invalid',
    'The answer is not one of the Prometheus API.',
    'Check the address in the setting: it is the one under which /api/v1/query is found.',
  );
}

const costRow = (said: v.InferOutput<typeof stats>): readonly MatrixRow[] =>
  said === undefined ? [] : [{ labels: {}, samples: [], cost: said.samples.totalQueryableSamples }];

function samplesOf(
  values: readonly (readonly [number, string])[],
): Pick<MatrixRow, 'samples' | 'odd'> {
  const samples = values.flatMap(([at, text]) => {
    const value = Number(text);
    return Number.isFinite(value) && text !== '' ? [[at, value] as const] : [];
  });
  return samples.length === values.length ? { samples } : { samples, odd: true };
}

/** Native histograms come as rule of the bounds (which side belongs to it), lower and upper bound, count. */
function filled({
  count,
  buckets,
}: v.InferOutput<typeof histogramSample>[1]): readonly NativeBucket[] | undefined {
  const read = buckets
    .map(([, low, high, n]) => ({ low: boundOf(low), high: boundOf(high), count: Number(n) }))
    .filter(({ low, high, count: n }) => low < high && n > 0 && Number.isFinite(n));
  const total = Number(count);
  const sum = read.reduce((before, bucket) => before + bucket.count, 0);
  // Percentiles of the buckets that could be read would be those of a part of the calls.
  return Math.abs(sum - total) <= 1e-6 * Math.max(1, total) ? read : undefined;
}

const boundOf = (text: string): number =>
  /^[+-]?Inf$/.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);

/** Thanos and Mimir answer with what they have when a store is away: a partial sum is no number. */
function partialAnswer(warnings: readonly string[] | undefined) {
  // Prometheus 3 warns of what is odd in a query ("PromQL info: …"), which changes no value.
  const [first] = (warnings ?? []).filter((w) => !w.startsWith('PromQL'));
  return first === undefined
    ? undefined
    : fail(
        'unreachable',
        `The backend answers with a part of the data only: ${asEnd(first.slice(0, 200))}`,
        'Look at the backend: a part of it doesn’t answer.',
      );
}

const tooMany = () =>
  fail(
    'tooLarge',
    'The answer has too many series.',
    'Narrow the environment down with select in the setting prodlens.environments.',
  );
