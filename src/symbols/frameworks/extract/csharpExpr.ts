import type { Node } from 'web-tree-sitter';
import { before } from '../../../domain/cutText.ts';
import { builderWordsOf } from '../builderWords.ts';
import type { CallExpr, Expr } from '../expression.ts';
import { deepest, longestList, memberOf, type FactsCollector } from './collector.ts';

const { groups } = builderWordsOf('csharp');
const longestChain = 200;

/** Reads what routes are written with in C#; everything else is `null`. */
export function readCsharpExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string_literal':
      return node.text.slice(1, -1).replace(/\\(["\\])/g, '$1');
    case 'verbatim_string_literal':
      return node.text.slice(2, -1).replace(/""/g, '"');
    case 'raw_string_literal':
      return node.text.replace(/^"+|(?<!")"+$/g, '').trim();
    case 'interpolated_string_expression':
      return readInterpolated(collector, node, depth);
    case 'identifier':
    case 'qualified_name':
      return { name: node.text };
    case 'this':
      return { name: 'this' };
    case 'generic_name':
      return { name: node.firstNamedChild?.text ?? '' };
    case 'member_access_expression':
      return memberOf(
        readCsharpExpr(collector, node.childForFieldName('expression'), depth),
        before(node.childForFieldName('name')?.text ?? '', '<'),
      );
    case 'invocation_expression':
      return readCsharpChain(collector, node, depth);
    case 'lambda_expression': {
      const declared = collector.declared(node);
      return declared === undefined ? null : { fn: declared };
    }
    case 'parenthesized_expression':
    case 'await_expression':
    case 'postfix_unary_expression':
      return readCsharpExpr(collector, node.firstNamedChild, depth + 1);
    case 'cast_expression':
      return readCsharpExpr(collector, node.childForFieldName('value'), depth + 1);
    case 'binary_expression':
      return node.childForFieldName('operator')?.text === '+'
        ? {
            join: ['left', 'right'].map((side) =>
              readCsharpExpr(collector, node.childForFieldName(side), depth + 1),
            ),
          }
        : null;
    case 'implicit_array_creation_expression':
    case 'array_creation_expression':
    case 'initializer_expression':
    case 'collection_expression':
      return readList(collector, node, depth);
    default:
      return null;
  }
}

function readList(collector: FactsCollector, node: Node, depth: number): Expr {
  const items = node.namedChildren.find((child) => child.type === 'initializer_expression') ?? node;
  return {
    list: items.namedChildren
      .slice(0, longestList)
      .map((item) =>
        readCsharpExpr(
          collector,
          item.type === 'expression_element' ? item.firstNamedChild : item,
          depth + 1,
        ),
      ),
  };
}

function readInterpolated(collector: FactsCollector, node: Node, depth: number): Expr {
  return {
    join: node.namedChildren.flatMap((part) => {
      if (part.type === 'string_content')
        return [part.text.replace(/\{\{|\}\}/g, (two) => two.slice(1))];
      if (part.type === 'escape_sequence') return [part.text.slice(0, 1)];
      if (part.type !== 'interpolation') return [];
      const inner = part.namedChildren.find((child) => child.type !== 'interpolation_brace');
      return [readCsharpExpr(collector, inner ?? null, depth + 1)];
    }),
  };
}

/**
 * A chain of calls with only those that give a router of its own: builders give back what they were called on
 * (`app.MapGroup("/x").RequireAuthorization()`).
 */
function readCsharpChain(collector: FactsCollector, node: Node, depth: number): Expr {
  const links: Node[] = [];
  let at: Node = node;
  while (at.type === 'invocation_expression' && links.length < longestChain) {
    const callee: Node | null = at.childForFieldName('function');
    if (callee?.type === 'identifier' && callee.text === 'nameof') break;
    const inner: Node | null =
      callee?.type === 'member_access_expression' ? callee.childForFieldName('expression') : null;
    if (inner?.type !== 'invocation_expression') break;
    links.push(at);
    at = inner;
  }
  let expr: Expr = at.type === 'invocation_expression' ? readRoot(collector, at, depth) : null;
  for (const link of links.reverse()) {
    const name = link.childForFieldName('function')?.childForFieldName('name') ?? null;
    if (name !== null && groups.has(name.text))
      expr = callAt(collector, link, name, memberOf(expr, name.text), depth);
  }
  return expr;
}

/** The first call of a chain. One on a name that isn't kept is that name again: `builder.Build()`. */
function readRoot(collector: FactsCollector, call: Node, depth: number): Expr {
  const callee = call.childForFieldName('function');
  if (callee === null) return null;
  if (callee.text === 'nameof') {
    const [given] = call.childForFieldName('arguments')?.namedChildren ?? [];
    return given?.text.split('.').at(-1) ?? null;
  }
  const name = callee.childForFieldName('name');
  if (name === null)
    return callAt(collector, call, callee, readCsharpExpr(collector, callee), depth);
  const receiver = readCsharpExpr(collector, callee.childForFieldName('expression'), depth);
  return callAt(collector, call, name, memberOf(receiver, before(name.text, '<')), depth);
}

/** A call with its receiver; all calls of a chain start at one place, their names tell them apart. */
export function readCsharpCall(collector: FactsCollector, call: Node, name: Node): CallExpr {
  const access = name.parent?.type === 'generic_name' ? name.parent.parent : name.parent;
  const receiver = readCsharpExpr(collector, access?.childForFieldName('expression') ?? null);
  return callAt(collector, call, name, memberOf(receiver, name.text), 0);
}

export function callAt(
  collector: FactsCollector,
  call: Node,
  at: Node,
  callee: Expr,
  depth: number,
): CallExpr {
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  const given = call.childForFieldName('arguments')?.namedChildren.slice(0, longestList) ?? [];
  for (const argument of given) {
    if (argument.type !== 'argument') continue;
    const label = argument.childForFieldName('name')?.text;
    const value = readCsharpExpr(collector, argument.namedChildren.at(-1) ?? null, depth + 1);
    if (label !== undefined) named[label] = value;
    args.push(value);
  }
  return {
    call: callee,
    args,
    ...(Object.keys(named).length === 0 ? {} : { named }),
    line: at.startPosition.row,
    at: at.startIndex,
  };
}
