import type { Node } from 'web-tree-sitter';
import { freeNames, isName, renamed, type CallExpr, type Expr } from '../expression.ts';
import type { BindingFact, Scope } from '../fileFacts.ts';
import { anyOf, callExpr, type FactsCollector } from './collector.ts';
import { readGoExpr } from './goExpr.ts';
import { isNamedType } from './goPackage.ts';

const rounds = 4;
const mostNames = 300;

/** What the functions bind the wanted names to, and what those values are made of in turn. */
export function readLocals(
  collector: FactsCollector,
  wanted: ReadonlySet<string>,
  blocks: Map<number, number>,
): void {
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
      `(?<![\\w.])(${any}(?:\\.\\w+)?)(?=(?:[ \\t]*,[ \\t]*[\\w.]+){0,20}[ \\t]*:?=(?!=))|\\bvar[ \\t]+(${any})[ \\t]+[*\\w]`,
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
      const end = node === null ? undefined : ownBlock(node);
      if (end !== undefined) blocks.set(at, end);
      freeNames(binding.value, next);
    }
    names = [...next].filter((name) => /^\w+$/.test(name) && !known.has(name));
  }
}

const functions = /^(?:func_literal|function_declaration|method_declaration)$/;

/** End of the block around a node, if it isn't a whole function's. */
function ownBlock(node: Node): number | undefined {
  let block: Node | null = node;
  while (block !== null && !/^(?:block|expression_case|default_case)$/.test(block.type))
    block = block.parent;
  return block === null || functions.test(block.parent?.type ?? '') ? undefined : block.endIndex;
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
  if (statement.type === 'range_clause') {
    // `for path, handler := range routes`
    const second = list.namedChildren[1];
    const over = readGoExpr(collector, statement.childForFieldName('right'));
    if (over === null) return undefined;
    const key = second?.startIndex === target.startIndex ? {} : { key: true as const };
    return { scope, name, value: { each: over, loop: statement.startIndex, ...key }, at };
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

/** Where the block ends that a binding stands in, for bindings in a block of their own: what they bind holds in it alone. */
export type Blocks = ReadonlyMap<number, number>;

/** The last binding before a place that holds there. What one branch of several sets, is not what follows the branches. */
function versionAt(list: readonly BindingFact[], blocks: Blocks, at: number): number {
  for (let i = list.length; i > 1; i -= 1) {
    const place = list[i - 1]?.at ?? 0;
    if (place < at && at <= (blocks.get(place) ?? Infinity)) return i;
  }
  return 1;
}

/** What branches give a name that was bound before them: after them, it stands for one of all. */
function givenInBranches(
  list: readonly BindingFact[],
  blocks: Blocks,
): ReadonlyMap<number, readonly Expr[]> {
  const also = new Map<number, Expr[]>();
  for (const [i, { at = 0, assigned, value }] of list.entries()) {
    if (i === 0 || assigned !== true || !blocks.has(at)) continue;
    const before = list[versionAt(list.slice(0, i), blocks, at) - 1]?.at;
    if (before === undefined) continue;
    const known = also.get(before);
    if (known === undefined) also.set(before, [value]);
    else known.push(value);
  }
  return also;
}

/**
 * A name that a function binds twice stands for the value bound last before each use: later ones get a name of their own,
 * `group~2`.
 */
export function separateRebindings(collector: FactsCollector, blocks: Blocks): void {
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
    const inBranches = givenInBranches(list, blocks);
    const seen = (inner: Scope): boolean =>
      inner === scope ||
      (isInside(file.functions[inner]?.range, file.functions[scope]?.range) &&
        !facts.bindings.some((b) => b.scope === inner && b.name === name) &&
        !facts.params.some((p) => p.scope === inner && p.names.includes(name)));
    const versioned = (expr: Expr, at: number): Expr => {
      const version = versionAt(list, blocks, at);
      return version < 2 ? expr : renamed(expr, name, `${name}~${version}`);
    };
    facts.calls = facts.calls.map((fact) =>
      seen(fact.scope) ? { ...fact, call: versioned(fact.call, fact.call.at) as CallExpr } : fact,
    );
    facts.returns = facts.returns.map((fact) =>
      fact.at !== undefined && seen(fact.scope)
        ? { ...fact, value: versioned(fact.value, fact.at) }
        : fact,
    );
    facts.bindings = facts.bindings.map((fact) => {
      if (fact.at === undefined || !seen(fact.scope)) return fact;
      const value = versioned(fact.value, fact.at);
      // The name bound before this one has made copies of these facts: their places stay.
      const isOwn = fact.scope === scope && fact.name === name;
      const own = isOwn ? list.findIndex(({ at }) => at === fact.at) + 1 : 0;
      const also = isOwn ? inBranches.get(fact.at) : undefined;
      return {
        ...fact,
        value,
        ...(also === undefined ? {} : { also }),
        ...(own > 1 ? { name: `${name}~${own}` } : {}),
      };
    });
  }
}

interface Lines {
  readonly start: { readonly line: number };
  readonly end: { readonly line: number };
}
export const isInside = (inner: Lines | undefined, outer: Lines | undefined): boolean =>
  inner !== undefined &&
  outer !== undefined &&
  inner.start.line >= outer.start.line &&
  inner.end.line <= outer.end.line;

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
