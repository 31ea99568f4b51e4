import type { CreateMetrics, CreateTraces } from './backend.ts';
import { createJaegerSource } from './jaeger/traceSource.ts';
import { createPrometheusSource } from './prometheus/source.ts';
import { traceBackend } from './traces/traceBackend.ts';
import { createZipkinSource } from './zipkin/traceSource.ts';

/** One line per backend of metrics; its name goes into backendKinds.ts as well. */
export const metricsBackends: Readonly<Record<string, CreateMetrics>> = {
  prometheus: createPrometheusSource,
};

/** One line per backend of traces; its name goes into backendKinds.ts as well. */
export const traceBackends: Readonly<Record<string, CreateTraces>> = {
  jaeger: traceBackend(createJaegerSource),
  zipkin: traceBackend(createZipkinSource),
};
