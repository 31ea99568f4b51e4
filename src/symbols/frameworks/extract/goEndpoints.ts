import type { Node } from 'web-tree-sitter';
import { isCall } from '../expression.ts';
import type { FactsCollector } from './collector.ts';
import type { EndpointSyntax } from './endpoints.ts';
import { readGoCall } from './goExpr.ts';
import { readLocals } from './goLocals.ts';
import type { GoSignature } from './goSignature.ts';

function callOf(name: Node): Node | undefined {
  const callee = name.parent?.type === 'selector_expression' ? name.parent : name;
  const call = callee.parent;
  return call?.type === 'call_expression' && call.childForFieldName('function')?.id === callee.id
    ? call
    : undefined;
}

export const goEndpoints = (signatures: ReadonlyMap<number, GoSignature>): EndpointSyntax => ({
  family: 'go',
  callOf,
  readCall: (collector, call) => {
    const expr = readGoCall(collector, call);
    return isCall(expr) ? expr : undefined;
  },
  bindLocals: (collector, names) => {
    readLocals(collector, names, new Map());
    readParameters(collector, signatures);
  },
});

/** Types of what the functions around registrations are given. */
function readParameters(
  collector: FactsCollector,
  signatures: ReadonlyMap<number, GoSignature>,
): void {
  const { params, registrations } = collector.facts;
  for (const scope of new Set(registrations.map((r) => r.scope))) {
    const signature = signatures.get(scope);
    if (signature === undefined || params.some((p) => p.scope === scope)) continue;
    params.push({
      scope,
      names: signature.params.map((p) => p.name),
      types: signature.params.map((p) => p.type),
      ...(signature.receiver === undefined ? {} : { receiver: signature.receiver }),
    });
  }
}
