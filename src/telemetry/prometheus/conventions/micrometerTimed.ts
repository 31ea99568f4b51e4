import { serviceLabels, versionLabels, type Convention } from './convention.ts';

/** Methods with Micrometer's @Timed, under the name it gives by itself. https://docs.micrometer.io/micrometer/reference/concepts/timers.html#_the_timed_annotation */
export const micrometerTimed: Convention = {
  id: 'micrometer-timed',
  title: 'Micrometer’s timed methods',
  calls: /^method_timed_seconds_count$/,
  durations: [{ name: 'method_timed_seconds_bucket', msPerUnit: 1000 }],
  required: [['class'], ['method'], ['exception']],
  service: ['application', ...serviceLabels],
  version: versionLabels,
  attributes: { module: ['class'], function: ['method'], exception: ['exception'] },
  key: 'function',
  reads: 'functions',
  versionRemedy:
    'Give the metrics a tag of the release: management.metrics.tags.service.version=${application.version}.',
};
