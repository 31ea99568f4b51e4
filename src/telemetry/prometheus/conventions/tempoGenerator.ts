import type { Convention } from './convention.ts';
import { spanDimensions } from './spanMetrics.ts';
import { versionLabels, type LabelNames } from './convention.ts';

/** Labels of the generator's own. A dimension of such a name gets a prefix, and says what the span said. */
const intrinsic = ['span.name', 'span.kind', 'status.code'];
const prefixed = (names: LabelNames): LabelNames => [
  ...names,
  ...names.filter((name) => !name.includes('.')).map((name) => `__${name}`),
];

/** Tempo's metrics generator. https://grafana.com/docs/tempo/latest/metrics-from-traces/span-metrics/span-metrics-metrics-generator/ */
export const tempoGenerator: Convention = {
  id: 'tempo-generator',
  title: 'span metrics of Tempo’s generator',
  calls: /^(?<prefix>traces_spanmetrics_)calls_total$/,
  // Seconds, though the name doesn't say so.
  durations: [{ name: 'latency_bucket', msPerUnit: 1000 }],
  required: [['span_name'], ['span_kind'], ['service']],
  service: ['service'],
  version: prefixed(versionLabels),
  attributes: Object.fromEntries(
    Object.entries(spanDimensions).map(([attribute, names]) => [
      attribute,
      intrinsic.includes(attribute) ? names : prefixed(names),
    ]),
  ),
  key: 'span.name',
  reads: 'spans',
  versionRemedy:
    'Add service.version to the generator’s dimensions: metrics_generator.processor.span_metrics.dimensions: ["service.version"].',
};
