import {
  promoteVersion,
  serviceLabels,
  spelled,
  versionLabels,
  type Convention,
} from './convention.ts';

/** OpenTelemetry's HTTP server metrics. https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
export const httpServer: Convention = {
  id: 'http-server',
  title: 'HTTP server metrics',
  calls: /^http[._]server[._]request[._]duration(?:_seconds)?_count$/,
  durations: [
    { name: 'http_server_request_duration_seconds_bucket', msPerUnit: 1000 },
    { name: 'http.server.request.duration_seconds_bucket', msPerUnit: 1000 },
    { name: 'http.server.request.duration_bucket', msPerUnit: 1000 },
  ],
  required: [spelled('http.request.method')],
  service: serviceLabels,
  version: versionLabels,
  attributes: {
    'http.route': spelled('http.route'),
    'http.request.method': spelled('http.request.method'),
    'http.response.status_code': spelled('http.response.status_code'),
    'error.type': spelled('error.type'),
  },
  onFailureOnly: { 'error.type': spelled('error.type') },
  key: 'http.route',
  reads: 'requests',
  entries: 'http',
  instrument: 'http.server.request.duration',
  versionRemedy: promoteVersion,
};

/** Before the conventions became stable: milliseconds and other names; Python's has the route in http.target. */
export const httpServerOld: Convention = {
  id: 'http-server-old',
  title: 'HTTP server metrics',
  calls: /^http[._]server[._]duration(?:_milliseconds)?_count$/,
  durations: [
    { name: 'http_server_duration_milliseconds_bucket', msPerUnit: 1 },
    { name: 'http.server.duration_milliseconds_bucket', msPerUnit: 1 },
    { name: 'http_server_duration_bucket', msPerUnit: 1 },
  ],
  required: [spelled('http.method')],
  service: serviceLabels,
  version: versionLabels,
  attributes: {
    'http.route': spelled('http.route'),
    'http.target': spelled('http.target'),
    'http.method': spelled('http.method'),
    'http.status_code': spelled('http.status_code'),
  },
  key: 'http.route',
  reads: 'requests',
  entries: 'http',
  instrument: 'http.server.duration',
  versionRemedy: promoteVersion,
};
