import type { SpanRecord } from '../model.ts';
import type { SpanNode } from './assembly.ts';
import { spanBytes } from './byteCount.ts';
import { rootPath } from './paths.ts';
import type { ServiceEntry } from './services.ts';

/** Ancestors looked through for one of the same service; deeper chains of other services are cut. */
const mostHops = 256;

export function newNode(
  span: SpanRecord,
  service: ServiceEntry,
  arrival: number,
  standsFor = 1,
): SpanNode {
  return {
    span,
    service,
    standsFor,
    bytes: spanBytes(span),
    arrival,
    twin: undefined,
    resolved: false,
    pass: 0,
    blocked: false,
    parent: undefined,
    ancestor: undefined,
    entry: undefined,
    operation: undefined,
    layer: undefined,
    path: rootPath,
    insideCallOut: false,
    outcome: 'ok',
    failing: false,
    cell: undefined,
    time: arrival,
    weight: 1,
    staged: false,
    handled: false,
    exceptionsBelow: undefined,
  };
}

export function sameServiceAncestor(node: SpanNode): SpanNode | undefined {
  let up = node.parent;
  for (let hops = 0; up !== undefined && hops < mostHops; hops += 1) {
    if (up.service === node.service) return up;
    up = up.parent;
  }
  return undefined;
}

/** `Controller.callback` of the parent span, for inner spans that name only the callback. */
export function parentOwner(node: SpanNode): string | undefined {
  const { parent } = node;
  if (parent?.service !== node.service) return undefined;
  const { layer } = parent;
  if (layer?.controller === undefined || layer.callback === undefined) return undefined;
  return `${layer.controller}.${layer.callback}`;
}
