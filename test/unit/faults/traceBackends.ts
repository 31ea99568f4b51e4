import type { Answer, RecordedBackend, Spoiling } from './recordedBackend.ts';
import { recorded, replaced } from './recordedBackend.ts';

/** The one trace of the recordings of Jaeger and Zipkin, and when it began. */
const recordedTrace = {
  id: '00af7651916cd43dd8448eb211c80319',
  at: 1_795_687_448_268,
} as const;

const notThere: Answer = { status: 404, contentType: 'text/plain', body: '404 page not found' };
const inside = (from: number, to: number): boolean =>
  from <= recordedTrace.at && recordedTrace.at <= to;
const emptied = (answer: Answer, names: readonly string[]): Answer => ({
  ...answer,
  body: replaced(answer.body, (key, value) =>
    Array.isArray(value) && names.includes(key) ? [] : undefined,
  ),
});

/** Jaeger 2.13 with memory storage, and one of before the stable interface. */
export const recordedJaeger: readonly RecordedBackend[] = [
  {
    kind: 'jaeger',
    title: 'Jaeger (v3)',
    service: 'Front',
    namespace: 'acme',
    trace: recordedTrace,
    answer(path, query) {
      switch (path) {
        case '/api/metrics/calls':
          return recorded('jaeger/metrics-none');
        case '/api/v3/services':
          return recorded('jaeger/v3-services');
        case '/api/v3/operations':
          return recorded('jaeger/v3-operations');
        case '/api/v3/traces': {
          const [from, to] = ['min', 'max'].map((end) =>
            Date.parse(query.get(`query.start_time_${end}`) ?? ''),
          );
          return inside(from ?? NaN, to ?? NaN)
            ? recorded('jaeger/v3-search')
            : recorded('jaeger/v3-search-empty');
        }
        case `/api/v3/traces/${recordedTrace.id}`:
          return recorded('jaeger/v3-trace');
        default:
          return path.startsWith('/api/v3/traces/')
            ? recorded('jaeger/v3-trace-missing')
            : notThere;
      }
    },
    spoilt(spoiling, answer) {
      if (spoiling === 'empty') return emptied(answer, ['resourceSpans', 'services', 'operations']);
      return spoiltSpans(spoiling, answer, 'spans', 'endTimeUnixNano');
    },
  },
  {
    kind: 'jaeger',
    title: 'Jaeger (v1)',
    service: 'Front',
    namespace: 'acme',
    trace: recordedTrace,
    answer(path, query) {
      switch (path) {
        case '/api/metrics/calls':
          return recorded('jaeger/metrics-none');
        case '/api/services':
          return recorded('jaeger/v1-services');
        case '/api/operations':
          return recorded('jaeger/v1-operations');
        case '/api/traces':
          return inside(Number(query.get('start')) / 1000, Number(query.get('end')) / 1000)
            ? recorded('jaeger/v1-search')
            : emptied(recorded('jaeger/v1-search'), ['data']);
        case `/api/traces/${recordedTrace.id}`:
          return recorded('jaeger/v1-trace');
        default:
          return path.startsWith('/api/traces/') ? recorded('jaeger/v1-trace-missing') : notThere;
      }
    },
    spoilt(spoiling, answer) {
      if (spoiling === 'empty') return emptied(answer, ['data']);
      return spoiltSpans(spoiling, answer, 'spans', 'duration');
    },
  },
];

/** Zipkin 3.6. */
export const recordedZipkin: RecordedBackend = {
  kind: 'zipkin',
  title: 'Zipkin',
  service: 'Front',
  namespace: 'acme',
  trace: recordedTrace,
  answer(path, query) {
    switch (path) {
      case '/api/v2/services':
        return recorded('zipkin/services');
      case '/api/v2/spans':
        return recorded('zipkin/spans');
      case '/api/v2/traces': {
        const to = Number(query.get('endTs'));
        const found = inside(to - Number(query.get('lookback')), to);
        return found
          ? recorded('zipkin/search')
          : { status: 200, contentType: 'application/json', body: [] };
      }
      case `/api/v2/trace/${recordedTrace.id}`:
        return recorded('zipkin/trace');
      default:
        return path.startsWith('/api/v2/trace/') ? recorded('zipkin/trace-missing') : notThere;
    }
  },
  spoilt(spoiling, answer) {
    if (spoiling === 'empty') return { ...answer, body: [] };
    const isTrace = (value: unknown): boolean =>
      Array.isArray(value) && typeof value[0] === 'object' && !Array.isArray(value[0]);
    if (spoiling === 'partial')
      return {
        ...answer,
        body: replaced(answer.body, (_, value) =>
          isTrace(value) ? halfUnreadable(value as readonly unknown[]) : undefined,
        ),
      };
    return { ...answer, body: replaced(answer.body, noDuration(spoiling, 'duration')) };
  },
};

/** What follows the first span can't be read. */
const halfUnreadable = ([first, ...others]: readonly unknown[]): readonly unknown[] => [
  first,
  ...others.map(() => ({ oops: true })),
];

/** JSON has neither NaN nor Inf: text, and a duration below nothing. */
const noDuration =
  (spoiling: Spoiling, duration: string) =>
  (key: string): unknown =>
    key === duration ? (spoiling === 'noNumbers' ? 'NaN' : -1) : undefined;

function spoiltSpans(spoiling: Spoiling, answer: Answer, list: string, duration: string): Answer {
  const half = (key: string, value: unknown): unknown =>
    key === list && Array.isArray(value) ? halfUnreadable(value as readonly unknown[]) : undefined;
  return {
    ...answer,
    body: replaced(answer.body, spoiling === 'partial' ? half : noDuration(spoiling, duration)),
  };
}
