import { serviceLabels, versionLabels, type Convention } from './convention.ts';

/** Micrometer's requests, as Spring Boot exports them. https://docs.spring.io/spring-boot/reference/actuator/metrics.html */
export const micrometer: Convention = {
  id: 'micrometer',
  title: 'Micrometer’s HTTP server requests',
  calls: /^http_server_requests_seconds_count$/,
  durations: [{ name: 'http_server_requests_seconds_bucket', msPerUnit: 1000 }],
  required: [['uri'], ['method'], ['outcome']],
  service: ['application', ...serviceLabels],
  version: versionLabels,
  attributes: {
    uri: ['uri'],
    method: ['method'],
    status: ['status'],
    outcome: ['outcome'],
  },
  key: 'uri',
  reads: 'requests',
  entries: 'http',
  instrument: 'http.server.requests',
  versionRemedy:
    'Give the metrics a tag of the release: management.metrics.tags.service.version=${application.version}.',
};
