import type { ServiceFramework, ServiceRegistration } from '../../endpoints/endpointFramework.ts';
import { argument, renderExpr } from '../../expression.ts';
import type { Evaluator } from '../evaluator.ts';
import { handlerOf } from '../handlers.ts';
import { dottedPath } from './dottedPath.ts';
import { implementationOf, ofClass } from './implementation.ts';
import { calleeName, type LinkedEndpoint, type Placed } from './linkedEndpoint.ts';
import { baseEndpoints, markOf, serviceOfBase } from './serviceBases.ts';

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
  endpoints.push(...(yield* baseEndpoints(evaluator, framework, registered)));
  return endpoints;
}

function registration(
  evaluator: Evaluator,
  framework: ServiceFramework,
  placed: Placed,
  registered: Set<string>,
): LinkedEndpoint[] {
  const { file, scope, call } = placed;
  for (const form of formsOf(framework)) {
    const match = new RegExp(`^(?:${form.callee})$`).exec(calleeName(call));
    if (match === null) continue;
    const service = serviceOf(evaluator, framework, placed, form, match[1]);
    if (service === undefined) return [];
    const { name, origin } = service;
    const base = { framework, file, line: call.line, ...(origin === '' ? {} : { origin }) };
    const given = argument(call, form.implementation);
    if (form.method !== undefined) {
      const method = dottedPath(evaluator, file, scope, argument(call, form.method)).at(-1) ?? '*';
      const handler = handlerOf(evaluator, file, scope, given);
      return [{ ...base, key: `${name}/${method}`, handler }];
    }
    const implementation = implementationOf(evaluator, evaluator.evaluate(file, scope, given));
    if (implementation === undefined)
      return [{ ...base, key: `${name}/*`, handler: undefined, unresolved: renderExpr(given) }];
    registered.add(markOf(name, implementation));
    return implementation.methods.map((m) => ({ ...base, key: `${name}/${m.name}`, handler: m }));
  }
  return [];
}

const formsOf = (framework: ServiceFramework): readonly ServiceRegistration[] => [
  ...(framework.registrations ?? []),
  ...(framework.basesInPlace === true ? (framework.bases ?? []) : []).map((callee) => ({
    callee,
    implementation: { at: 0 },
  })),
];

/** The service's own name, and where its definition comes from. */
function serviceOf(
  evaluator: Evaluator,
  framework: ServiceFramework,
  { file, scope, call }: Placed,
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
  const { definitionSuffix } = framework;
  const bare =
    definitionSuffix !== undefined && name.endsWith(definitionSuffix)
      ? name.slice(0, name.length - definitionSuffix.length)
      : name;
  return { name: bare, origin: path.slice(0, -1).join('.') };
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
  if (decl.kind === 'class') {
    const whole = new RegExp(`^(?:${framework.classAnnotation ?? '(?!)'})$`).exec(name);
    if (whole === null) return [];
    // Without a name in the annotation, the interfaces that the class implements are the services'.
    const services =
      whole[1] === undefined
        ? file.supertypes(target).filter((s) => serviceOfBase(framework, s) === undefined)
        : [whole[1]];
    const { methods } = ofClass(evaluator, file, target);
    return services.flatMap((service) =>
      methods.map((m) => ({ ...base, key: `${lastPart(service)}/${m.name}`, handler: m })),
    );
  }
  const form = framework.methods?.[name];
  const owner = file.classAround(target);
  if (form === undefined) return [];
  const text = (arg: typeof form.service, otherwise: string): string => {
    const given = argument(call, arg);
    return given === undefined ? otherwise : evaluator.text(file, owner ?? -1, given).text;
  };
  const service = text(
    form.service,
    owner === undefined ? '' : (file.functions[owner]?.name ?? ''),
  );
  const method = text(form.method, lastPart(decl.name));
  return [{ ...base, key: `${lastPart(service)}/${method}`, handler: { file, index: target } }];
}

const lastPart = (dotted: string): string => dotted.slice(dotted.lastIndexOf('.') + 1);
