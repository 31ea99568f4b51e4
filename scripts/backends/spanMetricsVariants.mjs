/**
 * How people configure the span metrics connector. Each variant is a pipeline of its own in the collector, with its own receiver.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
 */
const dimensions = (...names) => ({ dimensions: names.map((name) => ({ name })) });
const everything = dimensions(
  'service.version',
  'http.route',
  'http.request.method',
  'http.response.status_code',
);

/** @type {Record<string, { connector: object, exporter: string, gated?: boolean }>} */
export const variants = {
  /** As it comes: milliseconds, its own boundaries, no release. */
  plain: { connector: {}, exporter: 'prometheus/suffixes' },
  /** What the README recommends. */
  releases: { connector: everything, exporter: 'prometheus/suffixes' },
  /** Seconds, boundaries and a namespace of one's own; beside `releases` in one backend. */
  seconds: {
    connector: {
      ...dimensions('service.version'),
      namespace: 'otel',
      histogram: { unit: 's', explicit: { buckets: ['5ms', '25ms', '100ms', '500ms', '2s'] } },
    },
    exporter: 'prometheus/suffixes',
  },
  /** Like `releases`, in seconds: in one backend, calls of both have one name and durations two. */
  otherUnit: {
    connector: { ...everything, histogram: { unit: 's' } },
    exporter: 'prometheus/suffixes',
  },
  /** Native histograms where the backend has them. */
  exponential: {
    connector: {
      ...everything,
      namespace: 'exp.metrics',
      histogram: { unit: 's', exponential: { max_size: 160 } },
    },
    exporter: 'prometheus/suffixes',
  },
  /** No namespace, and an exporter that adds neither unit nor _total. */
  bare: {
    connector: { ...dimensions('service.version'), namespace: '' },
    exporter: 'prometheus/bare',
  },
  /** Names of before 0.109, seconds by default, statuses under OpenTelemetry's own name: gates of the collector. */
  gated: {
    connector: dimensions('service.version'),
    exporter: 'prometheus/suffixes',
    gated: true,
  },
};

export const gates = [
  'connector.spanmetrics.legacyMetricNames',
  'connector.spanmetrics.useSecondAsDefaultMetricsUnit',
  'spanmetrics.statusCodeConvention.useOtelPrefix',
];
