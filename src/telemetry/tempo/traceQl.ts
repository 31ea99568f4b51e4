import type { Operation } from '../../domain/operation.ts';
import type { Milliseconds } from '../../domain/units.ts';
import type { Select } from '../ports.ts';
import type { StoredService } from '../sampled/storedCounts.ts';
import type { SampleQuestion } from '../sampled/traceSearch.ts';
import { spanNamesOf } from '../traces/naming.ts';
import type { Wanted } from '../traces/wanted.ts';

/** Longest condition on operations; more of them are told apart here, not there. */
const longestCondition = 4_000;

/** What of a span a row of the list, and whether it fits, is made from. Keys of `select` come in addition. */
const told = [
  'kind',
  'status',
  'name',
  'resource.service.name',
  'resource.service.namespace',
  'resource.service.version',
  'span.http.route',
  'span.http.request.method',
  'span.http.method',
  'span.http.response.status_code',
  'span.http.status_code',
  'span.error.type',
  'span.rpc.system',
  'span.rpc.service',
  'span.rpc.method',
  'span.code.function.name',
  'span.code.function',
  'span.code.namespace',
] as const;

/**
 * TraceQL (https://grafana.com/docs/tempo/latest/traceql/) for spans that may be calls of what is wanted: never narrower than that, so
 * that what comes back can be filtered by the rules that hold for every backend.
 */
export function callsQuery(
  wanted: Wanted,
  { minDuration, select = true }: { minDuration?: Milliseconds; select?: boolean } = {},
): string {
  const conditions = [
    serviceCondition(wanted.service),
    ...operationsCondition(wanted.operations),
    ...(wanted.release === undefined || wanted.release === ''
      ? []
      : [equal('resource.service.version', wanted.release)]),
    ...(select ? Object.entries(wanted.select).map(([key, value]) => anywhere(key, value)) : []),
    ...(wanted.kind === 'failed' ? [failed] : []),
    ...(minDuration === undefined ? [] : [`duration >= ${Math.floor(minDuration * 1000)}us`]),
  ];
  const others = wanted.attributes.map(({ key, value }) => `{ ${anywhere(key, value)} }`);
  return [`{ ${conditions.join(' && ')} }`, ...others].join(' && ');
}

/** Spans of a service, under its own name alone. */
export const serviceQuery = (service: string): string =>
  `{ ${equal('resource.service.name', service)} }`;

/** Spans of a service, of a name perhaps. Nothing in it depends on how a call went. */
export const sampleQuery = (
  { service, spanName }: Pick<SampleQuestion, 'service' | 'spanName'>,
  select: Select,
): string =>
  `{ ${[
    equal('resource.service.name', service),
    ...(spanName === undefined ? [] : [equal('name', spanName)]),
    ...Object.entries(select).map(([key, value]) => anywhere(key, value)),
  ].join(' && ')} }`;

/** Requests that came into a service. */
const requests = (
  { service, namespace, select }: StoredService,
  names: readonly string[] = [],
): string =>
  `{ ${[
    equal('resource.service.name', service),
    ...(namespace === '' ? [] : [equal('resource.service.namespace', namespace)]),
    'kind = server',
    ...(names.length === 0 ? [] : [either(names.map((name) => equal('name', name)))]),
    ...Object.entries(select).map(([key, value]) => anywhere(key, value)),
  ].join(' && ')} }`;

/** The same, so that what they are of can be told. */
export const requestsQuery = (service: StoredService): string =>
  `${requests(service)} | select(resource.service.name, resource.service.namespace)`;

/** Their durations by what they were and how they ended. Five attributes are as many as TraceQL metrics group by. */
export const countsQuery = (service: StoredService): string =>
  `${requests(service)} | histogram_over_time(duration) by (name, status, resource.service.version, span.http.response.status_code, span.http.status_code)`;

/** How many and how long they are, by release: for people. */
export const exploredQueries = (
  service: StoredService,
  names: readonly string[],
): readonly string[] =>
  ['count_over_time()', 'quantile_over_time(duration, .95)'].map(
    (what) => `${requests(service, names)} | ${what} by (resource.service.version)`,
  );

/** A query for calls, with what rows are made from. */
export const withTold = (query: string, wanted: Wanted): string =>
  `${query} | select(${[
    ...told,
    ...Object.keys(wanted.select).flatMap((key) => [
      attribute('resource', key),
      attribute('span', key),
    ]),
  ].join(', ')})`;

/** A status, or an HTTP status that is an error whatever the span says (docs/semantics.md, "An error"). */
const failed =
  '(status = error || span.http.response.status_code >= 500 || span.http.status_code >= 500)';

/** "namespace/name" is either, or a name with a slash in it. */
function serviceCondition(service: string): string {
  const ways = [equal('resource.service.name', service)];
  for (let at = service.indexOf('/'); at >= 0; at = service.indexOf('/', at + 1))
    ways.push(
      `(${equal('resource.service.namespace', service.slice(0, at))} && ${equal('resource.service.name', service.slice(at + 1))})`,
    );
  return either(ways);
}

function operationsCondition(operations: readonly Operation[]): readonly string[] {
  // What came into the service, or began there.
  if (operations.length === 0) return ['(kind = server || kind = consumer || nestedSetParent < 0)'];
  const condition = either([...new Set(operations.map(operationCondition))]);
  return condition.length > longestCondition ? [] : [condition];
}

/** What every call of an operation has, by what metrics and spans share (`isCallOf`). */
function operationCondition(operation: Operation): string {
  const { kind, http, rpc, messaging, task, code, overflow } = operation;
  const names = spanNamesOf(operation).map((name) => equal('name', name));
  const ways =
    overflow === true || task !== undefined || messaging !== undefined
      ? []
      : code?.functionName !== undefined
        ? [
            equal('span.code.function.name', code.functionName),
            // Older instrumentations have it in two parts.
            equal('span.code.function', code.functionName.split(/[.:#/\\]|->/).at(-1) ?? ''),
          ]
        : http?.route !== undefined
          ? [routeCondition(http.route, http.method), ...names]
          : rpc !== undefined
            ? [
                equal('span.rpc.method', rpc.method),
                equal('span.rpc.method', rpc.method.slice(rpc.method.lastIndexOf('/') + 1)),
                ...names,
              ]
            : names;
  const all = [
    ...(kind === 'unspecified' ? [] : [`kind = ${kind}`]),
    ...(ways.length === 0 ? [] : [either(ways)]),
  ];
  return all.length === 0 ? 'true' : all.length === 1 ? (all[0] ?? '') : `(${all.join(' && ')})`;
}

const routeCondition = (route: string, method: string | undefined): string =>
  method === undefined
    ? equal('span.http.route', route)
    : `(${equal('span.http.route', route)} && (${equal('span.http.request.method', method)} || ${equal('span.http.method', method)}))`;

/** Values are compared as text, and attributes may be numbers or booleans. */
const anywhere = (key: string, value: string): string =>
  either(['resource', 'span'].flatMap((scope) => sameText(attribute(scope, key), value)));

const sameText = (field: string, value: string): readonly string[] => [
  equal(field, value),
  ...(/^(?:-?\d{1,15}(?:\.\d{1,15})?|true|false)$/.test(value) ? [`${field} = ${value}`] : []),
];

const equal = (field: string, value: string): string => `${field} = ${quoted(value)}`;

/** Strings are those of Go: what JSON escapes is understood, but for halves of surrogate pairs, which are no text. */
const quoted = (text: string): string => JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd'));

/** A name that is no plain one is put in quotes. */
const attribute = (scope: string, key: string): string =>
  `${scope}.${/^[A-Za-z_][\w.-]*$/.test(key) ? key : quoted(key)}`;

const either = (ways: readonly string[]): string =>
  ways.length === 1 ? (ways[0] ?? '') : `(${ways.join(' || ')})`;
