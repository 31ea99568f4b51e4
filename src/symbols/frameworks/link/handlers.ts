import { isCall, isList, isName, isObject, type CallExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';
import { parameterKey } from './values/routerOrigin.ts';
import type { Value } from './values/value.ts';

export interface Found {
  readonly file: LinkedFile;
  readonly index: number;
  /** It makes the handler: the code that runs is written inside of it, as no function of its own. */
  readonly makes?: true;
}

/** All functions that an argument may stand for: several where it is a method of an interface. `method`: of values that are handlers. */
export function handlersOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  method?: string,
): readonly Found[] {
  const value = expr === undefined ? undefined : evaluator.evaluate(file, scope, expr);
  const own =
    method === undefined || value?.kind !== 'object' ? value : evaluator.member(value, method);
  if (own?.kind === 'oneOf') return own.found;
  const found = handlerOf(evaluator, file, scope, expr, 0, method);
  return found === undefined ? [] : delegates(evaluator, found);
}

/**
 * What a function runs that another one registers around what it is given:
 * `func (a *App) Get(path string, h Handler) { a.mux.HandleFunc(path, func(…) { h(…) }) }`. None where that can't be followed: the
 * function around is that of many routes.
 */
function delegates(evaluator: Evaluator, found: Found): readonly Found[] {
  const { file, index } = found;
  const owner = file.parentOf(index);
  const called = file.paramsFact(owner)?.called?.filter((c) => c.by === index) ?? [];
  const [only] = called;
  if (only === undefined || called.length > 1 || !evaluator.isGiven(file, owner)) return [found];
  const value = evaluator.given.get(parameterKey(file, owner, only.name));
  if (value?.kind === 'oneOf') return value.found;
  const direct = asFunction(value);
  if (direct !== undefined) return [direct];
  const inner =
    value?.kind === 'written'
      ? handlerOf(evaluator, value.file, value.scope, value.expr, 1)
      : undefined;
  return inner === undefined ? [] : [inner];
}

/**
 * The function that an argument stands for: written in place, named, a method, wrapped (`asyncHandler(fn)`), bound, returned by a
 * factory, or the last of a list.
 */
export function handlerOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
  method?: string,
): Found | undefined {
  if (expr === undefined || depth > 6) return undefined;
  if (isList(expr)) return handlerOf(evaluator, file, scope, expr.list.at(-1), depth + 1, method);
  const value = evaluator.evaluate(file, scope, expr);
  const handles =
    value?.kind === 'object' && method !== undefined ? evaluator.member(value, method) : value;
  const direct = asFunction(handles);
  if (direct !== undefined) return direct;
  if (value?.kind === 'oneOf' && file.family?.foldersAreModules !== true) return undefined;
  if (value?.kind === 'written' && value.expr !== expr)
    return handlerOf(evaluator, value.file, value.scope, value.expr, depth + 1, method);
  // `requireUser(h).ServeHTTP`
  if (isMember(expr) && expr.member === method)
    return handlerOf(evaluator, file, scope, expr.of, depth + 1, method);
  const call = isCall(expr) ? { call: expr, file, scope } : boundCall(evaluator, file, scope, expr);
  if (call === undefined) return undefined;
  for (const argument of [...call.call.args].reverse()) {
    if (argument === null || typeof argument === 'string') continue;
    const found = handlerOf(evaluator, call.file, call.scope, argument, depth + 1, method);
    if (found !== undefined && !isMiddleware(found)) return found;
    if (found === undefined && isOutOfSight(evaluator, call.file, call.scope, argument))
      return undefined;
  }
  const inOptions = optionHandlers(evaluator, call);
  if (inOptions.length > 0) return inOptions.length === 1 ? inOptions[0] : undefined;
  const maker = asFunction(evaluator.evaluate(call.file, call.scope, call.call.call));
  if (maker === undefined || isMiddleware(maker) || !mayMakeHandlers(maker)) return undefined;
  const made: Found = { ...maker, makes: true };
  const returned = maker.file.returned(maker.index);
  if (maker.file.family?.foldersAreModules !== true) {
    // `const isSignedIn = () => expressJwt({ secret })`: the library's function runs.
    const library = isCall(returned)
      ? evaluator.evaluate(maker.file, maker.index, returned.call)
      : undefined;
    return library?.kind === 'external' ? undefined : made;
  }
  const inside = handlerOf(evaluator, maker.file, maker.index, returned, depth + 1, method);
  // `return withUser(func(…) {…})`: what runs is written here, not in what is put around it.
  const own = inside?.makes === true && maker.file.returnsLiteral(maker.index);
  return own ? made : (inside ?? made);
}

const handlerNames = ['handler', 'handle', 'handlerFn', 'fn', 'resolver', 'action', 'controller'];

/** `withLogging({ auth: 'session', handler: async (request) => … })`: by its name, else all functions among the options. */
function optionHandlers(
  evaluator: Evaluator,
  {
    call,
    file,
    scope,
  }: { readonly call: CallExpr; readonly file: LinkedFile; readonly scope: Scope },
): readonly Found[] {
  for (const given of call.args) {
    if (!isObject(given)) continue;
    const functions = Object.entries(given.object).flatMap(([name, expr]) => {
      const found = asFunction(evaluator.evaluate(file, scope, expr));
      return found === undefined ? [] : [{ name, found }];
    });
    const named = functions.find(({ name }) => handlerNames.includes(name));
    if (functions.length > 0) return named ? [named.found] : functions.map(({ found }) => found);
  }
  return [];
}

/** A member that can't be followed may be the handler, of which what it is given to only is the wrapper. */
function isOutOfSight(evaluator: Evaluator, file: LinkedFile, scope: Scope, expr: Expr): boolean {
  if (!isName(expr) || file.family?.foldersAreModules === true) return false;
  const value = evaluator.evaluate(file, scope, expr);
  if (value === undefined && !expr.name.includes('.')) return mayBeAnything(file, scope, expr.name);
  if (value?.kind === 'oneOf') return true;
  if (value?.kind === 'written') return isName(value.expr);
  return (
    (value === undefined || value.kind === 'external') &&
    expr.name.includes('.') &&
    !expr.name.startsWith('process.')
  );
}

/** A parameter, or a variable with a value that isn't read. */
function mayBeAnything(file: LinkedFile, scope: Scope, name: string): boolean {
  const parameter = file.parameterScope(scope, name);
  const bound = file.binding(scope, name);
  if (bound === undefined || (parameter !== undefined && bound.scope < parameter))
    return parameter !== undefined;
  const { value } = bound;
  return value === null || (typeof value === 'object' && 'item' in value);
}

/** Takes a handler to put something around it, by the types that it declares: `func(http.Handler) http.Handler`. */
const isMiddleware = ({ file, index }: Found): boolean =>
  file.parameterTypes(index)?.some((type) => /(?:^|[.*])Handler(?:Func)?$/.test(type)) === true;

/** Where results have types: functions and interfaces may be handlers, texts and structs behind a pointer are none. */
function mayMakeHandlers({ file, index }: Found): boolean {
  if (file.family?.foldersAreModules !== true) return true;
  const result = file.facts.results?.[index];
  return result !== undefined && !result.startsWith('*');
}

const isMember = (expr: Expr): expr is { readonly of: Expr; readonly member: string } =>
  typeof expr === 'object' && expr !== null && 'of' in expr;

const asFunction = (value: Value | undefined): Found | undefined =>
  value?.kind === 'function' ? { file: value.file, index: value.index } : undefined;

/** `const list = asyncHandler(async (req, res) => …)`, here or where it was imported from. */
function boundCall(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr,
): { call: Extract<Expr, { call: Expr }>; file: LinkedFile; scope: Scope } | undefined {
  const bound = sourceOf(evaluator, file, scope, expr);
  return bound !== undefined && isCall(bound.expr)
    ? { call: bound.expr, file: bound.file, scope: bound.scope }
    : undefined;
}

/** The function behind an export of another module, which may itself pass it on. */
export function exportedHandler(
  evaluator: Evaluator,
  from: LinkedFile,
  module: string,
  exported: string,
): Found | undefined {
  const path = evaluator.modules.resolve(from.path, module);
  const file = path === undefined ? undefined : evaluator.files.get(path);
  const value = file?.exports.get(exported);
  if (file === undefined) return undefined;
  if (value !== undefined) return handlerOf(evaluator, file, -1, value);
  const member = evaluator.member({ kind: 'module', file }, exported);
  return member?.kind === 'function' ? { file: member.file, index: member.index } : undefined;
}
