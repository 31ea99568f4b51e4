/**
 * What a framework's patterns may look at: the few kinds of expression that route tables are written with, in every language.
 * Plain JSON (persisted by content hash), so functions are positions in the file's own list, never ids with a path in them.
 */
export type Expr =
  | string
  /** Identifier or dotted path, as written: `router`, `settings.API_V1_STR`. */
  | { readonly name: string }
  /** Template string or concatenation. */
  | { readonly join: readonly Expr[] }
  | CallExpr
  | { readonly of: Expr; readonly member: string }
  | { readonly list: readonly Expr[] }
  | ObjectExpr
  /** `of[key]`, where the key is computed. */
  | { readonly item: Expr; readonly key: Expr }
  | EachExpr
  /** A function or class written in place: index in the file's functions. */
  | { readonly fn: number }
  /** `settings.prefix ?? '/api'`: the second where the first is not there. */
  | { readonly either: Expr; readonly otherwise: Expr }
  /** `require('x')`. */
  | { readonly module: string }
  /** A value of which only the type is written: a parameter, a variable without a value. */
  | { readonly type: string }
  /** A regular expression literal, with its slashes. */
  | { readonly pattern: string }
  /** Something else: can't be read without running the program. */
  | null;

export interface ObjectExpr {
  readonly object: Readonly<Record<string, Expr>>;
  /** Objects whose properties it takes over. */
  readonly spread?: readonly Expr[];
  /** Some keys are no literals: as texts they say nothing. */
  readonly computed?: true;
}

/** Each element of a list, or value of a map, in turn: what a loop's variable is. */
export interface EachExpr {
  readonly each: Expr;
  /** The variable is the key. */
  readonly key?: true;
  /** Offset of the loop: its variables change together. */
  readonly loop?: number;
}

export interface CallExpr {
  readonly call: Expr;
  readonly args: readonly Expr[];
  readonly named?: Readonly<Record<string, Expr>>;
  /** Zero-based line of the call. */
  readonly line: number;
  /** Offset of the call: tells two calls of one line apart. */
  readonly at: number;
  /** Source text of the call's head, for explanations. */
  readonly text?: string;
}

export const isCall = (expr: Expr | undefined): expr is CallExpr =>
  typeof expr === 'object' && expr !== null && 'call' in expr;

export const isName = (expr: Expr | undefined): expr is { readonly name: string } =>
  typeof expr === 'object' && expr !== null && 'name' in expr;

export const isList = (expr: Expr | undefined): expr is { readonly list: readonly Expr[] } =>
  typeof expr === 'object' && expr !== null && 'list' in expr;

export const isObject = (expr: Expr | undefined): expr is ObjectExpr =>
  typeof expr === 'object' && expr !== null && 'object' in expr;

/** Receiver and member of a call like `router.get(…)`; undefined for a plain call. */
export function receiverOf(call: CallExpr): { receiver: Expr; member: string } | undefined {
  const callee = call.call;
  if (typeof callee !== 'object' || callee === null) return undefined;
  if ('of' in callee) return { receiver: callee.of, member: callee.member };
  if (!('name' in callee)) return undefined;
  const dot = callee.name.lastIndexOf('.');
  return dot < 0
    ? undefined
    : { receiver: { name: callee.name.slice(0, dot) }, member: callee.name.slice(dot + 1) };
}

/** First parts of the names in an expression: what it needs of the scopes around it. `this.x` counts as `this.x`. */
export function freeNames(expr: Expr | undefined, into = new Set<string>()): Set<string> {
  if (expr === undefined || expr === null || typeof expr === 'string') return into;
  if ('name' in expr) {
    const [first = '', second] = expr.name.split('.', 2);
    into.add(first === 'this' && second !== undefined ? `this.${second}` : first);
  } else for (const part of partsOf(expr)) freeNames(part, into);
  return into;
}

function partsOf(expr: Exclude<Expr, string | null>): readonly (Expr | undefined)[] {
  if ('join' in expr) return expr.join;
  if ('list' in expr) return expr.list;
  if ('either' in expr) return [expr.either, expr.otherwise];
  if ('object' in expr) return Object.values(expr.object);
  if ('of' in expr) return [expr.of];
  if ('item' in expr) return [expr.item, expr.key];
  if ('each' in expr) return [expr.each];
  return isCall(expr) ? [expr.call, ...expr.args, ...Object.values(expr.named ?? {})] : [];
}

/** The expression with one name replaced by another. */
export function renamed(expr: Expr, from: string, to: string): Expr {
  const again = (part: Expr): Expr => renamed(part, from, to);
  if (expr === null || typeof expr === 'string') return expr;
  if ('name' in expr) {
    if (expr.name === from) return { name: to };
    return expr.name.startsWith(`${from}.`) ? { name: to + expr.name.slice(from.length) } : expr;
  }
  if ('join' in expr) return { join: expr.join.map(again) };
  if ('list' in expr) return { list: expr.list.map(again) };
  if ('either' in expr) return { either: again(expr.either), otherwise: again(expr.otherwise) };
  if ('object' in expr) return { object: mapValues(expr.object, again) };
  if ('of' in expr) return { of: again(expr.of), member: expr.member };
  if ('item' in expr) return { item: again(expr.item), key: again(expr.key) };
  if ('each' in expr) return { ...expr, each: again(expr.each) };
  if (isCall(expr))
    return {
      ...expr,
      call: again(expr.call),
      args: expr.args.map(again),
      ...(expr.named === undefined ? {} : { named: mapValues(expr.named, again) }),
    };
  return expr;
}

const mapValues = (
  object: Readonly<Record<string, Expr>>,
  map: (value: Expr) => Expr,
): Record<string, Expr> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));

/** An argument by position and/or keyword. */
export interface Arg {
  readonly at?: number;
  /** The last one. */
  readonly last?: true;
  readonly named?: readonly string[];
  /** All arguments from `at` on. */
  readonly rest?: true;
}

/** Reads an argument; a keyword wins. Keywords inside of one object argument (`{prefix: '/x'}`) count as keywords too. */
export function argument(call: CallExpr, arg: Arg | undefined): Expr | undefined {
  if (arg === undefined) return undefined;
  for (const name of arg.named ?? []) {
    const value = call.named?.[name];
    if (value !== undefined) return value;
    for (const given of call.args)
      if (isObject(given) && given.object[name] !== undefined) return given.object[name];
  }
  if (arg.last === true) return call.args.at(-1);
  return arg.at === undefined ? undefined : call.args[arg.at];
}

/** Short text of an expression, for explanations of what could not be read. */
export function renderExpr(expr: Expr | undefined): string {
  if (expr === undefined || expr === null) return 'a computed value';
  if (typeof expr === 'string') return JSON.stringify(expr);
  if ('name' in expr) return expr.name;
  if ('module' in expr) return expr.module;
  if ('type' in expr) return `a ${expr.type}`;
  if ('of' in expr) return `${renderExpr(expr.of)}.${expr.member}`;
  if ('item' in expr) return `${renderExpr(expr.item)}[${renderExpr(expr.key)}]`;
  if ('each' in expr) return `each of ${renderExpr(expr.each)}`;
  if ('call' in expr) return `${renderExpr(expr.call)}(…)`;
  if ('either' in expr) return renderExpr(expr.either);
  if ('join' in expr) return expr.join.map(renderExpr).join(' + ');
  return 'a computed value';
}
