import type { TracePages } from '../traces/tracePages.ts';

/** Tempo has no page of its own: its traces are seen in Grafana's Explore, where an id is a TraceQL query. */
export const tempoPages: TracePages = { explored: { queryType: 'traceql' } };
