import { argument, isName, renderExpr, type CallExpr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { ResourceRegistration } from '../routePatterns.ts';
import { allowedBy, brought, methodOf } from './classHandlers.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { methodsOf } from './methods.ts';
import { concat, known, type Text } from './text.ts';

export interface ResourceRoute {
  readonly method: string;
  readonly path: Text;
  readonly handler: Found | undefined;
}

interface Place {
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly call: CallExpr;
}

/** Routes of a class registered under a prefix. `creation` is the call that made the router. */
export function resourceRoutes(
  evaluator: Evaluator,
  pattern: ResourceRegistration,
  { file, scope, call }: Place,
  creation: CallExpr | undefined,
): ResourceRoute[] {
  const prefix = evaluator.text(file, scope, argument(call, pattern.path));
  const end = ending(pattern, creation);
  const value = evaluator.evaluate(file, scope, argument(call, pattern.handler));
  const owner = value?.kind === 'class' ? { file: value.file, index: value.index } : undefined;
  const parameter = owner === undefined ? '' : parameterOf(evaluator, pattern, owner);
  // Without a prefix, no slash leads.
  const bare = prefix.text === '' && prefix.unresolved === undefined;
  const below = (path: string): Text => {
    const text = `${path.replace('{}', parameter)}${end}`;
    return concat(prefix, known(bare ? text.replace(/^\//, '') : text));
  };
  if (owner === undefined)
    return pattern.routes.map(({ path }) => ({
      method: '*',
      path: below(path),
      handler: undefined,
    }));
  const given = new Set(brought(evaluator, pattern.bases, owner));
  const routes: ResourceRoute[] = [];
  for (const { path, methods } of pattern.routes)
    for (const [method, name] of Object.entries(methods)) {
      const own = methodOf(evaluator, owner, name);
      if (own === undefined && !given.has(name) && !given.has('*')) continue;
      routes.push({ method, path: below(path), handler: own ?? owner });
    }
  const [list, detail] = pattern.routes;
  for (const action of actionsOf(evaluator, pattern, owner)) {
    const base = `${(action.detail ? detail : list)?.path ?? ''}/`.replace('{}', parameter);
    const path = concat(concat(prefix, known(bare ? base.replace(/^\//, '') : base)), action.path);
    for (const method of action.methods)
      routes.push({ method, path: concat(path, known(end)), handler: action.handler });
  }
  const allowed = allowedBy(evaluator, owner, pattern.allowed);
  return allowed === undefined ? routes : routes.filter((r) => allowed.has(r.method));
}

function ending(pattern: ResourceRegistration, creation: CallExpr | undefined): string {
  const { text, unless, otherwise } = pattern.end;
  const given = creation === undefined ? undefined : argument(creation, unless);
  return isName(given) && given.name === 'False' ? otherwise : text;
}

function parameterOf(
  evaluator: Evaluator,
  { parameter }: ResourceRegistration,
  owner: Found,
): string {
  const constant = (name: string): string | undefined => {
    const value = evaluator.member({ kind: 'class', ...owner }, name);
    return value?.kind === 'text' && value.text.unresolved === undefined
      ? value.text.text
      : undefined;
  };
  const name = parameter.names.map(constant).find((n) => n !== undefined) ?? parameter.otherwise;
  const constraint = constant(parameter.constraint.name) ?? parameter.constraint.otherwise;
  return `(?P<${name}>${constraint})`;
}

interface Action {
  readonly detail: boolean;
  readonly path: Text;
  readonly methods: readonly string[];
  readonly handler: Found;
}

function* actionsOf(
  evaluator: Evaluator,
  { action }: ResourceRegistration,
  owner: Found,
): Generator<Action> {
  const seen = new Set<string>();
  for (const at of [owner, ...evaluator.classes.supertypes(owner.file, owner.index)])
    for (const { target, call } of at.file.facts.decorators) {
      if (at.file.parentOf(target) !== at.index) continue;
      if (renderExpr(call.call).split('.').at(-1) !== action.decorator) continue;
      const handler = { file: at.file, index: target };
      const name = at.file.functions[target]?.name.split('.').at(-1) ?? '';
      if (seen.has(name)) continue;
      seen.add(name);
      const given = argument(call, action.path);
      const detail = argument(call, action.detail);
      yield {
        detail: isName(detail) && detail.name === 'True',
        path: given === undefined ? known(name) : evaluator.text(at.file, at.index, given),
        methods: methodsOf(argument(call, action.methods), action.otherwise),
        handler,
      };
    }
}
