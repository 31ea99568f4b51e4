import type { SpanKind } from '../../domain/operation.ts';
import { serviceKey, type ServiceKey } from '../../domain/service.ts';
import { identifyMetric, metricOutcome } from '../local/core/callMetrics.ts';
import type { Outcome } from '../local/core/errors.ts';
import { httpStatus, text } from '../local/core/attributes.ts';
import { identify, type SpanIdentity } from '../local/core/identity.ts';
import type { Attributes } from '../local/model.ts';
import { failedAttribute } from './conventions/custom.ts';
import type { Found } from './look/discovery.ts';
import { errorsLabel } from './selector.ts';

/** What a series' labels say. */
export interface RowMeaning {
  readonly service: ServiceKey;
  readonly release: string;
  readonly environment: string;
  readonly identity: SpanIdentity;
  readonly outcome: Outcome;
  /** It counts failed ones of calls that other rows count. */
  readonly onlyErrors: boolean;
}

type Meant = Pick<RowMeaning, 'identity' | 'outcome'>;
type Labels = Readonly<Record<string, string>>;

export function readRow(found: Found, labels: Labels): RowMeaning {
  const attributes = attributesOf(found, labels);
  const { convention } = found;
  const said =
    convention.reads === 'spans'
      ? ofSpans(attributes, found.attributes.has('http.route'))
      : convention.reads === 'functions'
        ? ofFunctions(attributes)
        : ofRequests(attributes, convention.instrument ?? convention.id);
  return {
    service: serviceOf(found, labels),
    release: valueOf(labels, found.version),
    environment: valueOf(labels, found.environment),
    identity: said.identity,
    outcome: outcomeOf(found, labels, attributes, said.outcome),
    onlyErrors: isOnlyErrors(labels),
  };
}

const isOnlyErrors = (labels: Labels): boolean => labels[errorsLabel] !== undefined;

/** A counter of failed calls or a label's value that a person named wins over what the usual labels say. */
function outcomeOf(
  { convention: { failed }, errors }: Found,
  labels: Labels,
  attributes: Attributes,
  said: Outcome,
): Outcome {
  if (errors !== undefined) return isOnlyErrors(labels) ? 'error' : 'ok';
  if (failed === undefined) return said;
  if (failed.includes(text(attributes, failedAttribute) ?? '')) return 'error';
  return said === 'clientError' ? said : 'ok';
}

/** "namespace/name" or "name". */
export const serviceOf = (found: Found, labels: Labels): ServiceKey =>
  serviceKey(valueOf(labels, found.service), valueOf(labels, found.namespace));

const valueOf = (labels: Labels, label: string | undefined): string =>
  label === undefined ? '' : (labels[label] ?? '');

function attributesOf(found: Found, labels: Labels): Attributes {
  const attributes: Record<string, string> = {};
  for (const [attribute, names] of found.attributes) {
    const label = names.find((name) => (labels[name] ?? '') !== '');
    if (label !== undefined) attributes[attribute] = labels[label] ?? '';
  }
  return attributes;
}

const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];

/** `SPAN_KIND_SERVER`, or `server`. */
function kindOf(written: string): SpanKind {
  const word = written.replace(/^SPAN_KIND_/, '').toLowerCase();
  return kinds.find((kind) => kind === word) ?? 'unspecified';
}

/** Where a person's own convention has no kind: requests are named by method and route, all else is a function's. */
const kindByName = (name: string): string => (/^[A-Z]+ \//.test(name) ? 'server' : 'internal');

/** @param routes the route is a dimension. Where it isn't, the span's name says more than a method alone. */
function ofSpans(attributes: Attributes, routes: boolean): Meant {
  const said = routes
    ? attributes
    : { ...attributes, 'http.request.method': '', 'http.response.status_code': '' };
  const name = text(attributes, 'span.name') ?? '';
  const identity = identify({
    kind: kindOf(text(attributes, 'span.kind') ?? kindByName(name)),
    name,
    scope: '',
    attributes: said,
  });
  const failed = /^(?:STATUS_CODE_)?ERROR$/i.test(text(attributes, 'status.code') ?? '');
  const entry = identity.kind === 'server' || identity.kind === 'consumer';
  const status = httpStatus(attributes);
  if (entry && status !== undefined && status >= 400)
    return { identity, outcome: status >= 500 ? 'error' : 'clientError' };
  return { identity, outcome: failed ? 'error' : 'ok' };
}

function ofRequests(attributes: Attributes, instrument: string): Meant {
  const point = { attributes, name: instrument, scope: '' };
  return { identity: identifyMetric(point), outcome: metricOutcome(point) };
}

function ofFunctions(attributes: Attributes): Meant {
  const module = text(attributes, 'module') ?? '';
  const name = text(attributes, 'function') ?? '';
  // Autometrics for TypeScript calls the module after its file, from where the program was started.
  const isFile = /\.[cm]?[jt]sx?$/.test(module);
  const joined =
    module === '' || isFile ? name : `${module}${module.includes('::') ? '::' : '.'}${name}`;
  const thrown = text(attributes, 'exception') ?? 'none';
  return {
    identity: identify({
      kind: 'internal',
      name: isFile ? `${module} ${name}` : joined,
      scope: '',
      attributes: {
        'code.function.name': joined,
        ...(isFile ? { 'code.file.path': module } : {}),
      },
    }),
    outcome: text(attributes, 'result') === 'error' || thrown !== 'none' ? 'error' : 'ok',
  };
}
