import type { DrawnFact, DrawnFramework } from '../drawn.ts';
import { isList, type Arg, type Expr } from '../expression.ts';
import type { Text } from './text.ts';

/** What the blocks around a statement of the table say. */
export interface DrawnContext {
  /** Of everything around; for a resource without its own name. */
  readonly path: Text;
  /** The whole table's place is unknown. */
  readonly unresolved?: string;
  readonly modules: readonly string[];
  readonly controller?: Expr;
  readonly resource?: Resource;
  /** Whether routes are of one of the resource or of all; neither: below one, as a part of it. */
  readonly place?: 'member' | 'collection';
  /** Members don't repeat what is above them; the path before the first resource. */
  readonly shallow?: string;
}

interface Resource {
  readonly name: string;
  readonly singular: boolean;
  /** Name of the parameter, where one is given. */
  readonly param?: string;
  /** As it is in the path, without parameters. */
  readonly segment: string;
}

export function readDrawn(fact: DrawnFact, arg: Arg | undefined): Expr | undefined {
  for (const name of arg?.named ?? [])
    if (fact.named?.[name] !== undefined) return fact.named[name];
  return arg?.at === undefined ? undefined : fact.args[arg.at];
}

/** Texts of an argument or list; what can't be read is left out. */
export function textsOf(expr: Expr | undefined): string[] {
  if (typeof expr === 'string') return [expr];
  return isList(expr) ? expr.list.filter((item): item is string => typeof item === 'string') : [];
}

/** Actions that are left by `only` and `except`, in the statement or its chain. */
export function only(fact: DrawnFact, actions: readonly string[]): readonly string[] {
  const said = (name: string): readonly string[] | undefined => {
    const linked = fact.chain?.find(({ word }) => word === name)?.args;
    const given = fact.named?.[name];
    if (given === undefined && linked === undefined) return undefined;
    return [...textsOf(given), ...(linked ?? []).flatMap((arg) => textsOf(arg))];
  };
  const wanted = said('only');
  const unwanted = said('except') ?? [];
  return actions.filter((a) => (wanted?.includes(a) ?? true) && !unwanted.includes(a));
}

/** The context that a statement makes for what it holds; of a resource, with its name. */
export function scoped(
  framework: DrawnFramework,
  fact: DrawnFact,
  outer: DrawnContext,
  resource?: { readonly name: string; readonly singular: boolean },
): DrawnContext {
  if (resource !== undefined) return ofResource(framework, fact, outer, resource);
  const scope = framework.scopes[fact.word];
  if (scope === undefined) return outer;
  const path = readDrawn(fact, scope.path);
  const modules = textsOf(readDrawn(fact, scope.module));
  const controller = readDrawn(fact, scope.controller);
  const unread = path !== undefined && typeof path !== 'string';
  const base = below(framework, outer, outer.place, textsOf(path)[0] ?? '');
  return {
    ...(outer.unresolved === undefined ? {} : { unresolved: outer.unresolved }),
    ...(outer.shallow === undefined ? {} : { shallow: outer.shallow }),
    path: {
      ...outer.path,
      text: base,
      ...(unread ? { unresolved: 'a computed prefix' } : {}),
    },
    modules: [...outer.modules, ...modules.flatMap((m) => m.split(/[/\\]/))],
    ...((controller ?? outer.controller) === undefined
      ? {}
      : { controller: controller ?? outer.controller ?? null }),
  };
}

function ofResource(
  framework: DrawnFramework,
  fact: DrawnFact,
  outer: DrawnContext,
  { name, singular }: { readonly name: string; readonly singular: boolean },
): DrawnContext {
  // `photos.comments` is comments of photos.
  const parts = name.split('.');
  const last = parts.at(-1) ?? name;
  const above = parts.slice(0, -1).map((p) => `${p}/${framework.parameter(p, undefined, true)}`);
  const [segment = last] = textsOf(fact.named?.['path']);
  const base = below(framework, outer, undefined, '');
  const shallow =
    textsOf(fact.named?.['shallow'])[0] === 'true' ? true : outer.shallow !== undefined;
  const before = outer.shallow ?? (outer.resource === undefined ? base : outer.path.text);
  const [param] = textsOf(fact.named?.['param']);
  const plural = singular ? framework.plural?.(last) : undefined;
  const [controller = plural ?? last] = textsOf(fact.named?.['controller']);
  return {
    ...(outer.unresolved === undefined ? {} : { unresolved: outer.unresolved }),
    path: { ...outer.path, text: [base, ...above].join('/') },
    modules: [...outer.modules, ...textsOf(fact.named?.['module'])],
    controller,
    resource: { name: last, singular, segment, ...(param === undefined ? {} : { param }) },
    ...(shallow ? { shallow: before } : {}),
  };
}

/** The path of a part of what the context is: below its resource, where it is one. */
export function below(
  framework: DrawnFramework,
  context: DrawnContext,
  place: 'member' | 'collection' | undefined,
  path: string,
): string {
  const { resource, shallow } = context;
  const part = path.replace(/^\/+|(?<!\/)\/+$/g, '');
  if (resource === undefined) return joined([context.path.text, part]);
  const { name, singular, segment, param } = resource;
  if (place === 'collection' || singular) return joined([context.path.text, segment, part]);
  const start = shallow ?? context.path.text;
  return joined([start, segment, framework.parameter(name, param, place === undefined), part]);
}

const joined = (parts: readonly string[]): string => {
  const whole = parts
    .map((part) => part.replace(/^\/+|(?<!\/)\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
  return whole === '' ? '' : `/${whole}`;
};
