import type { SpanKind } from '../../../domain/operation.ts';

/** Labels under one role; the first that the metric has is used. */
export type LabelNames = readonly string[];

/**
 * How one kind of instrumentation names its metrics and labels in Prometheus. Declarative: what is found is decided by what the
 * backend has, never by one name alone.
 */
export interface Convention {
  readonly id: string;
  /** In words, for the hover: "span metrics". */
  readonly title: string;
  /** Where the number of calls is. A group `prefix` stands for a namespace that people choose. */
  readonly calls: RegExp;
  /** A counter of the failed ones of these calls, with the same labels; where there is one, no label tells which failed. */
  readonly errors?: string;
  /** Histograms of the same calls, after the prefix, with the milliseconds of their unit; none where the name doesn't tell it. */
  readonly durations: readonly { readonly name: string; readonly msPerUnit?: number }[];
  /** All of them must be on the metric: a name alone proves nothing. One of each list. */
  readonly required: readonly LabelNames[];
  readonly service: LabelNames;
  readonly version: LabelNames;
  /** Labels by the attribute of OpenTelemetry's conventions that they hold. Order doesn't matter. */
  readonly attributes: Readonly<Record<string, LabelNames>>;
  /** Attributes of failed calls only, as they are named where none has failed yet. */
  readonly onFailureOnly?: Readonly<Record<string, LabelNames>>;
  /** Values of `prodlens.failed` that failed calls have. */
  readonly failed?: readonly string[];
  /** Which calls it counts, where these are no others' calls: a service's HTTP requests and its RPCs may both be shown. */
  readonly entries?: 'http' | 'rpc';
  /** A person wants it before all others. */
  readonly preferred?: boolean;
  /** What makes the operation: the attribute whose values name what was called, for narrowing a query. */
  readonly key: string;
  readonly reads: 'spans' | 'requests' | 'functions';
  /** Name of the instrument in OpenTelemetry's words, where operations are named after it. */
  readonly instrument?: string;
  readonly kind?: SpanKind;
  /** What a person changes so that releases can be told apart. */
  readonly versionRemedy: string;
}

/** Both spellings of a label: escaped, as most backends keep it, and as OpenTelemetry writes it (Prometheus 3, UTF-8 names). */
export const spelled = (name: string): LabelNames => [name.replaceAll('.', '_'), name];

/** Service, where no label of the instrumentation itself names it. A collector that is scraped moves its own to `exported_job`. */
export const serviceLabels: LabelNames = [...spelled('service.name'), 'exported_job', 'job'];
export const versionLabels: LabelNames = [...spelled('service.version'), 'version'];
export const environmentLabels: LabelNames = [
  ...spelled('deployment.environment.name'),
  ...spelled('deployment.environment'),
];
export const namespaceLabels: LabelNames = spelled('service.namespace');

export const promoteVersion =
  'Promote service.version to a label: otlp.promote_resource_attributes: ["service.version"] in Prometheus, or resource_constant_labels in the collector’s prometheus exporter.';
