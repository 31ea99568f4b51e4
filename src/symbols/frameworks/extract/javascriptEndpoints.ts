import type { Node } from 'web-tree-sitter';
import { isCall, isName, isObject, type Expr } from '../expression.ts';
import { callExpr, escapeForPattern, type FactsCollector } from './collector.ts';
import { bindAssigned, type EndpointSyntax } from './endpoints.ts';
import { decoratedBy } from './javascriptDecorator.ts';
import { argumentsOf, readExpr } from './javascriptExpr.ts';

function callOf(name: Node): Node | undefined {
  const callee = name.parent?.type === 'member_expression' ? name.parent : name;
  const call = callee.parent;
  if (call?.type !== 'call_expression' && call?.type !== 'new_expression') return undefined;
  const head = call.childForFieldName(call.type === 'new_expression' ? 'constructor' : 'function');
  return head?.id === callee.id ? call : undefined;
}

const assignment = (name: string): string =>
  `\\b(${escapeForPattern(name)})\\s*(?::[^=;\\n]{0,120})?=(?![=>])`;

const assigned = (collector: FactsCollector, name: Node): Expr =>
  name.parent?.type === 'variable_declarator'
    ? readExpr(collector, name.parent.childForFieldName('value'))
    : null;

/** Parameters that handlers of calls have, by name or by type. */
const handlesCalls =
  /\(\s*_?call\s*[,:)]|\bServer(?:Unary|Writable|Readable|Duplex)|ServiceImplementation\b/;

/** Functions that make what registrations are given: `return { getCart(call, callback) {…} }`. */
export function readFactories(collector: FactsCollector): void {
  if (!handlesCalls.test(collector.file.text)) return;
  for (const { node } of collector.seeds(/(?:\breturn\s*|=>\s*\(\s*)(\{)/g)) {
    const object = node.parent;
    const scope = collector.scopeOf(node);
    if (object?.type !== 'object' || scope < 0) continue;
    const value = readExpr(collector, object);
    if (!isObject(value) || collector.facts.returns.some((r) => r.scope === scope)) continue;
    collector.facts.returns.push({ scope, value });
    const names = Object.values(value.object).flatMap((v) => (isName(v) ? [v.name] : []));
    bindAssigned(collector, new Set(names), assignment, assigned);
  }
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
  bindLocals: (collector, names) => {
    bindAssigned(collector, names, assignment, assigned);
  },
};
