import type { SpanTree } from './waterfallTree.ts';

/** Rows to show, top to bottom: the tree's order without what lies below collapsed spans. */
export function visibleRows(tree: SpanTree, collapsed: ReadonlySet<number>): readonly number[] {
  if (collapsed.size === 0) return tree.order;
  const rows: number[] = [];
  for (let at = 0; at < tree.order.length; at++) {
    const index = tree.order[at] ?? 0;
    rows.push(index);
    // In depth-first order everything below a span follows it at once.
    if (collapsed.has(index)) at += tree.nodes[index]?.descendants ?? 0;
  }
  return rows;
}

/** Spans above this one, nearest first. */
export function ancestorsOf(tree: SpanTree, index: number): readonly number[] {
  const found: number[] = [];
  for (let at = tree.nodes[index]?.parent; at !== undefined; at = tree.nodes[at]?.parent)
    found.push(at);
  return found;
}

/** Nanoseconds of a span in which none of its children ran. */
export function selfNanos(tree: SpanTree, index: number): number {
  const node = tree.nodes[index];
  if (node === undefined) return 0;
  const start = node.span.offsetNanos;
  const end = start + Math.max(0, node.span.durationNanos);
  let covered = 0;
  let reached = start;
  // Children come by start, so one pass unites their intervals.
  for (const child of node.children) {
    const span = tree.nodes[child]?.span;
    if (span === undefined) continue;
    const from = Math.max(reached, span.offsetNanos);
    const to = Math.min(end, span.offsetNanos + Math.max(0, span.durationNanos));
    if (to > from) covered += to - from;
    reached = Math.max(reached, to);
  }
  return end - start - covered;
}

/** Finds spans by words in name, service, release, kind, status and attributes (`http.route=/x`); all words must be there. */
export class SpanSearch {
  readonly #tree: SpanTree;
  readonly #texts = new Map<number, string>();

  constructor(tree: SpanTree) {
    this.#tree = tree;
  }

  /** Matches in the order of the tree; none for an empty query. */
  find(query: string): readonly number[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    return this.#tree.order.filter((index) => {
      const text = this.#text(index);
      return words.every((word) => text.includes(word));
    });
  }

  /** Made on first use: a trace that nobody searches costs nothing. */
  #text(index: number): string {
    const known = this.#texts.get(index);
    if (known !== undefined) return known;
    const span = this.#tree.nodes[index]?.span;
    const parts =
      span === undefined
        ? []
        : [
            span.name,
            span.service,
            span.release,
            span.kind,
            span.spanId,
            span.scope,
            span.failed ? 'error failed' : span.status,
            span.statusMessage ?? '',
            ...Object.entries(span.attributes).map(([k, v]) => `${k}=${textOf(v)}`),
            ...span.events.flatMap((event) => [
              event.name,
              ...Object.entries(event.attributes).map(([k, v]) => `${k}=${textOf(v)}`),
            ]),
          ];
    const text = parts.join('\n').toLowerCase();
    this.#texts.set(index, text);
    return text;
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, 2_000) : JSON.stringify(value).slice(0, 2_000);

/** Two letters that tell services apart without colour: `shop-api` → SA, `orders` → OR; a number where taken. */
export function serviceBadges(services: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const badges = new Map<string, string>();
  for (const service of services) {
    const name = service.slice(service.lastIndexOf('/') + 1);
    const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const first = Array.from(words[0] ?? '?');
    const initials =
      words.length > 1 ? `${first[0] ?? ''}${Array.from(words[1] ?? '')[0] ?? ''}` : '';
    const choices = [
      initials,
      first.slice(0, 2).join(''),
      `${first[0] ?? ''}${first.at(-1) ?? ''}`,
    ];
    let badge = choices.map((c) => c.toUpperCase()).find((c) => c !== '' && !taken.has(c));
    for (let n = 2; badge === undefined; n++) {
      const numbered = `${(first[0] ?? '?').toUpperCase()}${n}`;
      if (!taken.has(numbered)) badge = numbered;
    }
    taken.add(badge);
    badges.set(service, badge);
  }
  return badges;
}
