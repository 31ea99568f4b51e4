import type { SpanNode } from './assembly.ts';
import { readException, type Exceptions, type SeenException } from './exceptions.ts';

/**
 * An exception that travels up is recorded by several spans: the innermost one keeps it, with the longest stack that any of them saw.
 */
export function recordExceptions(exceptions: Exceptions, nodes: readonly SpanNode[]): void {
  const carried = new Map<SpanNode, Map<string, SeenException>>();
  for (const node of nodes) {
    if (node.span.events.length === 0) continue;
    const seen = exceptionsOf(node);
    if (seen.size > 0) carried.set(node, seen);
  }
  for (const [node, seen] of carried)
    for (const [signature, exception] of seen) {
      let longest = exception;
      for (let up = node.ancestor; up !== undefined; up = up.ancestor) {
        const above = carried.get(up)?.get(signature);
        if ((above?.stack?.length ?? 0) > (longest.stack?.length ?? 0) && above !== undefined)
          longest = above;
        up.exceptionsBelow ??= new Set();
        // Parents come first: what is above was looked at for this one already.
        if (up.exceptionsBelow.has(signature)) break;
        up.exceptionsBelow.add(signature);
      }
      seen.set(signature, longest);
    }
  for (const [node, seen] of carried) {
    if (!node.failing || node.cell === undefined) continue;
    for (const exception of seen.values()) {
      if (node.exceptionsBelow?.has(exception.signature) === true) continue;
      exceptions.record(exception, {
        operation: node.cell.operation.index,
        path: node.cell.path,
        run: node.cell.lane.run,
        time: node.time,
        weight: node.weight,
        traceId: node.span.traceId,
      });
    }
  }
}

function exceptionsOf(node: SpanNode): Map<string, SeenException> {
  const seen = new Map<string, SeenException>();
  for (const event of node.span.events) {
    const exception = readException(event);
    if (exception !== undefined && !seen.has(exception.signature))
      seen.set(exception.signature, exception);
  }
  return seen;
}
