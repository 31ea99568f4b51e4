import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import { callExpr, longestList, memberOf, type FactsCollector } from './collector.ts';

/** Blocks in blocks, each some levels deep. */
const deepest = 20;

/** Longest chain of calls; they nest to the left, as deep as the chain is long. */
const longestChain = 200;

/** An expression as far as patterns may look at it. */
export function readKotlinExpr(
  collector: FactsCollector,
  node: Node | null,
  depth = 0,
  chain = 0,
): Expr {
  if (node === null || depth > deepest || chain > longestChain) return null;
  const inner = (child: Node | null | undefined): Expr =>
    readKotlinExpr(collector, child ?? null, depth + 1);
  const [first] = node.namedChildren;
  switch (node.type) {
    case 'string_literal':
      return readString(node.text);
    case 'identifier':
    case 'this_expression':
      return { name: node.text };
    case 'navigation_expression': {
      const receiver = readKotlinExpr(collector, first ?? null, depth, chain + 1);
      return memberOf(receiver, node.namedChildren.at(-1)?.text ?? '');
    }
    case 'callable_reference':
      return { name: node.text.replace(/^::/, '').replaceAll('::', '.') };
    case 'parenthesized_expression':
      return inner(first);
    case 'collection_literal':
      return { list: node.namedChildren.slice(0, longestList).map(inner) };
    case 'binary_expression':
      return node.children.some((n) => n.type === '+')
        ? { join: [inner(node.childForFieldName('left')), inner(node.childForFieldName('right'))] }
        : null;
    case 'call_expression':
      return readCall(collector, node, depth, chain);
    case 'annotated_lambda':
      return inner(node.namedChildren.find((n) => n.type === 'lambda_literal'));
    case 'lambda_literal': {
      const declared = collector.declared(node);
      if (declared !== undefined) return { fn: declared };
      return { list: node.namedChildren.slice(0, longestList).map(inner) };
    }
    default:
      return null;
  }
}

/** A lambda behind the parentheses is the last argument: `GET("/x") { … }`. */
function readCall(collector: FactsCollector, node: Node, depth: number, chain: number): Expr {
  const [callee] = node.namedChildren;
  const lambda = node.namedChildren.find((n) => n.type === 'annotated_lambda');
  const trailing = lambda === undefined ? [] : [readKotlinExpr(collector, lambda, depth + 1)];
  if (callee?.type === 'call_expression' && lambda !== undefined) {
    const call = readKotlinExpr(collector, callee, depth, chain + 1);
    return typeof call === 'object' && call !== null && 'call' in call
      ? { ...call, args: [...call.args, ...trailing] }
      : null;
  }
  const { args, named } = argumentsOf(collector, node, depth);
  const called = readKotlinExpr(collector, callee ?? null, depth, chain + 1);
  if (typeof called === 'object' && called !== null && 'name' in called && makesList(called.name))
    return { list: args };
  return callExpr(callee ?? node, called, [...args, ...trailing], named);
}

const makesList = (name: string): boolean => /^(?:arrayOf|listOf)$/.test(name);

/** Positional and named arguments of a call or an annotation. */
export function argumentsOf(
  collector: FactsCollector,
  call: Node,
  depth = 0,
): { readonly args: Expr[]; readonly named: Record<string, Expr> } {
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  const list = call.namedChildren.find((n) => n.type === 'value_arguments')?.namedChildren ?? [];
  for (const argument of list.slice(0, longestList)) {
    if (argument.type !== 'value_argument') continue;
    const value = readKotlinExpr(collector, argument.namedChildren.at(-1) ?? null, depth + 1);
    const [key] = argument.namedChildren;
    if (key !== undefined && argument.children.some((n) => n.type === '=')) named[key.text] = value;
    else args.push(value);
  }
  return { args, named };
}

/** A longer expression in a string is none that patterns look at. */
const inString = /\\(.)|\$\{([^}]{0,200})\}|\$\{|\$([A-Za-z_]\w*)|[^\\$]+|[\\$]/gs;

/** `"$BASE/x"` and `"${Paths.BASE}/x"` join texts; a dollar that is escaped is one. */
function readString(literal: string): Expr {
  const raw = literal.startsWith('"""');
  const text = raw ? literal.slice(3, -3) : literal.slice(1, -1);
  const parts: Expr[] = [];
  let plain = '';
  for (const match of text.matchAll(inString)) {
    const [whole, escaped, expression, name] = match;
    if (escaped !== undefined && !raw) plain += escaped;
    else if (expression === undefined && name === undefined && whole !== '${') plain += whole;
    else {
      if (plain !== '') parts.push(plain);
      plain = '';
      const dotted = (name ?? expression ?? '').trim();
      parts.push(/^[\w.]+$/.test(dotted) ? { name: dotted } : null);
    }
  }
  if (parts.length === 0) return plain;
  return { join: plain === '' ? parts : [...parts, plain] };
}
