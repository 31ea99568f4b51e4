import type { Node } from 'web-tree-sitter';
import { builderWordsOf } from '../builderWords.ts';
import type { CallExpr, Expr } from '../expression.ts';
import { deepest, longestList, memberOf, type FactsCollector } from './collector.ts';

const { groups, chain } = builderWordsOf('rust');
const longestChain = 400;

/** One call of a chain `root.a(…).b(…)`. */
export interface Link {
  readonly call: Node;
  readonly name: Node;
}

/** Calls of the chain that ends with `node`, in order, and what they start from. */
export function chainOf(node: Node): { readonly root: Node; readonly links: readonly Link[] } {
  const links: Link[] = [];
  let at: Node = node;
  while (links.length < longestChain) {
    if (at.type === 'call_expression') {
      const callee = calleeOf(at);
      if (callee?.type !== 'field_expression') break;
      const name = callee.childForFieldName('field');
      const value = callee.childForFieldName('value');
      if (name === null || value === null) break;
      links.push({ call: at, name });
      at = value;
    } else if (/^(?:await|try|parenthesized|reference)_expression$/.test(at.type)) {
      const inner = at.childForFieldName('value') ?? at.firstNamedChild;
      if (inner === null) break;
      at = inner;
    } else break;
  }
  return { root: at, links: links.reverse() };
}

/** `f`, `f::<T>`. */
function calleeOf(call: Node): Node | null {
  const callee = call.childForFieldName('function');
  return callee?.type === 'generic_function' ? callee.childForFieldName('function') : callee;
}

/** Reads what routes are written with in Rust; everything else is `null`. */
export function readRustExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string_literal':
      return unescaped(node.text.slice(1, -1));
    case 'raw_string_literal':
      return /^r(#*)"([^]*)"\1$/.exec(node.text)?.[2] ?? null;
    case 'identifier':
    case 'self':
    case 'scoped_identifier':
      return readPath(node.text);
    case 'generic_function':
      return readRustExpr(collector, node.childForFieldName('function'), depth);
    case 'field_expression':
      return memberOf(
        readRustExpr(collector, node.childForFieldName('value'), depth + 1),
        node.childForFieldName('field')?.text ?? '',
      );
    case 'call_expression':
    case 'await_expression':
    case 'try_expression':
    case 'parenthesized_expression':
    case 'reference_expression':
      return readRustChain(collector, node, (member) => chain.has(member), depth);
    case 'array_expression':
    case 'tuple_expression':
      return {
        list: node.namedChildren
          .slice(0, longestList)
          .map((n) => readRustExpr(collector, n, depth + 1)),
      };
    case 'closure_expression': {
      const declared = collector.declared(node);
      return declared === undefined ? null : { fn: declared };
    }
    case 'macro_invocation':
      return readMacro(node);
    default:
      return null;
  }
}

/**
 * A chain with only the calls that `keep` names: the others give back what they were called on, as builders do. The length of a chain
 * costs no depth.
 */
export function readRustChain(
  collector: FactsCollector,
  node: Node,
  keep: (member: string) => boolean,
  depth = 0,
): Expr {
  const { root, links } = chainOf(node);
  let expr: Expr;
  if (root.type === 'call_expression') {
    const callee = root.childForFieldName('function');
    if (callee?.type === 'field_expression') return null;
    expr = callAt(collector, root, root, readRustExpr(collector, callee, depth + 1), depth);
  } else if (root === node && links.length === 0) return null;
  else expr = readRustExpr(collector, root, depth + 1);
  for (const { call, name } of links)
    if (keep(name.text) || groups.has(name.text))
      expr = callAt(collector, call, name, memberOf(expr, name.text), depth);
  return expr;
}

/** The last call of a chain, on a receiver that keeps only groups. */
export function readRustCall(collector: FactsCollector, { call, name }: Link): CallExpr {
  const value = name.parent?.childForFieldName('value') ?? null;
  const receiver =
    value === null
      ? null
      : /call|await|try|parenthesized|reference/.test(value.type)
        ? readRustChain(collector, value, () => false)
        : readRustExpr(collector, value);
  return callAt(collector, call, name, memberOf(receiver, name.text), 0);
}

/** All calls of a chain start at one place: their names tell them apart. */
function callAt(
  collector: FactsCollector,
  call: Node,
  at: Node,
  callee: Expr,
  depth: number,
): CallExpr {
  const given = call.childForFieldName('arguments')?.namedChildren.slice(0, longestList) ?? [];
  const args = given
    .filter((n) => !n.type.endsWith('comment'))
    .map((n) => readRustExpr(collector, n, depth + 1));
  return { call: callee, args, line: at.startPosition.row, at: at.startIndex };
}

/** What a string literal says of backslashes and quotes. */
export const unescaped = (text: string): string => text.replace(/\\(["\\])/g, '$1');

/** `a::b::<T>::c` → `a.b.c`; paths from the crate or the module name a file. */
export function readPath(text: string): Expr {
  const parts = text
    .replace(/::<(?:[^<>]|<[^<>]*>)*>/g, '')
    .replace(/\s/g, '')
    .split('::');
  const [first] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return { name: last };
  if (first === 'crate' || first === 'super' || first === 'self')
    return { of: { module: parts.slice(0, -1).join('::') }, member: last };
  return { name: parts.filter((part) => part !== '').join('.') };
}

/** `concat!("/a", B)` and `format!("{A}/b/{}", C)` as far as their parts are names and strings. */
function readMacro(node: Node): Expr {
  const name = node.childForFieldName('macro')?.text;
  const inside = /^\w+!\s*[([{]([^]*)[)\]}]$/.exec(node.text)?.[1];
  if (inside === undefined) return null;
  if (name === 'concat') return { join: inside.split(',').map(readToken) };
  if (name !== 'format') return null;
  const [template, ...given] = inside.split(',').map(readToken);
  if (typeof template !== 'string') return null;
  const parts: Expr[] = [];
  let next = 0;
  let end = 0;
  for (const match of template.matchAll(/\{\{|\}\}|\{(\w*)\}/g)) {
    parts.push(template.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[1] === undefined) parts.push(match[0].slice(1));
    else parts.push(match[1] === '' ? (given[next++] ?? null) : { name: match[1] });
  }
  parts.push(template.slice(end));
  return { join: parts };
}

function readToken(text: string): Expr {
  const token = text.trim();
  if (/^"[^"\\]*"$/.test(token)) return token.slice(1, -1);
  return /^[\w:]+$/.test(token) ? readPath(token) : null;
}
