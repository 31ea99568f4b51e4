import type { SpanNode } from './assembly.ts';
import { messageShape } from './messageShape.ts';
import { readStack } from './stackTraces.ts';
import { readException, type Exceptions, type SeenException } from './exceptions.ts';

/**
 * An exception that travels up is recorded by several spans, as itself or as the cause of what it became: the innermost one keeps it, with the
 * longest stack that any of them saw.
 */
export function recordExceptions(exceptions: Exceptions, nodes: readonly SpanNode[]): void {
  const carried = new Map<SpanNode, Map<string, SeenException>>();
  for (const node of nodes) {
    if (node.span.events.length === 0) continue;
    const seen = exceptionsOf(node);
    if (seen.size > 0) carried.set(node, seen);
  }
  const causes = new Causes();
  const furthest = new Map<SpanNode, SeenException[]>();
  for (const [node, seen] of carried) {
    const found: SeenException[] = [];
    furthest.set(node, found);
    for (const [signature, exception] of seen) {
      let longest = exception;
      for (const became of seen.values())
        if (became !== exception && causes.has(became, signature)) {
          longest = longer(longest, became);
          if (node.cell !== undefined) below(node).add(became.signature);
        }
      for (let up = node.ancestor; up !== undefined; up = up.ancestor) {
        const above = carried.get(up);
        const same = above?.get(signature);
        if (same !== undefined) longest = longer(longest, same);
        for (const became of above?.values() ?? [])
          if (became !== same && causes.has(became, signature)) {
            longest = longer(longest, became);
            if (node.cell !== undefined) below(up).add(became.signature);
          }
        // Parents come first: what is above was looked at for this one already.
        if (up.exceptionsBelow?.has(signature) === true) break;
        below(up).add(signature);
      }
      found.push(longest);
    }
  }
  for (const [node, seen] of furthest) {
    if (!node.failing || node.cell === undefined) continue;
    for (const exception of seen) {
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

const below = (node: SpanNode): Set<string> => (node.exceptionsBelow ??= new Set());

/** The exception itself, with the stack that tells more. */
const longer = (one: SeenException, other: SeenException): SeenException =>
  (other.stack?.length ?? 0) > (one.stack?.length ?? 0) ? { ...one, stack: other.stack } : one;

/** Signatures of what the exceptions of a trace were caused by, as their stacks print it; each is read when first asked for. */
class Causes {
  private readonly read = new Map<SeenException, ReadonlySet<string>>();

  has(exception: SeenException, signature: string): boolean {
    if (exception.stack === undefined || exception.signature === signature) return false;
    let causes = this.read.get(exception);
    if (causes === undefined) {
      causes = new Set(readStack(exception.stack).causes.map(signatureOf));
      this.read.set(exception, causes);
    }
    return causes.has(signature);
  }
}

/** Of `Type: message`. */
function signatureOf(title: string): string {
  const [, type = '', message = ''] = /^([^\s:]+)(?:: (.*))?$/.exec(title) ?? [];
  return `${type}\n${messageShape(message)}`;
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
