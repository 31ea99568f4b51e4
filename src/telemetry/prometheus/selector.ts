/** Names that PromQL takes without quotes. https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const plainMetric = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
const plainLabel = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Beyond the plain ones, what OpenTelemetry's names are made of; PromQL takes it in quotes (Prometheus 3). */
const utf8Name = /^[\p{L}_:][\p{L}\p{N}_:./-]*$/u;

/** Whether a person's text can be the name of a metric: no expression, no selector. */
export const isMetricName = (text: string): boolean => utf8Name.test(text);

/** Whether it can be the name of a label that tells calls apart. */
export const isLabelName = (text: string): boolean =>
  utf8Name.test(text) && !text.includes(':') && !['__name__', 'le', 'quantile'].includes(text);

/** A string of PromQL. */
export const quoted = (text: string): string =>
  `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** A label's name; others than plain ones are understood by Prometheus 3 and later, which alone has them. */
export const labelName = (name: string): string => (plainLabel.test(name) ? name : quoted(name));

export const equals = (label: string, value: string): string =>
  `${labelName(label)}=${quoted(value)}`;

/** A text as a regular expression: RE2's special characters are escaped (https://github.com/google/re2/wiki/Syntax). */
export const escaped = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');

/** One of the values. */
export const oneOf = (label: string, values: readonly string[]): string =>
  `${labelName(label)}=~${quoted(values.map(escaped).join('|'))}`;

/** The label that a name of `select` means: as it is, or as Prometheus' naming has it. */
export const selectedLabel = (name: string, labels: ReadonlySet<string>): string | undefined =>
  [name, name.replaceAll(/[^A-Za-z0-9_]/g, '_')].find((label) => labels.has(label));

/** `metric{matchers}`. */
export const selector = (metric: string, matchers: readonly string[]): string =>
  plainMetric.test(metric)
    ? `${metric}{${matchers.join(',')}}`
    : `{${[quoted(metric), ...matchers].join(',')}}`;

export const byLabels = (labels: readonly string[]): string =>
  `by (${labels.map(labelName).join(',')})`;

/** A duration of whole seconds. */
export const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)}s`;

/** Marks rows that count failed calls alone, of a counter of their own: they are counted among the others already. */
export const errorsLabel = 'prodlens_errors';

/** Rows of a query as those of failed calls. */
export const asErrors = (query: string): string =>
  `label_replace(${query}, "${errorsLabel}", "1", "", "")`;

/** Marks rows of a service's other calls. */
export const besideLabel = 'prodlens_beside';

export const asBeside = (query: string): string =>
  `label_replace(${query}, "${besideLabel}", "1", "", "")`;
