import * as v from 'valibot';
import type { ConnectionProblem } from '../../backend.ts';
import { isLabelName, isMetricName } from '../selector.ts';
import { serviceLabels, versionLabels, type Convention } from './convention.ts';
import { parsesAsLabel, parsesAsMetric } from './grammar.ts';

/** What a label of a person's own convention says, by the attribute of OpenTelemetry's that it stands for. */
const roles = {
  service: undefined,
  release: undefined,
  operation: 'span.name',
  kind: 'span.kind',
  route: 'http.route',
  method: 'http.request.method',
  status: 'http.response.status_code',
  rpcService: 'rpc.service',
  rpcMethod: 'rpc.method',
  function: 'function',
  module: 'module',
} as const;
type Role = keyof typeof roles;
/** One of these says what was called. */
const naming = ['function', 'operation', 'route', 'rpcMethod'] as const;

/** The attribute under which the label that tells failed calls apart is read. */
export const failedAttribute = 'prodlens.failed';

const aName = 'write the name alone, without braces, quotes or functions';
const metric = v.pipe(
  v.string(),
  v.check((name) => isMetricName(name) && parsesAsMetric(name), `is no name of a metric: ${aName}`),
  v.maxLength(200),
);
const label = v.pipe(
  v.string(),
  v.check((name) => isLabelName(name) && parsesAsLabel(name), `is no name of a label: ${aName}`),
  v.maxLength(200),
);
const labels = v.strictObject(
  Object.fromEntries(Object.keys(roles).map((role) => [role, v.optional(label)])) as Record<
    Role,
    v.OptionalSchema<typeof label, undefined>
  >,
);
const entry = v.strictObject({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)),
  calls: v.optional(metric),
  errors: v.optional(metric),
  durations: v.optional(metric),
  unit: v.optional(v.picklist(['s', 'ms'], 'is neither "s" nor "ms"')),
  labels,
  failed: v.optional(
    v.strictObject({
      label,
      values: v.pipe(
        v.array(v.pipe(v.string(), v.maxLength(200))),
        v.minLength(1),
        v.maxLength(20),
      ),
    }),
  ),
});
type Entry = v.InferOutput<typeof entry>;

/** A convention that a person wrote down, and where. */
export interface CustomConvention extends Convention {
  /** Names as written, by their place in the entry: to be looked for in the backend. */
  readonly written: {
    readonly names: {
      readonly calls: string;
      readonly errors?: string;
      readonly durations?: string;
    };
    readonly callsAt: 'calls' | 'durations';
    readonly labels: Readonly<Partial<Record<Role, string>>>;
    readonly failed?: string;
  };
  readonly path: readonly (string | number)[];
}

export const isCustom = (convention: Convention): convention is CustomConvention =>
  'written' in convention;

const mostConventions = 20;

/** Decodes the option `conventions` of a connection. A wrong entry is left out and named. */
export function decodeConventions(value: unknown): {
  readonly conventions: readonly CustomConvention[];
  readonly problems: readonly ConnectionProblem[];
} {
  if (value === undefined) return { conventions: [], problems: [] };
  const problems: ConnectionProblem[] = [];
  const conventions: CustomConvention[] = [];
  const path = ['conventions'];
  if (!Array.isArray(value) || value.length > mostConventions)
    return {
      conventions,
      problems: [{ path, message: `is no list of at most ${mostConventions} conventions` }],
    };
  value.forEach((one: unknown, index) => {
    const here = [...path, index];
    const parsed = v.safeParse(entry, one);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      problems.push({ path: [...here, ...pathOf(issue)], message: messageOf(issue) });
      return;
    }
    const wrong = contradiction(parsed.output);
    if (wrong !== undefined)
      problems.push({ path: [...here, ...wrong.path], message: wrong.message });
    else if (conventions.some(({ title }) => title === parsed.output.name))
      problems.push({ path: [...here, 'name'], message: 'is the name of another convention' });
    else conventions.push(conventionOf(parsed.output, here));
  });
  return { conventions, problems };
}

function contradiction({
  calls,
  durations,
  unit,
  labels: said,
}: Entry): Omit<ConnectionProblem, 'remedy'> | undefined {
  if (calls === undefined && durations === undefined)
    return { path: [], message: 'names neither “calls” nor “durations”: one of them counts calls' };
  if (durations !== undefined && (unit ?? unitOf(durations)) === undefined)
    return {
      path: ['durations'],
      message: 'tells no unit by its name: add "unit": "s" or "unit": "ms"',
    };
  const named = naming.filter((role) => said[role] !== undefined);
  if (named.length !== 1)
    return {
      path: ['labels'],
      message: `must say what was called by one of: ${naming.join(', ')}`,
    };
  return undefined;
}

const unitOf = (name: string): 's' | 'ms' | undefined =>
  /[_.]seconds(?:_bucket)?$/.test(name)
    ? 's'
    : /[_.]milliseconds(?:_bucket)?$/.test(name)
      ? 'ms'
      : undefined;

function conventionOf(said: Entry, path: CustomConvention['path']): CustomConvention {
  const { name, labels: own, failed } = said;
  const base = said.durations?.replace(/_bucket$/, '');
  const calls = said.calls ?? `${base ?? ''}_count`;
  const [key] = naming.filter((role) => own[role] !== undefined);
  const reads =
    own.function !== undefined ? 'functions' : own.operation !== undefined ? 'spans' : 'requests';
  const unit = said.unit ?? unitOf(base ?? '');
  return {
    id: `custom: ${name}`,
    title: name,
    calls: new RegExp(`^${calls.replaceAll(/[.:/-]/g, '\\$&')}$`),
    ...(said.errors === undefined ? {} : { errors: said.errors }),
    durations:
      base === undefined || unit === undefined
        ? []
        : [{ name: `${base}_bucket`, msPerUnit: unit === 's' ? 1000 : 1 }],
    // That nothing is taken for it which isn't is sure already: a person named it.
    required: [[own[key ?? 'route'] ?? '']],
    service: own.service === undefined ? serviceLabels : [own.service],
    version: own.release === undefined ? versionLabels : [own.release],
    attributes: Object.fromEntries([
      ...Object.entries(roles).flatMap(([role, attribute]) => {
        const label = own[role as Role];
        return attribute === undefined || label === undefined ? [] : [[attribute, [label]]];
      }),
      ...(failed === undefined ? [] : [[failedAttribute, [failed.label]]]),
    ]) as Convention['attributes'],
    ...(failed === undefined
      ? {}
      : { failed: failed.values, onFailureOnly: { [failedAttribute]: [failed.label] } }),
    key: roles[key ?? 'route'],
    reads,
    instrument: calls,
    preferred: true,
    versionRemedy: `Give ${calls} a label of the release, and name it under “labels.release” of the convention ${name} in the setting prodlens.environments.`,
    written: {
      names: {
        calls,
        ...(said.errors === undefined ? {} : { errors: said.errors }),
        ...(base === undefined ? {} : { durations: base }),
      },
      callsAt: said.calls === undefined ? 'durations' : 'calls',
      labels: Object.fromEntries(Object.entries(own).filter(([, label]) => label !== undefined)),
      ...(failed === undefined ? {} : { failed: failed.label }),
    },
    path,
  };
}

const pathOf = (issue: v.BaseIssue<unknown>): readonly (string | number)[] =>
  (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));

/** Valibot's own messages name what it got: cut, and without its markup. */
const messageOf = (issue: v.BaseIssue<unknown>): string =>
  issue.kind === 'schema' && issue.type === 'strict_object' && issue.expected === 'never'
    ? 'is no part of a convention'
    : issue.message.slice(0, 200);
