import type { Node } from 'web-tree-sitter';
import { withoutInside } from '../../../domain/cutText.ts';
import type { Expr } from '../expression.ts';
import { callExpr, longestList, memberOf, type FactsCollector } from './collector.ts';

/** Lambdas in lambdas, each some levels deep. */
const deepest = 20;

/** Longest chain of calls. */
const longestChain = 400;

/** An expression as far as patterns may look at it. */
export function readJavaExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string_literal':
      return node.text.slice(1, -1);
    case 'identifier':
    case 'this':
      return { name: node.text };
    case 'field_access':
      return memberOf(
        readJavaExpr(collector, node.childForFieldName('object'), depth + 1),
        node.childForFieldName('field')?.text ?? '',
      );
    case 'scoped_identifier':
      return { name: node.text };
    case 'parenthesized_expression':
      return readJavaExpr(collector, node.namedChildren[0] ?? null, depth + 1);
    case 'element_value_array_initializer':
    case 'array_initializer':
      return { list: node.namedChildren.map((n) => readJavaExpr(collector, n, depth + 1)) };
    case 'binary_expression':
      return node.childForFieldName('operator')?.text === '+'
        ? {
            join: ['left', 'right'].map((side) =>
              readJavaExpr(collector, node.childForFieldName(side), depth + 1),
            ),
          }
        : null;
    case 'method_invocation':
      return readInvocation(collector, node, depth);
    case 'object_creation_expression': {
      const type = withoutInside(node.childForFieldName('type')?.text ?? '', '<', '>');
      return callExpr(node, { name: type }, argumentsOf(collector, node, depth));
    }
    case 'method_reference': {
      const [of, name] = [node.namedChildren[0], node.namedChildren.at(-1)];
      const whole = of?.type === 'this' || of?.type.endsWith('identifier');
      return memberOf(
        whole ? { name: of?.text ?? '' } : readJavaExpr(collector, of ?? null, depth + 1),
        name?.text ?? '',
      );
    }
    case 'lambda_expression':
      return readLambda(collector, node, depth);
    default:
      return null;
  }
}

/** Calls in a chain nest to the left, as deep as the chain is long: that is read without counting as depth. */
function readInvocation(collector: FactsCollector, last: Node, depth: number): Expr {
  const chain: Node[] = [];
  let at: Node | null = last;
  while (at?.type === 'method_invocation' && chain.length < longestChain) {
    chain.push(at);
    at = at.childForFieldName('object');
  }
  let receiver: Expr | undefined =
    at === null || at.type === 'method_invocation'
      ? undefined
      : readJavaExpr(collector, at, depth + 1);
  for (const call of chain.reverse()) {
    const name = call.childForFieldName('name');
    const member = name?.text ?? '';
    const callee = receiver === undefined ? { name: member } : memberOf(receiver, member);
    receiver = callExpr(name ?? call, callee, argumentsOf(collector, call, depth));
  }
  return receiver ?? null;
}

const argumentsOf = (collector: FactsCollector, call: Node, depth: number): Expr[] =>
  (call.childForFieldName('arguments')?.namedChildren ?? [])
    .filter((n) => !n.type.endsWith('comment'))
    .slice(0, longestList)
    .map((n) => readJavaExpr(collector, n, depth + 1));

/** A function of the file; else what its body says, one expression after the other. */
function readLambda(collector: FactsCollector, node: Node, depth: number): Expr {
  const declared = collector.declared(node);
  if (declared !== undefined) return { fn: declared };
  const body = node.childForFieldName('body');
  if (body === null) return null;
  if (body.type !== 'block') return { list: [readJavaExpr(collector, body, depth + 1)] };
  const inside = body.namedChildren.filter(
    (n) => n.type === 'expression_statement' || n.type === 'return_statement',
  );
  return {
    list: inside
      .slice(0, longestList)
      .map((n) => readJavaExpr(collector, n.namedChildren[0] ?? null, depth + 1)),
  };
}
