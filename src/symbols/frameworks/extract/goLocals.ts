import type { Node } from 'web-tree-sitter';
import { isName, type CallExpr, type Expr } from '../expression.ts';
import type { BindingFact, Scope } from '../fileFacts.ts';
import { anyOf, callExpr, type FactsCollector } from './collector.ts';
import { readGoExpr } from './goExpr.ts';
import { isNamedType } from './goPackage.ts';

const rounds = 4;
const mostNames = 300;

/** Names that an expression starts from: `h` of `h.list`, `mw` and `h` of `mw(h.list)`. */
export function rootsOf(expr: Expr | undefined, into: Set<string>): void {
  if (typeof expr !== 'object' || expr === null) return;
  if ('name' in expr) into.add(expr.name.split('.')[0] ?? '');
  else if ('of' in expr) rootsOf(expr.of, into);
  else if ('join' in expr) for (const part of expr.join) rootsOf(part, into);
  else if ('list' in expr) for (const item of expr.list) rootsOf(item, into);
  else if ('object' in expr) for (const item of Object.values(expr.object)) rootsOf(item, into);
  else if ('call' in expr) {
    rootsOf(expr.call, into);
    for (const item of [...expr.args, ...Object.values(expr.named ?? {})]) rootsOf(item, into);
  }
}

/** What the functions bind the wanted names to, and what those values are made of in turn. */
export function readLocals(collector: FactsCollector, wanted: ReadonlySet<string>): void {
  const { facts, file } = collector;
  const known = new Set(facts.imports.map((i) => i.local));
  for (const decl of file.functions) known.add(decl.name);
  let names = [...wanted].filter((name) => /^\w+$/.test(name) && !known.has(name));
  const bound = new Set(facts.bindings.map((b) => `${b.scope}|${b.name}|${b.at ?? ''}`));
  for (let round = 0; round < rounds && names.length > 0; round += 1) {
    for (const name of names) known.add(name);
    const any = anyOf(names.slice(0, mostNames)) ?? '';
    const next = new Set<string>();
    const seeds = new RegExp(
      `(?<![\\w.])(${any}(?:\\.\\w+)?)(?:[ \\t]*,[ \\t]*[\\w.]+)*[ \\t]*:?=(?!=)|\\bvar[ \\t]+(${any})[ \\t]+[*\\w]`,
      'g',
    );
    for (const match of file.text.matchAll(seeds)) {
      const written = match[1] ?? match[2] ?? '';
      const at = match.index + match[0].indexOf(written);
      const node = file.root.descendantForIndex(at + written.length - 1);
      const binding = node === null ? undefined : bindingOf(collector, node, written, at);
      if (binding === undefined) continue;
      const mark = `${binding.scope}|${binding.name}|${binding.at ?? ''}`;
      if (bound.has(mark)) continue;
      bound.add(mark);
      facts.bindings.push(binding);
      rootsOf(binding.value, next);
    }
    names = [...next].filter((name) => /^\w+$/.test(name) && !known.has(name));
  }
}

/** The value that `name := …`, `name = …` or `var name T` gives the name. */
function bindingOf(
  collector: FactsCollector,
  leaf: Node,
  name: string,
  at: number,
): BindingFact | undefined {
  let target = leaf;
  if (target.type === 'field_identifier' && target.parent !== null) target = target.parent;
  const list = target.parent;
  const statement = list?.type === 'expression_list' ? list.parent : list;
  if (list == null || statement == null) return undefined;
  const scope = collector.scopeOf(target);
  if (scope < 0) return undefined;
  if (statement.type === 'var_spec') {
    const given = statement.childForFieldName('value')?.namedChildren[0];
    const type = statement.childForFieldName('type')?.text;
    const read = given === undefined ? null : readGoExpr(collector, given);
    const value = read ?? (type !== undefined && isNamedType(type) ? { type } : null);
    return value === null ? undefined : { scope, name, value, at };
  }
  if (statement.type !== 'short_var_declaration' && statement.type !== 'assignment_statement')
    return undefined;
  const right = statement.childForFieldName('right')?.namedChildren ?? [];
  const index = list.namedChildren.findIndex((child) => child.startIndex === target.startIndex);
  // `h, err := New()`: the first result is the value, the others have no use here.
  const given = right.length === 1 && index > 0 ? undefined : right[index];
  if (given === undefined) return undefined;
  const value = readGoExpr(collector, given);
  if (value === null || (isName(value) && value.name === 'nil')) return undefined;
  const assigned = statement.type === 'assignment_statement' ? { assigned: true as const } : {};
  return { scope, name, value, at, ...assigned };
}

/**
 * A name that a function binds twice stands for the value bound last before each use: later ones get a name of their own,
 * `group~2`. Branches and loops are read in the order they are written.
 */
export function separateRebindings(collector: FactsCollector): void {
  const { facts, file } = collector;
  const groups = new Map<string, BindingFact[]>();
  for (const binding of facts.bindings) {
    if (binding.at === undefined || binding.name.includes('.')) continue;
    const key = `${binding.scope}|${binding.name}`;
    const list = groups.get(key);
    if (list) list.push(binding);
    else groups.set(key, [binding]);
  }
  for (const list of groups.values()) {
    if (list.length < 2) continue;
    list.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    const { scope, name } = list[0] ?? { scope: -1, name: '' };
    const places = list.map((b) => b.at ?? 0);
    const seen = (inner: Scope): boolean =>
      inner === scope ||
      (isInside(file.functions[inner]?.range, file.functions[scope]?.range) &&
        !facts.bindings.some((b) => b.scope === inner && b.name === name) &&
        !facts.params.some((p) => p.scope === inner && p.names.includes(name)));
    const renamed = (expr: Expr, at: number): Expr => {
      const version = places.filter((place) => place < at).length;
      return version < 2 ? expr : rename(expr, name, `${name}~${version}`);
    };
    facts.calls = facts.calls.map((fact) =>
      seen(fact.scope) ? { ...fact, call: renamed(fact.call, fact.call.at) as CallExpr } : fact,
    );
    facts.returns = facts.returns.map((fact) =>
      fact.at !== undefined && seen(fact.scope)
        ? { ...fact, value: renamed(fact.value, fact.at) }
        : fact,
    );
    facts.bindings = facts.bindings.map((fact) => {
      if (fact.at === undefined || !seen(fact.scope)) return fact;
      const value = renamed(fact.value, fact.at);
      const own = fact.scope === scope && fact.name === name ? list.indexOf(fact) + 1 : 0;
      return { ...fact, value, ...(own > 1 ? { name: `${name}~${own}` } : {}) };
    });
  }
}

interface Lines {
  readonly start: { readonly line: number };
  readonly end: { readonly line: number };
}
const isInside = (inner: Lines | undefined, outer: Lines | undefined): boolean =>
  inner !== undefined &&
  outer !== undefined &&
  inner.start.line >= outer.start.line &&
  inner.end.line <= outer.end.line;

function rename(expr: Expr, from: string, to: string): Expr {
  const again = (inner: Expr): Expr => rename(inner, from, to);
  if (typeof expr !== 'object' || expr === null) return expr;
  if ('name' in expr)
    return expr.name === from || expr.name.startsWith(`${from}.`)
      ? { name: to + expr.name.slice(from.length) }
      : expr;
  if ('of' in expr) return { ...expr, of: again(expr.of) };
  if ('join' in expr) return { join: expr.join.map(again) };
  if ('list' in expr) return { list: expr.list.map(again) };
  if (!('call' in expr)) return expr;
  const named =
    expr.named &&
    Object.fromEntries(Object.entries(expr.named).map(([key, value]) => [key, again(value)]));
  return {
    ...expr,
    call: again(expr.call),
    args: expr.args.map(again),
    ...(named ? { named } : {}),
  };
}

/** A call with what is called on its result, in order. */
export function chainedOn(collector: FactsCollector, call: Node): readonly CallExpr[] {
  const chained: CallExpr[] = [];
  const { text } = collector.file;
  for (let at = call; /^\s*\./.test(text.slice(at.endIndex, at.endIndex + 80));) {
    const selector = at.parent;
    const outer = selector?.parent;
    if (selector?.type !== 'selector_expression' || outer?.type !== 'call_expression') break;
    const member = selector.childForFieldName('field')?.text ?? '';
    const args = (outer.childForFieldName('arguments')?.namedChildren ?? []).map((a) =>
      readGoExpr(collector, a),
    );
    chained.push(callExpr(outer, { name: member }, args));
    at = outer;
  }
  return chained;
}
