import {
  promoteVersion,
  serviceLabels,
  spelled,
  versionLabels,
  type Convention,
} from './convention.ts';

/** OpenTelemetry's RPC server metrics, new (seconds) and old (milliseconds). https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/ */
export const rpcServer: Convention = {
  id: 'rpc-server',
  title: 'RPC server metrics',
  calls: /^(?<prefix>rpc[._]server[._](?:call[._])?)duration(?:_milliseconds|_seconds)?_count$/,
  durations: [
    { name: 'duration_milliseconds_bucket', msPerUnit: 1 },
    { name: 'duration_seconds_bucket', msPerUnit: 1000 },
  ],
  required: [spelled('rpc.method')],
  service: serviceLabels,
  version: versionLabels,
  attributes: {
    'rpc.method': spelled('rpc.method'),
    'rpc.service': spelled('rpc.service'),
    'rpc.system': [...spelled('rpc.system.name'), ...spelled('rpc.system')],
    'rpc.response.status_code': spelled('rpc.response.status_code'),
    'rpc.grpc.status_code': spelled('rpc.grpc.status_code'),
    'error.type': spelled('error.type'),
  },
  onFailureOnly: { 'error.type': spelled('error.type') },
  key: 'rpc.method',
  reads: 'requests',
  entries: 'rpc',
  instrument: 'rpc.server.duration',
  versionRemedy: promoteVersion,
};
