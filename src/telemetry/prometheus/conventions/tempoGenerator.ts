import type { Convention } from './convention.ts';
import { spanDimensions } from './spanMetrics.ts';
import { versionLabels } from './convention.ts';

/** Tempo's metrics generator. https://grafana.com/docs/tempo/latest/metrics-from-traces/span-metrics/span-metrics-metrics-generator/ */
export const tempoGenerator: Convention = {
  id: 'tempo-generator',
  title: 'span metrics of Tempo’s generator',
  calls: /^(?<prefix>traces_spanmetrics_)calls_total$/,
  // Seconds, though the name doesn't say so.
  durations: [{ name: 'latency_bucket', msPerUnit: 1000 }],
  required: [['span_name'], ['span_kind'], ['service']],
  service: ['service'],
  version: versionLabels,
  attributes: spanDimensions,
  key: 'span.name',
  reads: 'spans',
  versionRemedy:
    'Add service.version to the generator’s dimensions: metrics_generator.processor.span_metrics.dimensions: ["service.version"].',
};
