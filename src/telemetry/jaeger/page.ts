import type { TracePages } from '../traces/tracePages.ts';

/** Jaeger's page of a trace, below the same base path as its interface; a span's id is found and marked there. */
export const jaegerPages: TracePages = {
  title: 'Jaeger',
  address: (url, traceId, spanId) =>
    `${url}/trace/${traceId}${spanId === undefined ? '' : `?uiFind=${spanId}`}`,
};
