import type { Trace, TraceSpan } from '../../domain/trace.ts';

/** What is odd about a span's place in the trace; shown, never repaired in silence. */
export type SpanOddity =
  'missingParent' | 'cycle' | 'duplicateId' | 'startsBeforeParent' | 'endsAfterParent';

/** A span in its place. Nodes are named by their index in `Trace.spans`: span ids may repeat. */
export interface SpanNode {
  readonly index: number;
  readonly span: TraceSpan;
  readonly parent: number | undefined;
  readonly children: readonly number[];
  /** Roots: 0. */
  readonly depth: number;
  /** Spans below, itself not counted. */
  readonly descendants: number;
  /** Failed spans below, itself not counted. */
  readonly failedBelow: number;
  readonly oddities: readonly SpanOddity[];
}

export interface SpanTree {
  /** Same order as `Trace.spans`. */
  readonly nodes: readonly SpanNode[];
  /** By start. */
  readonly roots: readonly number[];
  /** Depth first, siblings by start: the order of the rows. */
  readonly order: readonly number[];
  /** Services by first appearance in `order`. */
  readonly services: readonly string[];
}

const endOf = (span: TraceSpan): number => span.offsetNanos + Math.max(0, span.durationNanos);

const isReceiving = (span: TraceSpan): boolean =>
  span.kind === 'server' || span.kind === 'consumer';

/**
 * The tree of a trace's spans. A span whose parent isn't there is a root of its own; a ring of parents is cut at its earliest
 * span. Of spans that share an id (Zipkin's client and server of one call do) the receiving one is the parent of their
 * children and the child of the other.
 */
export function buildSpanTree(trace: Pick<Trace, 'spans'>): SpanTree {
  const { spans } = trace;
  const oddities = spans.map(() => new Set<SpanOddity>());
  const byId = groupById(spans);
  const parents = spans.map((_, index) => findParent(spans, byId, index, oddities[index]));
  cutCycles(spans, parents, oddities);

  const children = spans.map((): number[] => []);
  const roots: number[] = [];
  for (const [index, parent] of parents.entries())
    (parent === undefined ? roots : children[parent])?.push(index);
  const byStart = (a: number, b: number): number => {
    const [x, y] = [spans[a], spans[b]];
    if (x === undefined || y === undefined) return a - b;
    return x.offsetNanos - y.offsetNanos || y.durationNanos - x.durationNanos || a - b;
  };
  roots.sort(byStart);
  for (const list of children) list.sort(byStart);

  const depth = spans.map(() => 0);
  const order: number[] = [];
  const stack = roots.toReversed();
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    order.push(index);
    const below = children[index] ?? [];
    for (const child of below) depth[child] = (depth[index] ?? 0) + 1;
    // One by one: a spread of thousands of siblings could exceed the engine's argument limit.
    for (let i = below.length - 1; i >= 0; i--) stack.push(below[i] ?? 0);
  }

  const descendants = spans.map(() => 0);
  const failedBelow = spans.map(() => 0);
  for (const index of order.toReversed()) {
    const parent = parents[index];
    if (parent === undefined) continue;
    descendants[parent] = (descendants[parent] ?? 0) + (descendants[index] ?? 0) + 1;
    failedBelow[parent] =
      (failedBelow[parent] ?? 0) + (failedBelow[index] ?? 0) + (spans[index]?.failed ? 1 : 0);
    const [span, above] = [spans[index], spans[parent]];
    if (span === undefined || above === undefined) continue;
    if (span.offsetNanos < above.offsetNanos) oddities[index]?.add('startsBeforeParent');
    if (endOf(span) > endOf(above)) oddities[index]?.add('endsAfterParent');
  }

  const nodes = spans.map((span, index) => ({
    index,
    span,
    parent: parents[index],
    children: children[index] ?? [],
    depth: depth[index] ?? 0,
    descendants: descendants[index] ?? 0,
    failedBelow: failedBelow[index] ?? 0,
    oddities: [...(oddities[index] ?? [])],
  }));
  const services = [...new Set(order.map((index) => spans[index]?.service ?? ''))];
  return { nodes, roots, order, services };
}

function groupById(spans: readonly TraceSpan[]): ReadonlyMap<string, readonly number[]> {
  const byId = new Map<string, number[]>();
  for (const [index, { spanId }] of spans.entries()) {
    const group = byId.get(spanId);
    if (group === undefined) byId.set(spanId, [index]);
    else group.push(index);
  }
  return byId;
}

function findParent(
  spans: readonly TraceSpan[],
  byId: ReadonlyMap<string, readonly number[]>,
  index: number,
  oddities: Set<SpanOddity> | undefined,
): number | undefined {
  const span = spans[index];
  if (span === undefined) return undefined;
  const same = byId.get(span.spanId) ?? [];
  if (same.length > 1) {
    const caller = same.find((other) => {
      const kind = spans[other]?.kind;
      return other !== index && (kind === 'client' || kind === 'producer');
    });
    if (isReceiving(span) && caller !== undefined) return caller;
    if (same[0] !== index && caller !== index) oddities?.add('duplicateId');
  }
  if (span.parentSpanId === undefined || span.parentSpanId === '') return undefined;
  const candidates = (byId.get(span.parentSpanId) ?? []).filter((other) => other !== index);
  const parent =
    candidates.find((other) => {
      const above = spans[other];
      return above !== undefined && isReceiving(above) && above.service === span.service;
    }) ?? candidates[0];
  if (parent === undefined) oddities?.add('missingParent');
  return parent;
}

/** Walks up from every span once; a walk that meets itself has found a ring. */
function cutCycles(
  spans: readonly TraceSpan[],
  parents: (number | undefined)[],
  oddities: readonly Set<SpanOddity>[],
): void {
  const walkOf = spans.map(() => -1);
  for (const start of spans.keys()) {
    let at: number | undefined = start;
    while (at !== undefined && walkOf[at] === -1) {
      walkOf[at] = start;
      at = parents[at];
    }
    if (at === undefined || walkOf[at] !== start) continue;
    let earliest = at;
    for (let next = parents[at]; next !== undefined && next !== at; next = parents[next])
      if ((spans[next]?.offsetNanos ?? 0) < (spans[earliest]?.offsetNanos ?? 0)) earliest = next;
    parents[earliest] = undefined;
    oddities[earliest]?.add('cycle');
  }
}
