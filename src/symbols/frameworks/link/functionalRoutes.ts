import { isCall, isList, isName, receiverOf, type CallExpr, type Expr } from '../expression.ts';
import type { FunctionalFramework } from '../functionalFramework.ts';
import { lastNameOf } from './annotations.ts';
import type { Evaluator } from './evaluator.ts';
import { handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import type { ProgramPropertiesIndex } from './programProperties.ts';
import { joinRoute, known, type Text } from './text.ts';

interface Entry {
  readonly method: string;
  readonly path: Text;
  readonly handler: Found | undefined;
  readonly file: LinkedFile;
  readonly line: number;
}

interface Place {
  readonly file: LinkedFile;
  readonly scope: number;
}

/** What a predicate asks for; without a path it narrows and moves nothing. */
interface Asked {
  readonly method: string;
  readonly path?: Text;
}

const deepest = 24;
const mostEntries = 5_000;

/** Routes that functions give as values, each below what it is nested in. */
export function* functionalRoutes(
  evaluator: Evaluator,
  framework: FunctionalFramework,
  properties: ProgramPropertiesIndex,
): Generator<void, LinkedRoute[]> {
  const reading = new FunctionalReading(evaluator, framework);
  const givers: Place[] = [];
  for (const file of evaluator.files.values())
    if (file.family?.id === framework.family)
      for (const { scope } of file.facts.returns) givers.push({ file, scope });
  const exposed = givers.filter(({ file, scope }) =>
    file.decoratorsOf(scope).some((call) => lastNameOf(call) === framework.exposedBy),
  );
  const found: Entry[] = [];
  for (const giver of exposed) {
    yield;
    found.push(...reading.given(giver));
  }
  // What no bean takes in is served by a program that isn't in sight.
  const outside = 'routes that are added out of sight';
  for (const giver of givers)
    if (!reading.isRead(giver))
      for (const entry of reading.given(giver))
        found.push({ ...entry, path: { text: entry.path.text, unresolved: outside } });
  return found.flatMap((entry) => routesOf(framework, entry, properties));
}

function routesOf(
  framework: FunctionalFramework,
  { path, ...entry }: Entry,
  properties: ProgramPropertiesIndex,
): LinkedRoute[] {
  const filled = properties.fill(path, entry.file.path);
  return properties.prefixesOf(framework, entry.file.path).map((prefix) => ({
    ...entry,
    framework: framework.id,
    path: joinRoute(prefix, filled, 'same'),
    ...(filled.unresolved === undefined
      ? { routerPath: joinRoute(known(''), filled, 'same').text, prefixable: true as const }
      : {}),
  }));
}

class FunctionalReading {
  private readonly evaluator: Evaluator;
  private readonly framework: FunctionalFramework;
  private readonly reading = new Set<string>();
  private readonly done = new Set<string>();
  private count = 0;

  constructor(evaluator: Evaluator, framework: FunctionalFramework) {
    this.evaluator = evaluator;
    this.framework = framework;
  }

  isRead = ({ file, scope }: Place): boolean => this.done.has(`${file.path}#${scope}`);

  /** Routes that a function gives. */
  given(place: Place): readonly Entry[] {
    const key = `${place.file.path}#${place.scope}`;
    this.done.add(key);
    const returned = place.file.returned(place.scope);
    if (returned === undefined || this.reading.has(key)) return [];
    this.reading.add(key);
    try {
      return this.entries(place, returned);
    } finally {
      this.reading.delete(key);
    }
  }

  private entries(place: Place, expr: Expr, depth = 0): readonly Entry[] {
    if (depth > deepest || this.count > mostEntries) return [];
    if (isList(expr)) return expr.list.flatMap((part) => this.entries(place, part, depth + 1));
    if (typeof expr === 'object' && expr !== null && 'fn' in expr)
      return this.given({ file: place.file, scope: expr.fn });
    if (isName(expr)) return this.variable(place, expr.name, depth);
    const found: Entry[] = [];
    for (const link of linksOf(expr))
      found.push(
        ...('call' in link ? this.link(place, link, depth) : this.entries(place, link, depth + 1)),
      );
    return found;
  }

  /** A local variable: its value, and what is called on it one statement after the other. */
  private variable({ file, scope }: Place, name: string, depth: number): readonly Entry[] {
    const value = file.ownBinding(scope, name)?.value;
    if (value === undefined || isName(value)) return [];
    const found = [...this.entries({ file, scope }, value, depth + 1)];
    for (const { scope: inside, call } of file.facts.calls) {
      if (inside !== scope || baseOf(call) !== name) continue;
      for (const link of linksOf(call))
        if ('call' in link) found.push(...this.link({ file, scope }, link, depth));
    }
    return found;
  }

  private link(place: Place, call: CallExpr, depth: number): readonly Entry[] {
    const { verbs, routes, nests, adds, builders } = this.framework;
    const name = memberOf(call);
    const [first, second] = call.args;
    const verb = verbs[name];
    if (verb !== undefined) {
      const [path] = this.predicate(place, first);
      return [this.entry(place, call, { ...path, method: verb }, call.args.at(-1))];
    }
    if (routes.includes(name))
      return call.args.length < 2
        ? []
        : this.predicate(place, first).map((asked) => this.entry(place, call, asked, second));
    if (nests.includes(name)) {
      // Kotlin: `"/x".nest { … }`; what it is called on says where.
      const outer = second === undefined ? receiverOf(call)?.receiver : first;
      const below = this.entries(place, second ?? first ?? null, depth + 1);
      return this.predicate(place, outer).flatMap(({ path }) =>
        path === undefined
          ? below
          : below.map((entry) => ({ ...entry, path: joinRoute(path, entry.path, 'same') })),
      );
    }
    if (adds.includes(name) || builders.includes(name))
      return call.args.flatMap((given) => this.entries(place, given, depth + 1));
    const value = this.evaluator.evaluate(place.file, place.scope, call.call);
    return value?.kind === 'function' ? this.given({ file: value.file, scope: value.index }) : [];
  }

  private entry(place: Place, call: CallExpr, asked: Asked, handler: Expr | undefined): Entry {
    this.count += 1;
    return {
      method: asked.method,
      path: asked.path ?? known(''),
      handler: handlerOf(this.evaluator, place.file, place.scope, handler),
      file: place.file,
      line: call.line,
    };
  }

  /** What a path or predicate asks for: several where it says `or`. */
  private predicate(place: Place, expr: Expr | undefined, depth = 0): readonly Asked[] {
    const { verbs, paths } = this.framework;
    if (depth > deepest || expr === undefined) return [{ method: '*' }];
    if (!isCall(expr)) {
      const path = this.evaluator.text(place.file, place.scope, expr);
      return [
        path.unresolved === undefined || !isName(expr) ? { method: '*', path } : { method: '*' },
      ];
    }
    const [own, ...more] = linksOf(expr).filter((link) => 'call' in link);
    if (own === undefined) return [{ method: '*' }];
    let asked: readonly Asked[] = [{ method: '*' }];
    const name = memberOf(own);
    const [first] = own.args;
    if (verbs[name] !== undefined || paths.includes(name))
      asked = [
        { method: verbs[name] ?? '*', path: this.evaluator.text(place.file, place.scope, first) },
      ];
    for (const { args, ...link } of more) {
      const other = this.predicate(place, args[0], depth + 1);
      if (memberOf({ args, ...link }) === 'or') asked = [...asked, ...other];
      else if (memberOf({ args, ...link }) === 'and')
        asked = asked.flatMap((a) => other.map((b) => both(a, b)));
    }
    return asked;
  }
}

const both = (a: Asked, b: Asked): Asked => ({
  method: a.method === '*' ? b.method : a.method,
  ...(a.path === undefined ? (b.path === undefined ? {} : { path: b.path }) : { path: a.path }),
});

const memberOf = (call: CallExpr): string => receiverOf(call)?.member ?? lastNameOf(call);

/** Calls of a chain from its beginning; before them what it begins with, unless that is a plain name of a class. */
function linksOf(expr: Expr): readonly (CallExpr | { readonly name: string })[] {
  const links: (CallExpr | { readonly name: string })[] = [];
  let at: Expr | undefined = expr;
  while (isCall(at)) {
    links.push(at);
    at = receiverOf(at)?.receiver;
  }
  if (isName(at)) links.push(at);
  return links.reverse();
}

/** Name that a chain begins with. */
function baseOf(expr: Expr): string | undefined {
  const [first] = linksOf(expr);
  return first !== undefined && !isCall(first) ? first.name : undefined;
}
