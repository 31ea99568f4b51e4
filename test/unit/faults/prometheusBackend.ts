import type { Answer, RecordedBackend } from './recordedBackend.ts';
import { recorded, replaced } from './recordedBackend.ts';

type Sample = readonly [number, string];
interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Sample;
  readonly values?: readonly Sample[];
}
interface Body {
  readonly data: { readonly resultType: string; readonly result: readonly Row[] };
}

/** Prometheus 3.15 with the span metrics of one service: as many calls in every step of every question as in the recorded one's last. */
export const recordedPrometheus: RecordedBackend = {
  kind: 'prometheus',
  title: 'Prometheus',
  service: 'shop',
  answer(path, query, now) {
    const asked = query.get('query') ?? '';
    switch (path.replace(/^.*\/api\/v1\//, '')) {
      case 'status/buildinfo':
        return recorded('prometheus/buildinfo');
      case 'label/__name__/values':
        return recorded('prometheus/names');
      case 'labels':
        return recorded('prometheus/labels');
      case 'query_range':
        return stretched(rangeOf(asked), query, now);
      case 'query':
        return at(instantOf(asked), now);
      default:
        return { status: 404, contentType: 'text/plain', body: '404 page not found' };
    }
  },
  spoilt(spoiling, answer) {
    if (spoiling === 'partial')
      return {
        ...answer,
        body: { ...(answer.body as object), warnings: ['a store did not answer in time'] },
      };
    const value = { noNumbers: 'NaN', infinite: '+Inf' }[spoiling as 'noNumbers' | 'infinite'];
    const samples = (key: string, one: unknown): unknown =>
      key === 'values' || key === 'value'
        ? replaced(one, (_, text) => (typeof text === 'string' ? value : undefined))
        : undefined;
    const none = (key: string, one: unknown): unknown =>
      Array.isArray(one) && (key === 'result' || key === 'data') ? [] : undefined;
    return { ...answer, body: replaced(answer.body, spoiling === 'empty' ? none : samples) };
  },
};

const calls = 'traces_span_metrics_calls_total';
const buckets = 'traces_span_metrics_duration_milliseconds_bucket';

function rangeOf(asked: string): Answer {
  if (asked.includes(buckets)) return recorded('prometheus/range-buckets');
  return asked.includes(calls)
    ? recorded('prometheus/range-calls')
    : recorded('prometheus/query-nothing');
}

function instantOf(asked: string): Answer {
  if (!asked.includes(calls) && !asked.includes(buckets))
    return recorded('prometheus/query-nothing');
  if (asked.endsWith(']')) return recorded('prometheus/query-samples');
  return recorded(asked.startsWith('topk') ? 'prometheus/query-topk' : 'prometheus/query-group');
}

/** The rows of a range, at the steps that were asked for, as far as the server's time has come. */
function stretched(answer: Answer, query: URLSearchParams, now: number): Answer {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(query.get(name)));
  const times: number[] = [];
  for (let time = start ?? 0; time <= Math.min(end ?? 0, now / 1000); time += step ?? 1)
    times.push(time);
  const { data } = answer.body as Body;
  const result = data.result.map(({ metric, values = [] }) => ({
    metric,
    values: times.map((time) => [time, values.at(-1)?.[1] ?? '0']),
  }));
  return {
    ...answer,
    body: {
      status: 'success',
      data: { ...data, resultType: 'matrix', result: times.length > 0 ? result : [] },
    },
  };
}

/** The rows of a moment, each 15 s one sample. */
function at(answer: Answer, now: number): Answer {
  const { data } = answer.body as Body;
  const newest = Math.floor(now / 15_000) * 15;
  const result = data.result.map(({ metric, value, values = [] }) => ({
    metric,
    ...(value === undefined
      ? { values: values.map(([, text], i) => [newest - 15 * (values.length - 1 - i), text]) }
      : { value: [now / 1000, value[1]] }),
  }));
  return { ...answer, body: { status: 'success', data: { ...data, result } } };
}
