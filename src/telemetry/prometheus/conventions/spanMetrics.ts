import { serviceLabels, spelled, versionLabels, type Convention } from './convention.ts';

/** Attributes that people add as dimensions of span metrics. */
export const spanDimensions: Convention['attributes'] = {
  'span.name': spelled('span.name'),
  'span.kind': spelled('span.kind'),
  'status.code': [...spelled('status.code'), ...spelled('otel.status_code')],
  'http.route': spelled('http.route'),
  'http.request.method': [...spelled('http.request.method'), ...spelled('http.method')],
  'http.response.status_code': [
    ...spelled('http.response.status_code'),
    ...spelled('http.status_code'),
  ],
  'rpc.method': spelled('rpc.method'),
  'rpc.service': spelled('rpc.service'),
  'rpc.system': [...spelled('rpc.system.name'), ...spelled('rpc.system')],
  'messaging.system': spelled('messaging.system'),
  'messaging.destination.name': spelled('messaging.destination.name'),
  'code.function.name': spelled('code.function.name'),
  'code.file.path': spelled('code.file.path'),
};

/**
 * The collector's span metrics connector, with any namespace, with and without suffixes and units.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
 */
export const spanMetrics: Convention = {
  id: 'span-metrics',
  title: 'span metrics',
  calls: /^(?<prefix>(?:.*[._])?)calls(?:_total)?$/,
  durations: [
    { name: 'duration_milliseconds_bucket', msPerUnit: 1 },
    { name: 'duration_seconds_bucket', msPerUnit: 1000 },
    { name: 'duration_bucket' },
  ],
  required: [spelled('span.name'), spelled('span.kind')],
  service: serviceLabels,
  version: versionLabels,
  attributes: spanDimensions,
  // Under the gate useOtelPrefix a status that is unset is no label.
  onFailureOnly: { 'status.code': spelled('otel.status_code') },
  key: 'span.name',
  reads: 'spans',
  versionRemedy:
    'Add service.version to the dimensions of the span metrics connector: dimensions: [{name: service.version}].',
};
