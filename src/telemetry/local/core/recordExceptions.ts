import type { SpanNode } from './assembly.ts';
import { readException, type Exceptions, type SeenException } from './exceptions.ts';

/** An exception that travels up is recorded by several spans: the innermost one keeps it. */
export function recordExceptions(exceptions: Exceptions, nodes: readonly SpanNode[]): void {
  for (const node of nodes) {
    if (node.span.events.length === 0) continue;
    for (const seen of exceptionsOf(node))
      for (let up = node.ancestor; up !== undefined; up = up.ancestor) {
        up.exceptionsBelow ??= new Set();
        if (up.exceptionsBelow.has(seen.signature)) break;
        up.exceptionsBelow.add(seen.signature);
      }
  }
  for (const node of nodes) {
    if (node.span.events.length === 0 || !node.failing || node.cell === undefined) continue;
    for (const seen of exceptionsOf(node)) {
      if (node.exceptionsBelow?.has(seen.signature) === true) continue;
      exceptions.record(seen, {
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

function* exceptionsOf(node: SpanNode): Iterable<SeenException> {
  const seen = new Set<string>();
  for (const event of node.span.events) {
    const exception = readException(event);
    if (exception === undefined || seen.has(exception.signature)) continue;
    seen.add(exception.signature);
    yield exception;
  }
}
