import type { TracePages } from '../traces/tracePages.ts';

/** Zipkin's page lies below /zipkin, where its interface answers as well. */
export const zipkinPages: TracePages = {
  title: 'Zipkin',
  address: (url, traceId) => `${url.replace(/\/zipkin$/, '')}/zipkin/traces/${traceId}`,
};
