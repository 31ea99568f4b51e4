import type { Node } from 'web-tree-sitter';
import { freeNames, isCall, isName, renamed, type Expr } from '../expression.ts';
import type { FactsCollector } from './collector.ts';
import { readPythonExpr } from './pythonExpr.ts';

const deepestLoops = 3;

/**
 * A call inside of loops, with the loops' variables under names of their own: two loops of one function may use one name. What the
 * variables go over is kept as bindings.
 */
export function inLoops<T extends Expr>(collector: FactsCollector, call: Node, expr: T): T {
  const loops = loopsAround(call);
  if (loops.length === 0) return expr;
  let found: Expr = expr;
  const bound: { name: string; value: Expr }[] = [];
  for (const loop of loops) {
    const names = namesOf(loop);
    const used = new Set([found, ...bound.map((b) => b.value)].flatMap((e) => [...freeNames(e)]));
    if (!names.some((name) => used.has(name))) continue;
    const over = `@${loop.startIndex}`;
    const own = (name: string): string => name + over;
    for (const name of names) {
      found = renamed(found, name, own(name));
      for (const [i, b] of bound.entries())
        bound[i] = { ...b, value: renamed(b.value, name, own(name)) };
    }
    bound.push(...bindingsOf(collector, loop, names, over));
  }
  const scope = collector.scopeOf(call);
  const { bindings } = collector.facts;
  for (const { name, value } of bound)
    if (!bindings.some((b) => b.scope === scope && b.name === name))
      bindings.push({ scope, name, value });
  return found as T;
}

/** `for` statements around a node inside of its function, innermost first. */
function loopsAround(node: Node): Node[] {
  const loops: Node[] = [];
  for (let at = node.parent; at !== null && loops.length < deepestLoops; at = at.parent) {
    if (at.type === 'function_definition' || at.type === 'class_definition') break;
    if (at.type === 'for_statement') loops.push(at);
  }
  return loops;
}

function namesOf(loop: Node): readonly string[] {
  const left = loop.childForFieldName('left');
  if (left === null) return [];
  if (left.type === 'identifier') return [left.text];
  return left.namedChildren.map((part) => (part.type === 'identifier' ? part.text : ''));
}

/** Of several variables, each is a part of the element. */
function bindingsOf(
  collector: FactsCollector,
  loop: Node,
  names: readonly string[],
  over: string,
): { name: string; value: Expr }[] {
  const right = readPythonExpr(collector, loop.childForFieldName('right'), 1);
  const counted = isCall(right) && isName(right.call) && right.call.name === 'enumerate';
  if (counted) {
    const [, element] = names;
    const [list = null] = right.args;
    return element === undefined ? [] : [{ name: element + over, value: { each: list } }];
  }
  const each: Expr = { each: pairsOf(right) };
  const [only, second] = names;
  if (second === undefined) return only === undefined ? [] : [{ name: only + over, value: each }];
  return [
    { name: over, value: each },
    ...names.map((name, i) => ({
      name: name + over,
      value: { item: { name: over }, key: String(i) },
    })),
  ];
}

/** `routes.items()` goes over the pairs of an object. */
function pairsOf(expr: Expr): Expr {
  if (!isCall(expr) || !isName(expr.call)) return expr;
  const [, object, member] = /^(.+)\.(items|keys|values)$/.exec(expr.call.name) ?? [];
  if (object === undefined) return expr;
  const name = member === 'items' ? 'entries' : (member ?? '');
  return { ...expr, call: { name: `Object.${name}` }, args: [{ name: object }] };
}
