import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import { callExpr, memberOf, type FactsCollector } from './collector.ts';

/** Lists of routes are long, and nested in each other. */
const longestList = 500;
const deepest = 16;
const largestObject = 50;

/** Reads what routes are written with in Python; everything else is `null`. */
export function readPythonExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string':
      return readString(collector, node, depth);
    case 'concatenated_string':
      return { join: node.namedChildren.map((n) => readPythonExpr(collector, n, depth + 1)) };
    case 'identifier':
    case 'true':
    case 'false':
    case 'none':
      return { name: node.text };
    case 'attribute':
      return memberOf(
        readPythonExpr(collector, node.childForFieldName('object'), depth + 1),
        node.childForFieldName('attribute')?.text ?? '',
      );
    case 'call':
      return readPythonCall(collector, node, depth);
    case 'parenthesized_expression':
    case 'await':
      return readPythonExpr(collector, node.namedChildren[0] ?? null, depth + 1);
    case 'list':
    case 'tuple':
    case 'set':
      return readList(collector, node, depth);
    case 'dictionary':
      return depth === 0 && !hasPaths(node) ? null : readObject(collector, node, depth);
    case 'binary_operator':
      return node.childForFieldName('operator')?.text === '+'
        ? {
            join: ['left', 'right'].map((side) =>
              readPythonExpr(collector, node.childForFieldName(side), depth + 1),
            ),
          }
        : null;
    default:
      return null;
  }
}

export function readPythonCall(collector: FactsCollector, node: Node, depth = 0): Expr {
  const callee = readPythonExpr(collector, node.childForFieldName('function'), depth + 1);
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  for (const given of node.childForFieldName('arguments')?.namedChildren.slice(0, longestList) ??
    []) {
    if (given.type === 'comment') continue;
    if (given.type === 'keyword_argument') {
      const name = given.childForFieldName('name')?.text;
      if (name !== undefined)
        named[name] = readPythonExpr(collector, given.childForFieldName('value'), depth + 1);
    } else if (given.type === 'dictionary_splat')
      named['**'] = readPythonExpr(collector, given.namedChildren[0] ?? null, depth + 1);
    else args.push(readPythonExpr(collector, given, depth + 1));
  }
  return callExpr(node, callee, args, named);
}

function readString(collector: FactsCollector, node: Node, depth: number): Expr {
  const interpolations = node.namedChildren.filter((n) => n.type === 'interpolation');
  const { text, startIndex } = node;
  const quote = /^[a-zA-Z]*("""|'''|"|')/.exec(text);
  if (quote === null) return null;
  const open = quote[0].length;
  const close = text.length - (quote[1]?.length ?? 1);
  if (interpolations.length === 0) return text.slice(open, close);
  const parts: Expr[] = [];
  let at = open;
  for (const part of interpolations) {
    if (part.startIndex - startIndex > at) parts.push(text.slice(at, part.startIndex - startIndex));
    const value = part.childForFieldName('expression') ?? part.namedChildren[0] ?? null;
    parts.push(readPythonExpr(collector, value, depth + 1));
    at = part.endIndex - startIndex;
  }
  if (close > at) parts.push(text.slice(at, close));
  return { join: parts };
}

/** `[a, *others, b]` is a join of lists. */
function readList(collector: FactsCollector, node: Node, depth: number): Expr {
  const parts: Expr[] = [];
  let list: Expr[] = [];
  for (const item of node.namedChildren.slice(0, longestList)) {
    if (item.type === 'comment') continue;
    if (item.type !== 'list_splat') {
      list.push(readPythonExpr(collector, item, depth + 1));
      continue;
    }
    if (list.length > 0) parts.push({ list });
    list = [];
    parts.push(readPythonExpr(collector, item.namedChildren[0] ?? null, depth + 1));
  }
  if (parts.length === 0) return { list };
  return { join: list.length > 0 ? [...parts, { list }] : parts };
}

/** `{"/users": users}` */
const hasPaths = (node: Node): boolean =>
  /^['"]\//.test(node.namedChildren[0]?.childForFieldName('key')?.text ?? '');

/** Dictionaries with texts as keys; at the top of an assignment they are settings, not routes, unless the keys are paths. */
function readObject(collector: FactsCollector, node: Node, depth: number): Expr {
  const object: Record<string, Expr> = {};
  for (const pair of node.namedChildren.slice(0, largestObject)) {
    const key = pair.type === 'pair' ? pair.childForFieldName('key') : null;
    const name = key?.type === 'string' ? readPythonExpr(collector, key) : undefined;
    if (typeof name === 'string')
      object[name] = readPythonExpr(collector, pair.childForFieldName('value'), depth + 1);
  }
  return { object };
}
