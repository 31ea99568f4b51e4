import type { CreateMetrics, CreateTraces } from './backend.ts';

/** One line per backend of metrics; its name goes into backendKinds.ts as well. */
export const metricsBackends: Readonly<Record<string, CreateMetrics>> = {};

/** One line per backend of traces; its name goes into backendKinds.ts as well. */
export const traceBackends: Readonly<Record<string, CreateTraces>> = {};
