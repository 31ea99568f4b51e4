import { durationText, visibleText } from '../../presentation/viewModels/waterfallText.ts';
import type { CriticalSegment } from '../../presentation/viewModels/criticalPath.ts';
import type { WaterfallModel } from './model.ts';
import { element, icon } from './dom.browser.ts';

/** The same as --row-height in style.css. */
export const rowHeight = 24;
/** Browsers cap an element's height (Chromium about 33 million px); 5,000 rows are far below, and a trace can't have more than that allows. */
const overscan = 6;
const indent = 12;
const deepestIndent = 24;

interface Row {
  readonly root: HTMLElement;
  readonly indent: HTMLElement;
  readonly twisty: HTMLElement;
  readonly badge: HTMLElement;
  readonly error: SVGSVGElement;
  readonly odd: SVGSVGElement;
  readonly name: HTMLElement;
  readonly service: HTMLElement;
  readonly below: HTMLElement;
  readonly jump: HTMLElement;
  readonly time: HTMLElement;
  readonly bar: HTMLElement;
  readonly label: HTMLElement;
  readonly segments: HTMLElement[];
  index: number;
  at: number;
  /** The state of the model that the row shows. */
  state: number;
}

/** Only rows in sight exist: a small pool of elements, filled anew while scrolling. */
export class RowList {
  readonly #grid: HTMLElement;
  readonly #canvas: HTMLElement;
  readonly #pool: Row[] = [];
  readonly #segments = new Map<number, CriticalSegment[]>();
  #model: WaterfallModel;
  #jumpable: ReadonlySet<number> = new Set();
  #timeWidth = 0;
  #state = 0;

  constructor(grid: HTMLElement, canvas: HTMLElement, model: WaterfallModel) {
    this.#grid = grid;
    this.#canvas = canvas;
    this.#model = model;
    for (const segment of model.critical?.segments ?? []) {
      const list = this.#segments.get(segment.index);
      if (list === undefined) this.#segments.set(segment.index, [segment]);
      else list.push(segment);
    }
  }

  setJumpable(spans: ReadonlySet<number>): void {
    this.#jumpable = spans;
  }

  /** Width of the time column, measured by the caller (reading it here would force a layout per frame). */
  setTimeWidth(width: number): void {
    this.#timeWidth = width;
  }

  rowAt(target: EventTarget | null): number | undefined {
    const row = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
    const index = row?.dataset['index'];
    return index === undefined ? undefined : Number(index);
  }

  scrollTo(row: number): void {
    // Rows that were not drawn yet are no height to scroll in.
    this.#fitHeight();
    const top = row * rowHeight;
    const height = this.#grid.clientHeight;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = top;
    else if (top + rowHeight > this.#grid.scrollTop + height)
      this.#grid.scrollTop = top + rowHeight - height;
  }

  /** The model changed: rows are filled anew. Scrolling alone fills only those that come into sight. */
  touch(): void {
    this.#state++;
  }

  render(): void {
    const { rows } = this.#model;
    const top = this.#grid.scrollTop;
    const height = this.#grid.clientHeight;
    this.#fitHeight();
    const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
    const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + overscan);
    const needed = last - first;
    while (this.#pool.length < needed) this.#pool.push(this.#makeRow());
    // A row keeps its element while it is in sight: position modulo the pool's size.
    const size = this.#pool.length;
    const used = new Set<number>();
    for (let at = first; at < last; at++) {
      const row = this.#pool[at % size];
      const index = rows[at];
      if (row === undefined || index === undefined) continue;
      used.add(at % size);
      if (row.index === index && row.at === at && row.state === this.#state) continue;
      this.#fill(row, index, at);
      [row.at, row.state] = [at, this.#state];
    }
    for (const [at, row] of this.#pool.entries()) row.root.hidden = !used.has(at);
  }

  #fitHeight(): void {
    const whole = `${this.#model.rows.length * rowHeight}px`;
    if (this.#canvas.style.height !== whole) this.#canvas.style.height = whole;
  }

  #makeRow(): Row {
    const twisty = element('span', { class: 'twisty' }, icon('chevron'));
    const badge = element('span', { class: 'badge', attributes: { 'aria-hidden': 'true' } });
    const [error, odd] = [icon('error'), icon('warning')];
    const name = element('span', { class: 'name' });
    const service = element('span', { class: 'service' });
    const below = element('span', { class: 'below' });
    const jump = element('span', { class: 'jump' }, icon('code'));
    const space = element('span', { class: 'indent' });
    const bar = element('span', { class: 'bar' });
    const label = element('span', { class: 'bar-label' });
    const time = element('div', { class: 'time', attributes: { role: 'gridcell' } }, bar, label);
    const root = element(
      'div',
      { class: 'row', attributes: { role: 'row' } },
      element(
        'div',
        { class: 'what', attributes: { role: 'gridcell' } },
        space,
        twisty,
        badge,
        error,
        odd,
        name,
        service,
        below,
        jump,
      ),
      time,
    );
    this.#canvas.append(root);
    const parts = {
      root,
      indent: space,
      twisty,
      badge,
      error,
      odd,
      name,
      service,
      below,
      jump,
      time,
    };
    return { ...parts, bar, label, segments: [], index: -1, at: -1, state: -1 };
  }

  #fill(row: Row, index: number, at: number): void {
    const model = this.#model;
    const node = model.node(index);
    const { span } = node;
    const { root } = row;
    root.style.transform = `translateY(${at * rowHeight}px)`;
    if (row.index !== index) {
      row.index = index;
      root.dataset['index'] = String(index);
      root.id = `row-${index}`;
      row.indent.style.width = `${Math.min(node.depth, deepestIndent) * indent}px`;
      row.badge.textContent = model.badges.get(span.service) ?? '';
      row.badge.dataset['color'] = row.bar.dataset['color'] = String(model.colorOf(span.service));
      row.name.textContent = visibleText(span.name, 120);
      // Where the service is the parent's, its name would only repeat.
      const above = node.parent === undefined ? undefined : model.node(node.parent).span.service;
      row.service.textContent = above === span.service ? '' : visibleText(span.service, 60);
      row.label.textContent = durationText(span.durationNanos);
      row.error.classList.toggle('none', !span.failed);
      row.odd.classList.toggle(
        'none',
        node.oddities.every((oddity) => oddity === 'endsAfterParent'),
      );
      root.classList.toggle('failed', span.failed);
      root.setAttribute('aria-level', String(node.depth + 1));
      root.setAttribute('aria-label', this.#spoken(index));
    }
    root.setAttribute('aria-rowindex', String(at + 1));
    const collapsed = model.isCollapsed(index);
    if (node.children.length > 0) root.setAttribute('aria-expanded', String(!collapsed));
    else root.removeAttribute('aria-expanded');
    row.twisty.classList.toggle('leaf', node.children.length === 0);
    row.twisty.classList.toggle('open', !collapsed);
    row.below.textContent = collapsed
      ? `+${node.descendants}${node.failedBelow > 0 ? `, ${node.failedBelow} failed` : ''}`
      : '';
    row.below.classList.toggle('failed', collapsed && node.failedBelow > 0);
    row.jump.classList.toggle('none', !this.#jumpable.has(index));
    const selected = model.selected === index;
    root.classList.toggle('selected', selected);
    root.setAttribute('aria-selected', String(selected));
    root.classList.toggle('match', model.isMatch(index));
    root.classList.toggle('faded', model.query !== '' && !model.isMatch(index));
    this.#placeBar(row, index);
  }

  #placeBar(row: Row, index: number): void {
    const { zoom, critical, showCritical } = this.#model;
    const { span } = this.#model.node(index);
    const width = this.#timeWidth;
    const scale = width / (zoom.to - zoom.from);
    const at = (moment: number): number => (moment - zoom.from) * scale;
    const from = at(span.offsetNanos);
    const to = at(span.offsetNanos + Math.max(0, span.durationNanos));
    const outside = to < 0 || from > width;
    row.bar.classList.toggle('none', outside);
    row.label.classList.toggle('none', outside);
    // Beyond the edges nothing can be seen: huge widths would cost and lose precision.
    const left = Math.max(-2, from);
    const right = Math.max(left + 2, Math.min(width + 2, to));
    row.bar.style.transform = `translateX(${left}px)`;
    row.bar.style.width = `${right - left}px`;
    // About 6.5 px a character at the label's size; measuring each would force layouts.
    const labelWidth = (row.label.textContent.length + 1) * 6.5;
    const place =
      right + labelWidth <= width
        ? right + 4
        : left - labelWidth >= 0
          ? left - labelWidth
          : Math.max(0, left) + 4;
    row.label.style.transform = `translateX(${place}px)`;
    row.label.classList.toggle('over', right + labelWidth > width && left - labelWidth < 0);

    const onPath = showCritical && critical?.share.has(index) === true;
    row.root.classList.toggle('critical', onPath);
    const wanted = onPath && !outside ? (this.#segments.get(index) ?? []) : [];
    let used = 0;
    for (const segment of wanted) {
      const start = Math.max(-2, at(segment.from));
      const end = Math.min(width + 2, at(segment.to));
      if (end < 0 || start > width) continue;
      let line = row.segments[used];
      if (line === undefined) {
        line = element('span', { class: 'critical-segment' });
        row.segments.push(line);
        row.time.append(line);
      }
      line.hidden = false;
      line.style.transform = `translateX(${start}px)`;
      line.style.width = `${Math.max(1, end - start)}px`;
      // A span whose hundreds of children run one after the other has as many gaps: more can't be told apart.
      if (++used >= 64) break;
    }
    for (const line of row.segments.slice(used)) line.hidden = true;
  }

  #spoken(index: number): string {
    const { span, oddities } = this.#model.node(index);
    return [
      visibleText(span.name, 120),
      visibleText(span.service, 60),
      durationText(span.durationNanos),
      ...(span.failed ? ['failed'] : []),
      ...(this.#model.critical?.share.has(index) ? ['on the critical path'] : []),
      ...(oddities.includes('missingParent') ? ['parent missing'] : []),
    ].join(', ');
  }
}
