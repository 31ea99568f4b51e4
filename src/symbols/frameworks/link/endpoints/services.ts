import type { ServiceFramework, ServiceRegistration } from '../../endpoints/endpointFramework.ts';
import { argument, isObject, renderExpr } from '../../expression.ts';
import type { Evaluator, Value } from '../evaluator.ts';
import { handlerOf, type Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { calleeName, type LinkedEndpoint, type Placed } from './linkedEndpoint.ts';
import { dottedPath } from './dottedPath.ts';

interface Method extends Found {
  readonly name: string;
}

/** Methods of RPC services: what registrations, base classes and annotations say. */
export function* serviceEndpoints(
  evaluator: Evaluator,
  framework: ServiceFramework,
  placed: readonly Placed[],
): Generator<void, LinkedEndpoint[]> {
  const endpoints: LinkedEndpoint[] = [];
  const registered = new Set<string>();
  for (const one of placed) {
    yield;
    if (one.target === undefined)
      endpoints.push(...registration(evaluator, framework, one, registered));
    else endpoints.push(...annotated(evaluator, framework, one, one.target));
  }
  if (framework.bases !== undefined)
    endpoints.push(...(yield* implementations(evaluator, framework, framework.bases, registered)));
  return endpoints;
}

const markOf = (service: string, { file, index }: Found): string =>
  `${service} ${file.path}#${index}`;

function registration(
  evaluator: Evaluator,
  framework: ServiceFramework,
  { file, scope, call }: Placed,
  registered: Set<string>,
): LinkedEndpoint[] {
  const name = calleeName(call);
  for (const form of framework.registrations ?? []) {
    const match = new RegExp(`^(?:${form.callee})$`).exec(name);
    if (match === null) continue;
    const service = serviceOf(evaluator, framework, { file, scope, call }, form, match[1]);
    if (service === undefined) return [];
    const base = { framework, file, line: call.line, ...originOf(service.origin) };
    const given = argument(call, form.implementation);
    if (form.method !== undefined) {
      const method = dottedPath(evaluator, file, scope, argument(call, form.method)).at(-1);
      const handler = handlerOf(evaluator, file, scope, given);
      return [{ ...base, key: `${service.name}/${method ?? '*'}`, handler }];
    }
    const value = evaluator.evaluate(file, scope, given);
    if (value?.kind === 'class' || value?.kind === 'instance')
      registered.add(markOf(service.name, value));
    const methods = methodsOf(evaluator, value);
    if (methods === undefined)
      return [
        { ...base, key: `${service.name}/*`, handler: undefined, unresolved: renderExpr(given) },
      ];
    return methods.map((m) => ({ ...base, key: `${service.name}/${m.name}`, handler: m }));
  }
  return [];
}

const originOf = (origin: string): { readonly origin?: string } =>
  origin === '' ? {} : { origin };

function serviceOf(
  evaluator: Evaluator,
  framework: ServiceFramework,
  { file, scope, call }: Omit<Placed, 'target'>,
  form: ServiceRegistration,
  named: string | undefined,
): { readonly name: string; readonly origin: string } | undefined {
  if (named !== undefined) {
    const path = dottedPath(evaluator, file, scope, call.call);
    return { name: named, origin: path.slice(0, -1).join('.') };
  }
  const path = dottedPath(evaluator, file, scope, argument(call, form.service)).filter(
    (part) => part !== 'service',
  );
  const name = path.at(-1);
  if (name === undefined) return undefined;
  const { definitionSuffix = '' } = framework;
  // Both `Greeter` and `GreeterService` may be meant: the rule compares with and without what generators append.
  const bare =
    definitionSuffix !== 'Service' && name.endsWith(definitionSuffix)
      ? name.slice(0, name.length - definitionSuffix.length)
      : name;
  return { name: bare, origin: path.slice(0, -1).join('.') };
}

/** Functions that serve a service's methods; undefined where they can't be read. */
function methodsOf(evaluator: Evaluator, value: Value | undefined): readonly Method[] | undefined {
  if (value?.kind === 'class' || value?.kind === 'instance')
    return classMethods(evaluator, value.file, value.index);
  if (value?.kind !== 'written' || !isObject(value.expr)) return undefined;
  return Object.entries(value.expr.object).flatMap(([name, expr]) => {
    const found = handlerOf(evaluator, value.file, value.scope, expr);
    return found === undefined ? [] : [{ ...found, name }];
  });
}

const hidden = /^(?:constructor|__\w+__|_.*|#.*)$/;

/** A class's own methods and those that it inherits from classes of the workspace. */
export function classMethods(
  evaluator: Evaluator,
  file: LinkedFile,
  index: number,
): readonly Method[] {
  const found = new Map<string, Method>();
  for (const place of [{ file, index }, ...evaluator.supertypesOf(file, index)])
    for (const method of place.file.methodsOf(place.index))
      if (!hidden.test(method.name) && !found.has(method.name))
        found.set(method.name, { file: place.file, ...method });
  return [...found.values()];
}

function annotated(
  evaluator: Evaluator,
  framework: ServiceFramework,
  { file, call }: Placed,
  target: number,
): LinkedEndpoint[] {
  const decl = file.functions[target];
  if (decl === undefined) return [];
  const name = calleeName(call);
  const base = { framework, file, line: call.line };
  const whole =
    framework.classAnnotation === undefined
      ? null
      : new RegExp(`^(?:${framework.classAnnotation})$`).exec(name);
  if (whole !== null && decl.kind === 'class')
    return classMethods(evaluator, file, target).map((m) => ({
      ...base,
      key: `${whole[1] ?? decl.name}/${m.name}`,
      handler: m,
    }));
  const form = framework.methods?.[name];
  const owner = file.classAround(target);
  if (form === undefined || decl.kind === 'class') return [];
  const text = (arg: typeof form.service, otherwise: string): string => {
    const given = argument(call, arg);
    return given === undefined ? otherwise : evaluator.text(file, owner ?? -1, given).text;
  };
  const className = owner === undefined ? '' : (file.functions[owner]?.name ?? '');
  const service = text(form.service, className);
  const method = text(form.method, decl.name.slice(decl.name.lastIndexOf('.') + 1));
  return [
    {
      ...base,
      key: `${service.slice(service.lastIndexOf('.') + 1)}/${method}`,
      handler: { file, index: target },
    },
  ];
}

interface Implementation extends Found {
  readonly service: string;
  readonly origin: string;
  readonly above: readonly Found[];
}

/** Classes that extend what is generated for a service; of a chain of them the last. */
function* implementations(
  evaluator: Evaluator,
  framework: ServiceFramework,
  bases: readonly string[],
  registered: ReadonlySet<string>,
): Generator<void, LinkedEndpoint[]> {
  const pattern = new RegExp(`^(?:(.*)\\.)?(?:${bases.join('|')})$`);
  const matched = (written: string): string | undefined =>
    pattern
      .exec(written)
      ?.slice(2)
      .find((group: string | undefined) => group !== undefined);
  const files = [...evaluator.files.values()].filter(
    (file) => file.family?.id === framework.family,
  );
  const any = files.some((f) =>
    f.facts.classes.some((c) => c.supertypes.some((s) => matched(s) !== undefined)),
  );
  if (!any) return [];
  const found: Implementation[] = [];
  for (const file of files) {
    yield;
    for (const { index } of file.facts.classes) {
      const above = evaluator.supertypesOf(file, index);
      for (const place of [{ file, index }, ...above])
        for (const written of place.file.supertypes(place.index)) {
          const service = matched(written);
          if (service === undefined) continue;
          const path = dottedPath(evaluator, place.file, -1, { name: written });
          found.push({ file, index, above, service, origin: path.slice(0, -1).join('.') });
        }
    }
  }
  const extended = new Set(found.flatMap((f) => f.above.map((a) => markOf(f.service, a))));
  return found
    .map((one) => ({ one, mark: markOf(one.service, one) }))
    .filter(({ mark }) => !extended.has(mark) && !registered.has(mark))
    .flatMap(({ one }) =>
      classMethods(evaluator, one.file, one.index).map((m) => ({
        framework,
        key: `${one.service}/${m.name}`,
        ...originOf(one.origin),
        handler: m,
        file: one.file,
        line: one.file.functions[one.index]?.declarationLine ?? 0,
        ...(framework.registrations === undefined ? {} : { unregistered: true as const }),
      })),
    );
}
