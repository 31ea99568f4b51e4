import type { Trace } from '../../domain/trace.ts';
import type { CriticalPath } from '../../presentation/viewModels/criticalPath.ts';
import { criticalPath } from '../../presentation/viewModels/criticalPath.ts';
import {
  ancestorsOf,
  serviceBadges,
  SpanSearch,
  visibleRows,
} from '../../presentation/viewModels/waterfallRows.ts';
import type { SpanNode, SpanTree } from '../../presentation/viewModels/waterfallTree.ts';
import { buildSpanTree } from '../../presentation/viewModels/waterfallTree.ts';
import type { SpanRef, WaterfallView } from '../protocol.ts';

export const paletteSize = 8;

/** Everything the waterfall shows of one trace, without any DOM. Each change makes `rows` fit again. */
export class WaterfallModel {
  readonly trace: Trace;
  readonly tree: SpanTree;
  readonly critical: CriticalPath | undefined;
  readonly badges: ReadonlyMap<string, string>;
  readonly #colors: ReadonlyMap<string, number>;
  readonly #search: SpanSearch;
  readonly #refs: readonly SpanRef[];
  readonly #byRef = new Map<string, number>();
  readonly #collapsed = new Set<number>();
  #rows: readonly number[];
  #rowOf = new Map<number, number>();
  #matches: readonly number[] = [];
  #matching = new Set<number>();
  #zoom: { readonly from: number; readonly to: number };
  /** Time axis of the whole trace: some spans may begin before its start (clock skew) or end after its end. */
  readonly extent: { readonly from: number; readonly to: number };
  selected: number | undefined;
  query = '';
  showCritical = true;
  detailsHidden = false;

  constructor(trace: Trace) {
    this.trace = trace;
    this.tree = buildSpanTree(trace);
    this.critical = criticalPath(this.tree);
    this.badges = serviceBadges(this.tree.services);
    this.#colors = new Map(this.tree.services.map((service, i) => [service, i % paletteSize]));
    this.#search = new SpanSearch(this.tree);
    const seen = new Map<string, number>();
    this.#refs = trace.spans.map(({ spanId }, index) => {
      const nth = seen.get(spanId) ?? 0;
      seen.set(spanId, nth + 1);
      this.#byRef.set(`${spanId} ${nth}`, index);
      return { spanId, nth };
    });
    let [from, to] = [0, Math.max(0, trace.durationNanos)];
    for (const { offsetNanos, durationNanos } of trace.spans) {
      from = Math.min(from, offsetNanos);
      to = Math.max(to, offsetNanos + Math.max(0, durationNanos));
    }
    this.extent = { from, to: to > from ? to : from + 1 };
    this.#zoom = this.extent;
    this.#rows = [];
    this.#layOut();
  }

  get rows(): readonly number[] {
    return this.#rows;
  }
  get matches(): readonly number[] {
    return this.#matches;
  }
  get zoom(): { readonly from: number; readonly to: number } {
    return this.#zoom;
  }
  get zoomed(): boolean {
    return this.#zoom !== this.extent;
  }

  node(index: number): SpanNode {
    const node = this.tree.nodes[index];
    if (node === undefined) throw new RangeError(`no span ${index}`);
    return node;
  }
  colorOf(service: string): number {
    return this.#colors.get(service) ?? 0;
  }
  refOf(index: number): SpanRef {
    return this.#refs[index] ?? { spanId: '', nth: 0 };
  }
  indexOf(ref: SpanRef): number | undefined {
    return this.#byRef.get(`${ref.spanId} ${ref.nth}`);
  }
  rowOf(index: number): number | undefined {
    return this.#rowOf.get(index);
  }
  isCollapsed(index: number): boolean {
    return this.#collapsed.has(index);
  }
  isMatch(index: number): boolean {
    return this.#matching.has(index);
  }

  setCollapsed(index: number, collapsed: boolean): void {
    if (this.node(index).children.length === 0) return;
    if (collapsed) {
      this.#collapsed.add(index);
      // A selection that would vanish moves to what hides it.
      if (this.selected !== undefined && ancestorsOf(this.tree, this.selected).includes(index))
        this.selected = index;
    } else this.#collapsed.delete(index);
    this.#layOut();
  }

  expandAll(): void {
    this.#collapsed.clear();
    this.#layOut();
  }

  /** Everything but the roots' children. */
  collapseAll(): void {
    for (const node of this.tree.nodes)
      if (node.depth > 0 && node.children.length > 0) this.#collapsed.add(node.index);
    if (this.selected !== undefined)
      this.selected =
        ancestorsOf(this.tree, this.selected).findLast((index) => this.#collapsed.has(index)) ??
        this.selected;
    this.#layOut();
  }

  /** Selects a span and opens what hides it. */
  reveal(index: number): void {
    for (const above of ancestorsOf(this.tree, index)) this.#collapsed.delete(above);
    this.selected = index;
    this.#layOut();
  }

  search(query: string): void {
    this.query = query;
    this.#matches = this.#search.find(query);
    this.#matching = new Set(this.#matches);
  }

  /** The next of these spans after the selected one in the tree's order, round the end. */
  nextOf(wanted: readonly number[], step: 1 | -1): number | undefined {
    if (wanted.length === 0) return undefined;
    const place = new Map(this.tree.order.map((index, at) => [index, at]));
    const here = this.selected === undefined ? -1 : (place.get(this.selected) ?? -1);
    const at = (index: number): number => place.get(index) ?? 0;
    return step === 1
      ? (wanted.find((index) => at(index) > here) ?? wanted[0])
      : (wanted.findLast((index) => at(index) < here) ?? wanted.at(-1));
  }

  failures(): readonly number[] {
    return this.tree.order.filter((index) => this.node(index).span.failed);
  }

  /** Undefined: all of it. Kept within the trace and at least a nanosecond (or a millionth of the trace) long. */
  setZoom(zoom: { readonly from: number; readonly to: number } | undefined): void {
    if (zoom === undefined) {
      this.#zoom = this.extent;
      return;
    }
    const whole = this.extent.to - this.extent.from;
    const length = Math.min(whole, Math.max(zoom.to - zoom.from, whole / 1e6, 1));
    const from = Math.min(Math.max(zoom.from, this.extent.from), this.extent.to - length);
    this.#zoom = length >= whole ? this.extent : { from, to: from + length };
  }

  /** Zooms by a factor (< 1: nearer) around a moment. */
  zoomAround(moment: number, factor: number): void {
    const { from, to } = this.#zoom;
    this.setZoom({ from: moment - (moment - from) * factor, to: moment + (to - moment) * factor });
  }

  view(scrollTop: number): WaterfallView {
    return {
      ...(this.selected === undefined ? {} : { selected: this.refOf(this.selected) }),
      collapsed: [...this.#collapsed].map((index) => this.refOf(index)),
      ...(this.zoomed ? { zoom: this.#zoom } : {}),
      query: this.query,
      scrollTop,
      criticalPath: this.showCritical,
      detailsHidden: this.detailsHidden,
    };
  }

  restore(view: WaterfallView): void {
    for (const ref of view.collapsed) {
      const index = this.indexOf(ref);
      if (index !== undefined) this.#collapsed.add(index);
    }
    this.selected = view.selected && this.indexOf(view.selected);
    this.showCritical = view.criticalPath;
    this.detailsHidden = view.detailsHidden;
    this.setZoom(view.zoom);
    this.search(view.query);
    this.#layOut();
  }

  #layOut(): void {
    this.#rows = visibleRows(this.tree, this.#collapsed);
    this.#rowOf = new Map(this.#rows.map((index, row) => [index, row]));
  }
}
