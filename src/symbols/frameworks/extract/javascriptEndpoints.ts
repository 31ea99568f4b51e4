import type { Node } from 'web-tree-sitter';
import { isCall } from '../expression.ts';
import { callExpr, escapeForPattern } from './collector.ts';
import type { EndpointSyntax } from './endpoints.ts';
import { decoratedBy } from './javascriptDecorator.ts';
import { argumentsOf, readExpr } from './javascriptExpr.ts';

function callOf(name: Node): Node | undefined {
  const callee = name.parent?.type === 'member_expression' ? name.parent : name;
  const call = callee.parent;
  if (call?.type !== 'call_expression' && call?.type !== 'new_expression') return undefined;
  const head = call.childForFieldName(call.type === 'new_expression' ? 'constructor' : 'function');
  return head?.id === callee.id ? call : undefined;
}

export const javascriptEndpoints: EndpointSyntax = {
  family: 'javascript',
  callOf,
  readCall: (collector, call) => {
    const expr = readExpr(collector, call);
    return isCall(expr) ? expr : undefined;
  },
  decorator: (collector, name) => {
    const call = name.parent?.type === 'call_expression' ? name.parent : undefined;
    const decorator = (call ?? name).parent;
    if (decorator?.type !== 'decorator') return undefined;
    const target = decoratedBy(collector, decorator);
    const args = call === undefined ? [] : argumentsOf(collector, call);
    return target === undefined
      ? undefined
      : { target, call: callExpr(call ?? name, { name: name.text }, args) };
  },
  assignment: (name) => `\\b(${escapeForPattern(name)})\\s*(?::[^=;\\n]{0,120})?=(?![=>])`,
  assigned: (collector, name) =>
    name.parent?.type === 'variable_declarator'
      ? readExpr(collector, name.parent.childForFieldName('value'))
      : null,
};
