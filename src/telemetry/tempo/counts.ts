import { fail, ok, type Result } from '../../domain/result.ts';
import { ExponentialHistogram } from '../../domain/histogramExponential.ts';
import { rowKey } from '../prometheus/bucketRows.ts';
import type {
  CountedLabels,
  CountedRow,
  CountsQuestion,
  StoredCounts,
} from '../sampled/storedCounts.ts';
import type { TempoApi } from './api.ts';
import type { CountedSeries } from './metricsWire.ts';
import { countsQuery, exploredQueries, requestsQuery } from './traceQl.ts';
import type { FoundTrace } from './wire.ts';

/** Traces that a search lists, and spans of each; as many aren't all that there are. */
const mostListed = 500;
const spansListed = 20;
/** Durations are bucketed by powers of two of nanoseconds. */
const msPerNano = 1e-6;
const nanosPerSecond = 1e9;
const largestExponent = 63;

/**
 * TraceQL metrics: https://grafana.com/docs/tempo/latest/metrics-from-traces/metrics-queries/. Asked for server spans alone: those are
 * there whatever `filter_server_spans` says.
 */
export const tempoCounts = (tempo: TempoApi): StoredCounts => ({
  title: 'TraceQL metrics',

  async calls(question, signal) {
    const { from, to, step } = question;
    const series = await tempo.counted(
      countsQuery(question),
      { from: from / 1000, to: to / 1000 },
      step / 1000,
      signal,
    );
    return series.ok ? rowsOf(series.value, question) : series;
  },

  explored: (service, names) =>
    exploredQueries(service, names).map((query) => ({ queryType: 'traceql', query })),

  async listed(question, signal) {
    const { from, to, namespace } = question;
    const found = await tempo.search(
      requestsQuery(question),
      { from: Math.floor(from / 1000), to: Math.ceil(to / 1000) },
      { limit: mostListed, spans: spansListed },
      signal,
    );
    if (!found.ok) return found;
    const spans = found.value.flatMap(({ trace }) => spansOf(trace));
    return ok({
      starts: spans.map(({ start }) => start).filter((start) => start > from && start <= to),
      all: found.value.length < mostListed && !found.value.some(({ clipped }) => clipped),
      mixed: spans.some((span) => span.namespace !== namespace),
    });
  },
});

function spansOf(
  trace: FoundTrace['trace'],
): readonly { readonly start: number; readonly namespace: string }[] {
  if (trace === undefined) return [];
  const began = Number(BigInt(trace.startUnixNanos) / 1_000n) / 1e3;
  return trace.spans.map(({ offsetNanos, resource }) => {
    const namespace = resource?.['service.namespace'];
    return {
      start: began + offsetNanos / 1e6,
      namespace: typeof namespace === 'string' ? namespace : '',
    };
  });
}

function rowsOf(
  series: readonly CountedSeries[],
  { from, to, step }: CountsQuestion,
): Result<readonly CountedRow[]> {
  const rows = new Map<
    string,
    { readonly labels: CountedLabels; readonly slots: Map<number, ExponentialHistogram> }
  >();
  for (const { labels: said, bound, samples, fromStart } of series) {
    const exponent = Math.log2((bound ?? NaN) * nanosPerSecond);
    const index = Math.round(exponent);
    // Anything else isn't a bucket of durations, and would be told in a wrong one.
    if (!(Math.abs(exponent - index) < 1e-6 && index >= 1 && index <= largestExponent))
      return fail(
        'invalid',
        'TraceQL metrics answer durations in buckets that are no powers of two.',
      );
    const labels = labelsOf(said);
    const key = rowKey(labels);
    const row = rows.get(key) ?? { labels, slots: new Map<number, ExponentialHistogram>() };
    rows.set(key, row);
    for (const { at: time, value } of samples) {
      const at = fromStart ? time + step : time;
      // Tempo adds a slot before or after.
      if (at <= from || at > to) continue;
      const histogram = row.slots.get(at) ?? new ExponentialHistogram(0, msPerNano);
      row.slots.set(at, histogram);
      histogram.addRange(0, index - 1, [value], 0, 0);
    }
  }
  return ok(
    [...rows.values()].map(({ labels, slots }) => ({
      labels,
      slots: [...slots]
        .map(([at, histogram]) => ({ at, histogram }))
        .toSorted((a, b) => a.at - b.at),
    })),
  );
}

const labelsOf = (said: CountedSeries['labels']): CountedLabels => ({
  name: said['name'] ?? '',
  status: said['status'] ?? '',
  // A span has one of the two, by the version of its instrumentation.
  code: [said['span.http.response.status_code'], said['span.http.status_code']].find(Boolean) ?? '',
  version: said['resource.service.version'] ?? '',
});
