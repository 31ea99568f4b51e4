import type { MetricRecord } from '../model.ts';
import { httpMethod, httpRoute, httpStatus, number, text } from './attributes.ts';
import type { Outcome } from './errors.ts';
import { readRpc, type SpanIdentity } from './identity.ts';
import { micrometerRequests } from './micrometer.ts';

/** Histograms that count a server's calls, each with the milliseconds of its unit when the metric says none. */
const callInstruments: Readonly<Record<string, number>> = {
  'http.server.request.duration': 1000,
  'http.server.duration': 1,
  [micrometerRequests]: 1,
  'rpc.server.call.duration': 1000,
  'rpc.server.duration': 1,
};

/** Milliseconds per unit of a call metric; undefined when the metric isn't one, or its unit isn't known: it is never guessed. */
export function callMetricUnit(record: MetricRecord): number | undefined {
  const usual = callInstruments[record.name];
  if (usual === undefined || record.value.type !== 'histogram') return undefined;
  if (record.unit === 's' || record.unit === 'seconds') return 1000;
  if (record.unit === 'ms' || record.unit === 'milliseconds') return 1;
  return record.unit === '' ? usual : undefined;
}

/** Several instruments may time the same requests: of one service, only the first that is seen counts. */
export const countsRequests = (record: MetricRecord): boolean => record.name.startsWith('http.');

/** The operation that a point counts. FastAPI's routes lack the router's prefix in metrics: kept as they are. */
export function identifyMetric(
  record: Pick<MetricRecord, 'attributes' | 'name' | 'scope'>,
): SpanIdentity {
  const { attributes, name, scope } = record;
  const rpc = readRpc(attributes, '');
  const method = httpMethod(attributes);
  // Python's old metrics carry the template in http.target; there is no raw path in a metric.
  const route = httpRoute(attributes) ?? text(attributes, 'http.target');
  const http =
    method === undefined && route === undefined
      ? undefined
      : {
          ...(method === undefined ? {} : { method }),
          ...(route === undefined ? {} : { route }),
        };
  return {
    kind: 'server',
    name,
    scope,
    http,
    rpc,
    messaging: undefined,
    task: undefined,
    literal: undefined,
    code: undefined,
    layer: undefined,
    key: `${name}\n${scope}\n${method ?? ''} ${route ?? ''}\n${rpc?.system ?? ''} ${rpc?.method ?? ''}`,
  };
}

/** gRPC codes that are the server's fault (OpenTelemetry, "Semantic conventions for gRPC"). */
const serverFaults = new Set([
  ...['2', '4', '12', '13', '14', '15'],
  ...['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
]);

export function metricOutcome(record: Pick<MetricRecord, 'attributes'>): Outcome {
  const { attributes } = record;
  const errorType = text(attributes, 'error.type');
  const code =
    text(attributes, 'rpc.response.status_code', 'rpc.grpc.status_code') ??
    number(attributes, 'rpc.grpc.status_code')?.toString();
  if (code !== undefined) return serverFaults.has(code) ? 'error' : 'ok';
  const status = httpStatus(attributes);
  if (status !== undefined && status >= 500) return 'error';
  if (errorType !== undefined && /^5\d\d$/.test(errorType)) return 'error';
  if (status !== undefined && status >= 400) return 'clientError';
  return errorType === undefined ? 'ok' : 'error';
}
