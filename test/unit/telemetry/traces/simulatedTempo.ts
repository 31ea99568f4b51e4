import type { Played } from './playback.ts';
import { json, playback } from './playback.ts';

/** A trace of one request. */
export interface Kept {
  readonly id: string;
  /** Unix milliseconds. */
  readonly start: number;
  readonly name: string;
  /** Absent: front. */
  readonly service?: string;
  /** Absent: server. */
  readonly kind?: 'consumer';
  /** Milliseconds; 20 if absent. */
  readonly ms?: number;
  readonly version?: string;
  readonly namespace?: string;
  /** Absent: 200. */
  readonly code?: number;
}

export interface Simulated {
  /** Answers of traces that are too large, by their ids. */
  readonly large?: Readonly<Record<string, Played>>;
  /** Of the versions that read time in one of two ways; absent: the recorded one. */
  readonly version?: '2.8' | '3.0';
  /** As a Tempo does whose blocks are of one time each; absent: in no order. */
  readonly newestFirst?: boolean;
  /** Which traces its TraceQL metrics hold; absent: all. */
  counts?: (one: Kept) => boolean;
  /** In place of counts. */
  refusal?: Played | undefined;
}

export const idOf = (index: number): string => (index + 1).toString(16).padStart(32, '0');
const nanos = (milliseconds: number): string =>
  `${Math.floor(milliseconds)}${String(Math.round((milliseconds % 1) * 1e6)).padStart(6, '0')}`;
const durationOf = ({ ms = 20 }: Kept): number => Math.round(ms * 1e6);

/**
 * A Tempo that answers as the recorded one does, with any of those that fit. Simulated: which traces a search finds, and TraceQL
 * metrics (only rates and quantiles of them are recorded), as Tempo's documentation and release notes have them.
 */
export function simulatedTempo(
  kept: readonly Kept[],
  simulated: Simulated = {},
): ReturnType<typeof playback> {
  return playback((path, query) => {
    if (path === '/api/search') return search(kept, query, simulated);
    if (path === '/api/metrics/query_range') return counted(kept, query, simulated);
    if (path.startsWith('/api/v2/search/tag/name'))
      return json({ tagValues: [{ type: 'string', value: 'GET /' }] });
    if (path.startsWith('/api/v2/search/tag/resource.service.name'))
      return json({
        tagValues: [...new Set(['front', ...kept.map(serviceOf)])].map((value) => ({
          type: 'string',
          value,
        })),
      });
    const one = kept.find(({ id }) => path.endsWith(id));
    return (
      simulated.large?.[one?.id ?? ''] ?? json({ trace: one === undefined ? {} : wholeOf(one) })
    );
  });
}

/** Of those that a question in TraceQL is about. */
function fitting(kept: readonly Kept[], q: string): readonly Kept[] {
  const name = / name = "([^"]*)"/.exec(q)?.[1];
  const namespace = / resource\.service\.namespace = "([^"]*)"/.exec(q)?.[1];
  const service = / resource\.service\.name = "([^"]*)"/.exec(q)?.[1];
  const servers = / kind = server(?! \|\|)/.test(q);
  return q.includes('"elsewhere"')
    ? []
    : kept.filter(
        (one) =>
          serviceOf(one) === service &&
          (!servers || one.kind === undefined) &&
          (name === undefined || one.name === name) &&
          (namespace === undefined || one.namespace === namespace),
      );
}

function search(
  kept: readonly Kept[],
  query: URLSearchParams,
  { newestFirst = false }: Simulated,
): Played {
  const [from = 0, to = 0, limit] = ['start', 'end', 'limit'].map((name) =>
    Number(query.get(name)),
  );
  const fits = fitting(kept, query.get('q') ?? '')
    .filter((one) => one.start + durationOf(one) / 1e6 >= from * 1000 && one.start <= to * 1000)
    .toSorted((a, b) =>
      newestFirst ? b.start - a.start : (a.id.at(-1)?.localeCompare(b.id.at(-1) ?? '') ?? 0),
    );
  return json({
    traces: fits.slice(0, limit).map((one) => ({
      traceID: one.id.replace(/^0+/, ''),
      startTimeUnixNano: nanos(one.start),
      durationMs: one.ms ?? 20,
      spanSets: [
        {
          spans: [
            {
              spanID: one.id.slice(16),
              startTimeUnixNano: nanos(one.start),
              durationNanos: String(durationOf(one)),
              attributes: resourceOf(one),
            },
          ],
          matched: 1,
        },
      ],
    })),
    metrics: {},
  });
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const serviceOf = ({ service = 'front' }: Kept): string => service;
const resourceOf = ({ version, namespace, ...one }: Kept) => [
  text('service.name', serviceOf(one)),
  ...(version === undefined ? [] : [text('service.version', version)]),
  ...(namespace === undefined ? [] : [text('service.namespace', namespace)]),
];

export const wholeOf = (one: Kept): unknown => ({
  resourceSpans: [
    {
      resource: { attributes: resourceOf(one) },
      scopeSpans: [
        {
          spans: [
            {
              traceId: Buffer.from(one.id, 'hex').toString('base64'),
              spanId: Buffer.from(one.id.slice(16), 'hex').toString('base64'),
              name: one.name,
              kind: one.kind === undefined ? 'SPAN_KIND_SERVER' : 'SPAN_KIND_CONSUMER',
              startTimeUnixNano: nanos(one.start),
              endTimeUnixNano: nanos(one.start + (one.ms ?? 20)),
              attributes: [
                { key: 'http.response.status_code', value: { intValue: String(one.code ?? 200) } },
              ],
              ...((one.code ?? 200) >= 500 ? { status: { code: 'STATUS_CODE_ERROR' } } : {}),
            },
          ],
        },
      ],
    },
  ],
});

/** `/api/metrics/query_range` of a histogram. */
function counted(
  kept: readonly Kept[],
  query: URLSearchParams,
  { version = '2.8', counts = () => true, refusal }: Simulated,
): Played {
  if (refusal !== undefined) return refusal;
  const q = query.get('q') ?? '';
  const [start = 0, end = 0] = ['start', 'end'].map((name) => Number(query.get(name)) * 1000);
  const step = Number(/^(\d+)s$/.exec(query.get('step') ?? '')?.[1]) * 1000;
  const by = /\| histogram_over_time\(duration\) by \(([^)]*)\)$/.exec(q)?.[1]?.split(', ') ?? [];
  const wrong =
    !q.includes('kind = server') || by.length === 0 || by.length > 5 || end - start === step;
  if (wrong || end - start > (version === '2.8' ? 3 : 24) * 3_600_000)
    return { status: 400, contentType: 'text/plain; charset=utf-8', body: `not simulated: ${q}` };
  const [first, last] = [Math.floor(start / step) * step, Math.ceil(end / step) * step];
  const slotOf = (at: number): number =>
    version === '2.8' ? Math.floor(at / step) * step : Math.ceil(at / step) * step;
  const series = new Map<string, { labels: unknown[]; counts: Map<number, number> }>();
  for (const one of fitting(kept, q)) {
    const slot = slotOf(one.start);
    if (!counts(one) || slot < first || slot > last) continue;
    const bound = 2 ** Math.ceil(Math.log2(durationOf(one))) / 1e9;
    const values: Readonly<Record<string, unknown>> = {
      name: { stringValue: one.name },
      status: { stringValue: (one.code ?? 200) >= 500 ? 'error' : 'unset' },
      'resource.service.version': { stringValue: one.version ?? 'nil' },
      'span.http.response.status_code': { intValue: String(one.code ?? 200) },
      'span.http.status_code': { stringValue: 'nil' },
    };
    const labels = [
      ...by.map((key) => ({ key, value: values[key] })),
      { key: '__bucket', value: { doubleValue: bound } },
    ];
    const key = JSON.stringify(labels);
    const made = series.get(key) ?? { labels, counts: new Map<number, number>() };
    series.set(key, made);
    made.counts.set(slot, (made.counts.get(slot) ?? 0) + 1);
  }
  const times = Array.from({ length: (last - first) / step + 1 }, (_, i) => first + i * step);
  return json({
    series: [...series].map(([key, { labels, counts: bySlot }]) => ({
      labels,
      samples: times.map((at) => {
        const value = bySlot.get(at);
        return { timestampMs: String(at), ...(value === undefined ? {} : { value }) };
      }),
      ...(version === '2.8' ? { promLabels: key } : {}),
    })),
    metrics: { completedJobs: 1 },
  });
}
