import type { Node } from 'web-tree-sitter';
import { freeNames, isCall, isList, isName, isObject, type Expr } from '../expression.ts';
import { vocabularyOf } from '../registry.ts';
import { anyOf, type FactsCollector } from './collector.ts';
import { readPythonCall, readPythonExpr } from './pythonExpr.ts';
import { inLoops } from './pythonLoops.ts';
import { readAddition } from './pythonModule.ts';

const vocabulary = vocabularyOf('python');
const makers = anyOf(vocabulary.makers);
/** Modules whose members, or whose submodules' members, make routers. */
const makingModules = new Set(
  [...vocabulary.creatorModules].flatMap((name) => [name, name.split('.', 1)[0] ?? name]),
);
const plainName = /^[A-Za-z_]\w*$/;

type ReadParams = (collector: FactsCollector, from: Node, names: ReadonlySet<string>) => void;

/** Routers made inside functions, returned from them, or passed to others, and the names that their routes are written with there. */
export function readRouterPlumbing(collector: FactsCollector, readParams: ReadParams): void {
  readAliases(collector, readParams);
  const { facts } = collector;
  const making = anyOf(
    facts.imports.filter((i) => makingModules.has(i.module)).map((i) => i.local),
  );
  const names = new Set<string>();
  if (making !== undefined) {
    readMakers(collector, making);
    readMadeDecorators(collector, readParams);
    const made = new RegExp(
      `^[ \\t]*((?:self\\.)?\\w+)\\s*(?::[^=\\n]{0,80})?=\\s*${making}\\b`,
      'gm',
    );
    for (const { node, match } of collector.seeds(made)) {
      const name = match[1] ?? '';
      names.add(name);
      bind(collector, name, statementOf(node));
    }
  }
  for (const name of readBaseCalls(collector)) names.add(name);
  for (const name of localNames(collector)) names.add(name);
  bindLocals(collector, names, readParams);
  for (const { names: params } of facts.params) for (const param of params) names.add(param);
  const any = anyOf([...names].filter((n) => plainName.test(n) && n !== 'self'));
  if (any === undefined) return;
  for (const { node } of collector.seeds(new RegExp(`\\breturn\\s+(${any})\\s*$`, 'gm')))
    facts.returns.push({ scope: collector.scopeOf(node), value: { name: node.text } });
  const passed = new RegExp(`[(,]\\s*(?:\\w+\\s*=\\s*)?(${any})\\s*(?=[,)])`, 'g');
  for (const { node } of collector.seeds(passed)) {
    const given = node.parent?.type === 'keyword_argument' ? node.parent : node;
    const call = given.parent?.parent;
    if (given.parent?.type !== 'argument_list' || call?.type !== 'call') continue;
    keepCall(collector, call);
    readParams(collector, call, new Set([node.text]));
  }
  // What else those calls are given: `handler = Handler(config)`, then `setup_routes(app, handler)`.
  const given = [...localNames(collector)].filter((name) => !names.has(name));
  bindLocals(collector, new Set(given), readParams);
}

const members = anyOf(vocabulary.members);
const aliases =
  members === undefined
    ? undefined
    : new RegExp(`^[ \\t]*(\\w+)\\s*=\\s*([\\w.]+\\.${members})[ \\t]*$`, 'gm');

/** `add_route = app.router.add_route`: its calls are calls of the member. */
function readAliases(collector: FactsCollector, readParams: ReadParams): void {
  if (aliases === undefined) return;
  for (const { match } of [...collector.seeds(aliases)]) {
    const [, alias = '', member = ''] = match;
    for (const { node } of collector.seeds(new RegExp(`(?<![\\w.])(${alias})\\s*\\(`, 'g'))) {
      const call = node.parent;
      if (call?.type !== 'call') continue;
      const expr = readPythonCall(collector, call);
      if (!isCall(expr)) continue;
      const called = inLoops(collector, call, { ...expr, call: { name: member } });
      collector.facts.calls.push({ scope: collector.scopeOf(call), call: called });
      readParams(collector, call, new Set(member.split('.', 1)));
    }
  }
}

/** Calls that give a new router its routes or the router above it, also where the result has no name. */
function readMakers(collector: FactsCollector, making: string): void {
  if (makers === undefined) return;
  const pattern = new RegExp(`(?:\\b${making}\\.(?:\\w+\\.)*)?\\b(${makers})\\s*\\(`, 'g');
  for (const { node, match } of collector.seeds(pattern)) {
    const callee = node.parent?.type === 'attribute' ? node.parent : node;
    const call = callee.parent;
    if (call?.type !== 'call' || node.text !== match[1]) continue;
    const kept = keepCall(collector, call);
    if (call.parent?.type === 'return_statement' && kept !== undefined)
      collector.facts.returns.push({ scope: collector.scopeOf(call), value: kept });
  }
}

const decorators = anyOf(vocabulary.decorators);

/** `return app.route("/api" + path)`: what is returned decorates a function. */
function readMadeDecorators(collector: FactsCollector, readParams: ReadParams): void {
  if (decorators === undefined) return;
  const pattern = new RegExp(`\\breturn\\s+[\\w.]+\\.(${decorators})\\s*\\(`, 'g');
  for (const { node } of collector.seeds(pattern)) {
    const call = node.parent?.parent;
    if (call?.type !== 'call') continue;
    const value = readPythonCall(collector, call);
    collector.facts.returns.push({ scope: collector.scopeOf(call), value });
    readParams(collector, call, freeNames(value));
  }
}

function keepCall(collector: FactsCollector, call: Node): Expr | undefined {
  const { calls } = collector.facts;
  const known = calls.find((c) => c.call.at === call.startIndex);
  if (known !== undefined) return known.call;
  const expr = readPythonCall(collector, call);
  if (!isCall(expr)) return undefined;
  calls.push({ scope: collector.scopeOf(call), call: inLoops(collector, call, expr) });
  return expr;
}

/**
 * `super().__init__(routes)` in a class that extends what makes routers.
 * @returns Names of such classes inside of functions, which may hand them out.
 */
function readBaseCalls(collector: FactsCollector): string[] {
  const { classes, imports } = collector.facts;
  const isMaker = (name: string): boolean =>
    vocabulary.creatorNames.has(name) || vocabulary.makers.has(lastOf(name));
  const imported = new Set(imports.filter((i) => isMaker(i.exported)).map((i) => i.local));
  const making = classes.filter((c) =>
    c.supertypes.some((name) => imported.has(name) || isMaker(name)),
  );
  if (making.length === 0) return [];
  for (const { node } of collector.seeds(/\.(__init__)\s*\(/g)) {
    const call = node.parent?.parent;
    if (call?.type === 'call') keepCall(collector, call);
  }
  return making
    .map(({ index }) => collector.file.functions[index]?.name ?? '')
    .filter((name) => name.includes('.'))
    .map(lastOf);
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Names that calls and decorators inside of functions use, and that may be bound there. */
function localNames(collector: FactsCollector): Set<string> {
  const names = new Set<string>();
  const { calls, decorators, imports, params } = collector.facts;
  for (const { scope, call } of calls) if (scope >= 0) namesIn(call, names);
  for (const { target, call } of decorators)
    if (collector.file.functions[target]?.name.includes('.') === true) namesIn(call, names);
  for (const { local, scope } of imports) if (scope === undefined) names.delete(local);
  for (const param of params) for (const name of param.names) names.delete(name);
  for (const name of ['self', 'super']) names.delete(name);
  return names;
}

function namesIn(expr: Expr, names: Set<string>): void {
  if (expr === null || typeof expr === 'string') return;
  if (isName(expr)) {
    const first = expr.name.split('.', 1)[0] ?? '';
    if (plainName.test(first) && !/^(?:True|False|None)$/.test(first)) names.add(first);
  } else if (isCall(expr)) {
    namesIn(expr.call, names);
    for (const given of expr.args) namesIn(given, names);
    for (const given of Object.values(expr.named ?? {})) namesIn(given, names);
  } else if (isList(expr)) for (const item of expr.list) namesIn(item, names);
  else if (isObject(expr)) for (const item of Object.values(expr.object)) namesIn(item, names);
  else if ('join' in expr) for (const part of expr.join) namesIn(part, names);
  else if ('of' in expr) namesIn(expr.of, names);
}

/** Assignments to these names inside of functions. */
function bindLocals(
  collector: FactsCollector,
  names: ReadonlySet<string>,
  readParams: ReadParams,
): void {
  const any = anyOf([...names].filter((n) => plainName.test(n)));
  if (any === undefined) return;
  const pattern = new RegExp(
    `^[ \\t]+(${any})\\s*(?:(?::[^=\\n]{0,80})?\\+?=(?!=)|\\.(?:append|extend|insert)\\s*\\()`,
    'gm',
  );
  for (const { node, match } of collector.seeds(pattern)) {
    const statement = statementOf(node);
    const scope = collector.scopeOf(node);
    if (statement === undefined || scope < 0) continue;
    if (/[+(]/.test(match[0].slice(-2))) readAddition(collector, statement, scope);
    else readParams(collector, statement, freeNames(bind(collector, match[1] ?? '', statement)));
  }
}

/** The assignment, or the call, that a name begins. */
function statementOf(node: Node): Node | undefined {
  for (let at: Node | null = node; at !== null; at = at.parent)
    if (at.parent?.type === 'expression_statement') return at;
  return undefined;
}

/** @returns What the name is bound to. */
function bind(collector: FactsCollector, name: string, assignment: Node | undefined): Expr {
  if (assignment?.type !== 'assignment') return null;
  const { bindings } = collector.facts;
  let scope = collector.scopeOf(assignment);
  let bound = name;
  if (name.startsWith('self.')) {
    scope = classAround(collector, assignment);
    bound = name.slice('self.'.length);
  }
  if (scope < 0 || bound === '') return null;
  const right = readPythonExpr(collector, assignment.childForFieldName('right'), 1);
  const value = inLoops(collector, assignment, right);
  const known = bindings.findIndex((b) => b.scope === scope && b.name === bound);
  const before = bindings[known];
  if (before !== undefined) {
    // Read again in another round, or given another value.
    const values = [before.value, ...(before.also ?? [])].map((v) => JSON.stringify(v));
    if (value !== null && !values.includes(JSON.stringify(value)))
      bindings[known] = { ...before, also: [...(before.also ?? []), value] };
    return value;
  }
  bindings.push({ scope, name: bound, value });
  return value;
}

function classAround(collector: FactsCollector, from: Node): number {
  for (let node: Node | null = from; node !== null; node = node.parent)
    if (node.type === 'class_definition') return collector.declared(node) ?? -1;
  return -1;
}
