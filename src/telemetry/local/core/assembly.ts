import type { FrameworkLayer } from '../../../domain/operation.ts';
import type { SpanRecord } from '../model.ts';
import { httpRoute } from './attributes.ts';
import type { Cell } from './cells.ts';
import type { Outcome } from './errors.ts';
import { isEntryKind } from './identity.ts';
import type { OperationEntry } from './operations.ts';
import type { ServiceEntry } from './services.ts';

/** A span in its trace. The fields below `resolved` are set once, when its ancestors are known. */
export interface SpanNode {
  readonly span: SpanRecord;
  readonly service: ServiceEntry;
  /** How many spans like it one counts for; 0: it is only there for those below it. */
  readonly standsFor: number;
  readonly bytes: number;
  readonly arrival: number;
  /** Another span with the same id (client and server may share one). */
  twin: SpanNode | undefined;
  resolved: boolean;
  /** Number of the climb that last passed it, and whether that found an ancestor missing. */
  pass: number;
  blocked: boolean;
  parent: SpanNode | undefined;
  /** Nearest ancestor in the same service, also beyond other services. */
  ancestor: SpanNode | undefined;
  /** Nearest SERVER/CONSUMER span of the service, itself included. */
  entry: SpanNode | undefined;
  operation: OperationEntry | undefined;
  layer: FrameworkLayer | undefined;
  path: number;
  insideCallOut: boolean;
  outcome: Outcome;
  /** It, or an ancestor in the service, failed. */
  failing: boolean;
  cell: Cell | undefined;
  time: number;
  weight: number;
  staged: boolean;
  handled: boolean;
  /** Exceptions that a descendant carries: the same one on its way up isn't another. */
  exceptionsBelow: Set<string> | undefined;
}

export interface Assembly {
  readonly traceId: string;
  readonly byId: Map<string, SpanNode>;
  /** Not resolved yet. */
  pending: SpanNode[];
  /** Spans that have a SERVER child with a route: outer halves of one request (Next.js), never refined. */
  readonly wrapped: Set<string>;
  lastArrival: number;
  /** Arrival of the first span that hasn't been looked at. */
  waitingSince: number;
  bytes: number;
  spans: number;
}

/** So long a span waits at least: the other spans of its batch, and of its neighbours', come meanwhile. */
const patience = 2_000;
/** After this long the trace is over: the rest is counted as it is. */
const over = 10_000;
/** Beyond this the oldest traces are closed before their time. */
const mostSpans = 400_000;

export interface AssemblyEvents {
  resolve(node: SpanNode, assembly: Assembly, parentMissing: boolean): void;
  /** Once per batch of resolved spans of a trace, and once more when it is over. */
  settled(assembly: Assembly, nodes: readonly SpanNode[], closed: boolean): void;
}

/**
 * Holds spans until their ancestors are known: inner spans take their identity from them. A span whose chain of ancestors is complete
 * waits only a moment; one whose parent is missing waits until the trace is over. Spans that come
 * after that find no ancestors and are counted as cut short.
 */
export class Assemblies {
  /** In order of last arrival. */
  private readonly open = new Map<string, Assembly>();
  /** With spans not looked at, in order of the first such one's arrival: a trace that never rests isn't kept waiting. */
  private readonly waiting = new Map<string, Assembly>();
  private spanCount = 0;
  private pass = 0;
  private roundStart = 0;
  bytes = 0;
  cutShort = 0;

  private readonly events: AssemblyEvents;
  private readonly mostBytes: number;

  constructor(events: AssemblyEvents, mostBytes: number) {
    this.events = events;
    this.mostBytes = mostBytes;
  }

  get spans(): number {
    return this.spanCount;
  }

  get traces(): number {
    return this.open.size;
  }

  get full(): boolean {
    return this.bytes > this.mostBytes * 0.9 || this.spanCount > mostSpans * 0.9;
  }

  add(node: SpanNode): void {
    const { traceId, spanId, parentSpanId } = node.span;
    const assembly = this.assemblyOf(traceId, node.arrival);
    const twin = assembly.byId.get(spanId);
    if (twin !== undefined) node.twin = twin;
    assembly.byId.set(spanId, node);
    assembly.pending.push(node);
    assembly.bytes += node.bytes;
    assembly.spans += 1;
    this.bytes += node.bytes;
    this.spanCount += 1;
    if (
      node.span.kind === 'server' &&
      parentSpanId !== '' &&
      httpRoute(node.span.attributes) !== undefined
    )
      assembly.wrapped.add(parentSpanId);
  }

  tick(now: number): void {
    for (const assembly of this.waiting.values()) {
      if (now - assembly.waitingSince < patience) break;
      this.waiting.delete(assembly.traceId);
      this.resolve(assembly, false);
    }
    for (const assembly of this.open.values()) {
      if (now - assembly.lastArrival < over) break;
      this.close(assembly);
    }
    this.relieve();
  }

  /** Closes the oldest traces before their time when too much is open; down to where senders needn't wait any more. */
  relieve(): void {
    if (this.bytes <= this.mostBytes && this.spanCount <= mostSpans) return;
    for (const assembly of this.open.values()) {
      if (this.bytes <= this.mostBytes * 0.8 && this.spanCount <= mostSpans * 0.8) return;
      this.cutShort += 1;
      this.close(assembly);
    }
  }

  settle(): void {
    for (const assembly of this.open.values()) this.close(assembly);
  }

  clear(): void {
    this.open.clear();
    this.waiting.clear();
    this.bytes = 0;
    this.spanCount = 0;
  }

  private assemblyOf(traceId: string, arrival: number): Assembly {
    const known = this.open.get(traceId);
    if (known?.lastArrival === arrival && this.waiting.has(traceId)) return known;
    const assembly: Assembly = known ?? {
      traceId,
      byId: new Map(),
      pending: [],
      wrapped: new Set(),
      lastArrival: arrival,
      waitingSince: arrival,
      bytes: 0,
      spans: 0,
    };
    assembly.lastArrival = Math.max(assembly.lastArrival, arrival);
    // Moved to the end: in order of last arrival.
    this.open.delete(traceId);
    this.open.set(traceId, assembly);
    if (!this.waiting.has(traceId)) {
      assembly.waitingSince = arrival;
      this.waiting.set(traceId, assembly);
    }
    return assembly;
  }

  private close(assembly: Assembly): void {
    this.open.delete(assembly.traceId);
    this.waiting.delete(assembly.traceId);
    this.resolve(assembly, true);
    this.bytes -= assembly.bytes;
    this.spanCount -= assembly.spans;
  }

  private resolve(assembly: Assembly, closing: boolean): void {
    this.roundStart = this.pass;
    const done: SpanNode[] = [];
    const left: SpanNode[] = [];
    const chain: SpanNode[] = [];
    for (const node of assembly.pending) {
      if (node.resolved) continue;
      chain.length = 0;
      // When closing nothing is waited for, and a chain seen to be open must be climbed to its top.
      if (closing) this.roundStart = this.pass;
      const complete = this.climb(assembly, node, chain);
      if (!complete && !closing) {
        left.push(node);
        continue;
      }
      // Parents first: a span takes its identity from above.
      for (let i = chain.length - 1; i >= 0; i -= 1) {
        const next = chain[i];
        if (next === undefined) continue;
        const missing = i === chain.length - 1 && next.parent === undefined && isOrphan(next);
        next.resolved = true;
        this.events.resolve(next, assembly, missing);
        done.push(next);
      }
    }
    assembly.pending = left;
    if (done.length > 0 || closing) this.events.settled(assembly, done, closing);
  }

  /** Collects the unresolved spans from `node` upwards; false when an ancestor is still missing. */
  private climb(assembly: Assembly, node: SpanNode, chain: SpanNode[]): boolean {
    const before = this.pass;
    this.pass += 1;
    let current = node;
    for (;;) {
      chain.push(current);
      current.pass = this.pass;
      current.blocked = false;
      const parent = findParent(assembly, current);
      if (parent === undefined || parent.pass === this.pass) {
        // A circle of parents has no top: it is cut here.
        current.parent = undefined;
        return parent !== undefined || !mayWait(current) || this.block(chain);
      }
      current.parent = parent;
      if (parent.resolved) return true;
      // Found waiting in this round already: everything above it is known to be incomplete.
      if (parent.blocked && parent.pass > this.roundStart && parent.pass <= before)
        return this.block(chain);
      current = parent;
    }
  }

  private block(chain: readonly SpanNode[]): false {
    for (const node of chain) node.blocked = true;
    return false;
  }
}

const isOrphan = (node: SpanNode): boolean =>
  node.span.parentSpanId !== '' && !isEntryKind(node.span.kind);

/**
 * Whether a span without its parent should wait for it. A SERVER span's parent is mostly another service's, of which nothing may
 * ever come; but Next.js' own SERVER span lies inside the one of the HTTP instrumentation.
 */
const mayWait = (node: SpanNode): boolean =>
  node.span.parentSpanId !== '' && (!isEntryKind(node.span.kind) || node.span.scope === 'next.js');

/** Of two spans with the parent's id, the one of the same service; else the server, which is the inner one. */
function findParent(assembly: Assembly, node: SpanNode): SpanNode | undefined {
  const { parentSpanId } = node.span;
  if (parentSpanId === '') return undefined;
  let best: SpanNode | undefined;
  for (let found = assembly.byId.get(parentSpanId); found !== undefined; found = found.twin) {
    if (found === node) continue;
    if (best === undefined || score(found, node) > score(best, node)) best = found;
  }
  return best;
}

const score = (candidate: SpanNode, child: SpanNode): number =>
  (candidate.service === child.service ? 2 : 0) + (candidate.span.kind === 'server' ? 1 : 0);
