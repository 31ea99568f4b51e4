import { isCall, isList, isName, isObject, receiverOf, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { ClassHandlers } from '../routePatterns.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';

/** A class given as a handler; `named` are the methods that its maker was given: `{'get': 'list'}`. */
export interface ClassTarget extends Found {
  readonly named?: Readonly<Record<string, Expr>>;
}

const deepest = 6;
const mostOthers = 3;

/** The class that an argument stands for: itself, made a handler (`View.as_view()`), and what wraps that. */
export function classOf(
  evaluator: Evaluator,
  classes: ClassHandlers,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
): ClassTarget | undefined {
  if (expr === undefined || expr === null || depth > deepest) return undefined;
  const found = classGiven(evaluator, classes, file, scope, expr, depth);
  const bound = found === undefined && isName(expr) ? file.binding(scope, expr.name) : undefined;
  if (bound === undefined) return found;
  // `view = known.get(View)`, and where there is none `view = View.as_view()`.
  for (const other of file.alternativesOf(bound).slice(0, mostOthers)) {
    const one = classOf(evaluator, classes, file, bound.from ?? bound.scope, other, depth + 1);
    if (one !== undefined) return one;
  }
  return undefined;
}

function classGiven(
  evaluator: Evaluator,
  classes: ClassHandlers,
  file: LinkedFile,
  scope: Scope,
  expr: Exclude<Expr, null>,
  depth: number,
): ClassTarget | undefined {
  const source = sourceOf(evaluator, file, scope, expr) ?? { file, scope, expr };
  if (!isCall(source.expr)) {
    if (classes.maker !== undefined && depth > 0) return undefined;
    const value = evaluator.evaluate(source.file, source.scope, source.expr);
    return value?.kind === 'class' ? { file: value.file, index: value.index } : undefined;
  }
  const parts = receiverOf(source.expr);
  if (parts !== undefined && parts.member === classes.maker) {
    const value = evaluator.evaluate(source.file, source.scope, parts.receiver);
    if (value?.kind !== 'class') return undefined;
    const [given] = source.expr.args;
    const target = { file: value.file, index: value.index };
    return isObject(given) ? { ...target, named: given.object } : target;
  }
  for (const given of source.expr.args) {
    const found = classOf(evaluator, classes, source.file, source.scope, given, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface ClassRoute {
  readonly method: string;
  readonly handler: Found;
}

/**
 * What answers each HTTP method: the class's own method, or one of a class above in the workspace; the class itself where a library's
 * class brings it.
 */
export function classRoutes(
  evaluator: Evaluator,
  classes: ClassHandlers,
  target: ClassTarget,
): ClassRoute[] {
  const { file, index, named } = target;
  const owner: Found = { file, index };
  if (named !== undefined)
    return Object.entries(named).map(([method, member]) => ({
      method: method.toUpperCase(),
      handler:
        (typeof member === 'string' ? methodOf(evaluator, owner, member) : undefined) ?? owner,
    }));
  const routes = new Map<string, Found>();
  for (const [name, method] of Object.entries(classes.methods)) {
    const found = methodOf(evaluator, owner, name);
    if (found !== undefined && !routes.has(method)) routes.set(method, found);
  }
  for (const method of brought(evaluator, classes.bases, owner))
    if (!routes.has(method)) routes.set(method, owner);
  const allowed = allowedBy(evaluator, owner, classes.allowed);
  return [...routes]
    .filter(([method]) => method === '*' || allowed?.has(method) !== false)
    .map(([method, handler]) => ({ method, handler }));
}

/** HTTP methods that a list of the class lets through; undefined: all, or it can't be read. */
export function allowedBy(
  evaluator: Evaluator,
  owner: Found,
  name: string | undefined,
): ReadonlySet<string> | undefined {
  if (name === undefined) return undefined;
  const value = evaluator.member({ kind: 'class', ...owner }, name);
  if (value?.kind !== 'written' || !isList(value.expr)) return undefined;
  const texts = value.expr.list.filter((item) => typeof item === 'string');
  return texts.length === value.expr.list.length
    ? new Set(texts.map((text) => text.toUpperCase()))
    : undefined;
}

/** A method of the class or of one above it in the workspace. */
export function methodOf(evaluator: Evaluator, owner: Found, name: string): Found | undefined {
  const value = evaluator.member({ kind: 'class', ...owner }, name);
  return value?.kind === 'function' ? { file: value.file, index: value.index } : undefined;
}

/** What the libraries' classes above a class bring; `*` for what can't be told. */
export function brought(
  evaluator: Evaluator,
  bases: Readonly<Record<string, readonly string[]>>,
  { file, index }: Found,
): readonly string[] {
  const names = evaluator.classes
    .externalSupertypes(file, index)
    .filter((name) => !languageOwn.has(name));
  return [...new Set(names.flatMap((name) => bases[libraryName(name)] ?? ['*']))];
}

const languageOwn: ReadonlySet<string> = new Set(['object', 'builtins:object']);

/** `django.views.generic.list:ListView` → `django:ListView`: libraries re-export their classes at many places. */
export function libraryName(external: string): string {
  const [module = '', path = ''] = external.split(':');
  return `${module.split('.', 1)[0] ?? ''}:${path.slice(path.lastIndexOf('.') + 1)}`;
}
