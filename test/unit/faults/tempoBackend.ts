import type { Answer, RecordedBackend } from './recordedBackend.ts';
import { recorded, replaced } from './recordedBackend.ts';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}
interface Span {
  readonly attributes: readonly Attribute[];
}

const trace = { id: '0af7651916cd43dd8448eb211c80319c', at: 1_795_248_499_000 } as const;
const notThere: Answer = { status: 404, contentType: 'text/plain', body: '404 page not found' };

/** Tempo of May 2025. */
export const recordedTempo: RecordedBackend = {
  kind: 'tempo',
  title: 'Tempo',
  service: 'front',
  namespace: 'shop',
  trace,
  answer(path, query) {
    switch (path) {
      case '/api/v2/search/tag/resource.service.name/values':
        return recorded('tempo/services');
      case '/api/search': {
        const found =
          Number(query.get('start')) * 1000 <= trace.at &&
          trace.at <= Number(query.get('end')) * 1000;
        return found ? searched() : recorded('tempo/search-empty');
      }
      case `/api/v2/traces/${trace.id}`:
        return recorded('tempo/trace');
      case `/api/traces/${trace.id}`:
        return recorded('tempo/v1-trace');
      default:
        if (path.startsWith('/api/v2/traces/')) return recorded('tempo/trace-missing');
        return path.startsWith('/api/traces/') ? recorded('tempo/v1-trace-missing') : notThere;
    }
  },
  spoilt(spoiling, answer) {
    const values = (key: string, value: unknown): unknown => {
      if (spoiling === 'empty')
        return Array.isArray(value) && ['traces', 'tagValues', 'resourceSpans'].includes(key)
          ? []
          : undefined;
      return ['durationNanos', 'endTimeUnixNano'].includes(key)
        ? spoiling === 'noNumbers'
          ? 'NaN'
          : '-1'
        : undefined;
    };
    return {
      ...answer,
      body:
        spoiling === 'partial'
          ? { ...(answer.body as object), status: 'PARTIAL' }
          : replaced(answer.body, values),
    };
  },
};

/** The recorded search didn't ask for names and namespaces, which the adapter asks for: they are as they were sent. */
function searched(): Answer {
  const answer = recorded('tempo/search-select');
  const named = (key: string, value: unknown): unknown =>
    key === 'spans' && Array.isArray(value)
      ? (value as readonly Span[]).map((span) => {
          const route = span.attributes.find((one) => one.key === 'http.route')?.value.stringValue;
          const service = route === '/stock/:sku' ? 'stock' : 'front';
          return {
            ...span,
            name: `GET ${route}`,
            attributes: [
              ...span.attributes,
              { key: 'service.name', value: { stringValue: service } },
              { key: 'service.namespace', value: { stringValue: 'shop' } },
              { key: 'http.request.method', value: { stringValue: 'GET' } },
              { key: 'http.response.status_code', value: { intValue: '500' } },
            ],
          };
        })
      : undefined;
  return { ...answer, body: replaced(answer.body, named) };
}
