import type { CreateMetrics, CreateTraces } from './backend.ts';
import { connectionExchange } from './connectionExchange.ts';
import { grafanaProbe } from './grafana/probe.ts';
import { jaegerPages } from './jaeger/page.ts';
import { jaegerProbe } from './jaeger/probe.ts';
import { createJaegerSource } from './jaeger/traceSource.ts';
import type { ProbeAddress } from './ports.ts';
import type { Probe } from './probe.ts';
import { probeAddress, probeLimits } from './probe.ts';
import { prometheusProbe } from './prometheus/probe.ts';
import { createPrometheusSource } from './prometheus/source.ts';
import { tempoPages } from './tempo/page.ts';
import { tempoProbe } from './tempo/probe.ts';
import { createTempoSource } from './tempo/traceSource.ts';
import { traceBackend } from './traces/traceBackend.ts';
import { zipkinPages } from './zipkin/page.ts';
import { zipkinProbe } from './zipkin/probe.ts';
import { createZipkinSource } from './zipkin/traceSource.ts';

/** One line per backend of metrics; its name goes into backendKinds.ts as well. */
export const metricsBackends: Readonly<Record<string, CreateMetrics>> = {
  prometheus: createPrometheusSource,
};

/** One line per backend of traces; its name goes into backendKinds.ts as well. */
export const traceBackends: Readonly<Record<string, CreateTraces>> = {
  jaeger: traceBackend(createJaegerSource, jaegerPages),
  tempo: traceBackend(createTempoSource, tempoPages),
  zipkin: traceBackend(createZipkinSource, zipkinPages),
};

/** One line per backend: how it is recognised at an address. */
export const probes: readonly Probe[] = [
  prometheusProbe,
  jaegerProbe,
  tempoProbe,
  zipkinProbe,
  grafanaProbe,
];

export const probe: ProbeAddress = async (address, how, signal) => {
  const headers = await how.headers();
  if (!headers.ok) return headers;
  const exchange = connectionExchange({ ...how, url: address }, probeLimits);
  return probeAddress(address, probes, exchange, headers.value, signal);
};
