import type { TraceSpan } from '../../domain/trace.ts';
import type { SpanTree } from './waterfallTree.ts';

/** A stretch of time in which this span itself, none of those below, held up the trace. Nanoseconds from the trace's start. */
export interface CriticalSegment {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

export interface CriticalPath {
  readonly root: number;
  /** In order of time. */
  readonly segments: readonly CriticalSegment[];
  /** Nanoseconds on the path by span, for spans on it. */
  readonly share: ReadonlyMap<number, number>;
}

interface Interval {
  readonly from: number;
  readonly to: number;
  /** How far the span was moved against its recorded times. */
  readonly shift: number;
}

/**
 * What the caller of the trace's first span waited for: walking back from that span's end, always the child that ended last
 * before; where none was running, the span itself. The lengths of the segments add up to the root's duration.
 *
 * - A span that outlives its parent wasn't waited for by the parent, but maybe by one further up: it counts as a child of the
 *   nearest ancestor that ended after it. (Express ends a handler's span before the handler's calls.) One that outlives every
 *   ancestor runs apart and is not on the path, neither are consumers of messages: nobody waits for them.
 * - Clocks of services differ: a server span that doesn't lie within its client's call is moved into it, as the call surrounds
 *   it by nature; one that is longer than the call is cut to it (the caller gave up).
 */
export function criticalPath(tree: SpanTree): CriticalPath | undefined {
  const root = mainRoot(tree);
  if (root === undefined) return undefined;
  const inside = subtree(tree, root);
  const intervals = placed(tree, inside);
  const waitedFor = effectiveChildren(tree, inside, intervals);
  const segments: CriticalSegment[] = [];
  const share = new Map<number, number>();
  const add = (index: number, from: number, to: number): void => {
    if (to <= from) return;
    const shift = intervals.get(index)?.shift ?? 0;
    segments.push({ index, from: from - shift, to: to - shift });
    share.set(index, (share.get(index) ?? 0) + to - from);
  };

  // Each step: the span, the moment reached walking back, the lower bound, the next child to try. No recursion: traces can be deep.
  const start = intervals.get(root);
  if (start === undefined) return undefined;
  const stack = [{ index: root, cursor: start.to, floor: start.from, next: 0 }];
  while (stack.length > 0) {
    const step = stack.at(-1);
    if (step === undefined) break;
    const children = waitedFor.get(step.index) ?? [];
    const child = children[step.next];
    const at = child === undefined ? undefined : intervals.get(child);
    if (child === undefined || at === undefined || step.cursor <= step.floor) {
      add(step.index, step.floor, step.cursor);
      stack.pop();
      continue;
    }
    step.next++;
    // Still running at that moment: something that ended later was waited for instead.
    if (at.to > step.cursor || at.to <= step.floor) continue;
    add(step.index, at.to, step.cursor);
    const floor = Math.max(at.from, step.floor);
    step.cursor = floor;
    stack.push({ index: child, cursor: at.to, floor, next: 0 });
  }
  segments.sort((a, b) => a.from - b.from);
  return { root, segments, share };
}

/** The earliest span that has no parent by its own account; the longest one where every root lost its parent. */
function mainRoot(tree: SpanTree): number | undefined {
  const length = (index: number): number => tree.nodes[index]?.span.durationNanos ?? 0;
  const true_ = tree.roots.find(
    (index) => tree.nodes[index]?.oddities.includes('missingParent') === false,
  );
  return true_ ?? tree.roots.toSorted((a, b) => length(b) - length(a))[0];
}

/** Parents before children. */
function subtree(tree: SpanTree, root: number): readonly number[] {
  const found = [root];
  for (const index of found)
    for (const child of tree.nodes[index]?.children ?? []) found.push(child);
  return found;
}

function placed(tree: SpanTree, inside: readonly number[]): ReadonlyMap<number, Interval> {
  const intervals = new Map<number, Interval>();
  for (const index of inside) {
    const node = tree.nodes[index];
    if (node === undefined) continue;
    const above = node.parent === undefined ? undefined : tree.nodes[node.parent];
    const around = above === undefined ? undefined : intervals.get(above.index);
    const length = Math.max(0, node.span.durationNanos);
    // Spans of one service share its clock: they move along with the span that was moved.
    const inherited = above?.span.service === node.span.service ? (around?.shift ?? 0) : 0;
    let from = node.span.offsetNanos + inherited;
    let to = from + length;
    if (above !== undefined && around !== undefined && isCall(above.span, node.span)) {
      const room = around.to - around.from;
      if (length > room) {
        // Longer than the call: which part of it the caller saw can't be known; the whole call was spent on it.
        ({ from, to } = around);
      } else if (from < around.from || to > around.to) {
        from = around.from + (room - length) / 2;
        to = from + length;
      }
    }
    intervals.set(index, { from, to, shift: from - node.span.offsetNanos });
  }
  return intervals;
}

const isCall = (caller: TraceSpan, callee: TraceSpan): boolean =>
  callee.kind === 'server' && caller.kind === 'client';

/** By the ancestor that may have waited for them; the one that ended last first. */
function effectiveChildren(
  tree: SpanTree,
  inside: readonly number[],
  intervals: ReadonlyMap<number, Interval>,
): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  const apart = new Set<number>();
  for (const index of inside.slice(1)) {
    const node = tree.nodes[index];
    const own = intervals.get(index);
    if (node === undefined || own === undefined) continue;
    let ancestor = node.parent;
    if (node.span.kind === 'consumer' || (ancestor !== undefined && apart.has(ancestor))) {
      apart.add(index);
      continue;
    }
    while (ancestor !== undefined && (intervals.get(ancestor)?.to ?? -Infinity) < own.to)
      ancestor = tree.nodes[ancestor]?.parent;
    if (ancestor === undefined || !intervals.has(ancestor)) continue;
    const list = children.get(ancestor);
    if (list === undefined) children.set(ancestor, [index]);
    else list.push(index);
  }
  const at = (index: number): Interval => intervals.get(index) ?? { from: 0, to: 0, shift: 0 };
  for (const list of children.values())
    list.sort((a, b) => at(b).to - at(a).to || at(b).from - at(a).from);
  return children;
}
