import type { Node } from 'web-tree-sitter';
import type { CallExpr } from '../expression.ts';
import { callExpr, type FactsCollector } from './collector.ts';
import type { EndpointSyntax } from './endpoints.ts';
import { argumentsOf } from './kotlinExpr.ts';

/** The annotation that a name in it belongs to, as a call of it, and what carries it. */
export function kotlinAnnotation(
  collector: FactsCollector,
  seed: Node,
): { readonly target: number; readonly call: CallExpr } | undefined {
  let annotation: Node | null = seed.parent;
  while (annotation !== null && annotation.type !== 'annotation') {
    if (!['user_type', 'constructor_invocation'].includes(annotation.type)) return undefined;
    annotation = annotation.parent;
  }
  const owner = annotation?.parent?.type === 'modifiers' ? annotation.parent.parent : null;
  const target = owner === null ? undefined : collector.declared(owner);
  if (annotation === null || target === undefined) return undefined;
  const invocation = annotation.namedChildren.find((n) => n.type === 'constructor_invocation');
  const type = (invocation ?? annotation).namedChildren.find((n) => n.type === 'user_type');
  const { args, named } =
    invocation === undefined ? { args: [], named: {} } : argumentsOf(collector, invocation);
  return { target, call: callExpr(annotation, { name: type?.text ?? seed.text }, args, named) };
}

/** Listeners are annotated; calls that register something are read in Java only. */
export const kotlinEndpoints: EndpointSyntax = {
  family: 'java',
  callOf: () => undefined,
  readCall: () => undefined,
  decorator: kotlinAnnotation,
  bindLocals: () => undefined,
};
