import type { ToWaterfall, FromWaterfall, WaterfallView } from '../protocol.ts';
import type { Places } from './details.browser.ts';
import { renderDetails } from './details.browser.ts';
import { listenToDivider } from './divider.browser.ts';
import { element, iconButton, oncePerFrame } from './dom.browser.ts';
import type { TraceMessage } from './header.browser.ts';
import { renderHeader, renderLegend } from './header.browser.ts';
import { listenToKeys } from './keys.browser.ts';
import { layOut } from './layout.browser.ts';
import { WaterfallModel } from './model.ts';
import { listenToPointer } from './pointer.browser.ts';
import { RowList, rowHeight } from './rows.browser.ts';
import { Minimap, renderAxis } from './timeline.browser.ts';

type PlacesMessage = Extract<ToWaterfall, { type: 'places' }>;

/** One trace on the screen. A new trace makes a new view; `dispose` ends its listeners. */
export class WaterfallViewer {
  readonly model: WaterfallModel;
  readonly grid: HTMLElement;
  readonly searchBox: HTMLInputElement;
  readonly #send: (message: FromWaterfall) => void;
  readonly #ended = new AbortController();
  readonly #rows: RowList;
  readonly #minimap: Minimap;
  readonly #axis: HTMLElement;
  readonly #lines: HTMLElement;
  readonly #details: HTMLElement;
  readonly #body: HTMLElement;
  readonly #count = element('span', { class: 'count', attributes: { role: 'status' } });
  readonly #resetZoom: HTMLButtonElement;
  readonly #pathToggle: HTMLButtonElement;
  readonly #schedule: () => void;
  #dirty = true;
  #places: Places = { spans: new Map(), frames: new Map() };
  #timeWidth = 0;
  #viewTimer: ReturnType<typeof setTimeout> | undefined;
  #shown: number | undefined;

  constructor(root: HTMLElement, message: TraceMessage, send: (message: FromWaterfall) => void) {
    this.model = new WaterfallModel(message.trace);
    this.#send = send;
    const { signal } = this.#ended;
    const parts = layOut(renderLegend(this));
    ({
      grid: this.grid,
      searchBox: this.searchBox,
      axis: this.#axis,
      lines: this.#lines,
      details: this.#details,
      body: this.#body,
    } = parts);
    const { canvas, minimap, divider } = parts;
    this.#resetZoom = iconButton('zoomOut', 'Show the whole trace (0)', () => this.zoom(undefined));
    this.#pathToggle = iconButton('path', 'Critical path (c)', () => this.toggleCriticalPath());
    const header = renderHeader(this, message, {
      count: this.#count,
      pathToggle: this.#pathToggle,
      resetZoom: this.#resetZoom,
      copyTraceId: () => this.#send({ type: 'copyTraceId' }),
      openPage: () => {
        const { selected } = this.model;
        const span = selected === undefined ? {} : { span: this.model.refOf(selected) };
        this.#send({ type: 'openPage', ...span });
      },
    });
    root.replaceChildren(header, this.#body);
    this.#rows = new RowList(this.grid, canvas, this.model);
    this.#schedule = oncePerFrame(() => this.#renderNow());
    this.#minimap = new Minimap(minimap, this.model, () => this.#zoomChanged(), signal);
    this.#listen(minimap, canvas);
    listenToDivider(
      divider,
      {
        body: this.#body,
        width: () => this.#nameWidth(),
        setWidth: (width) => this.#setNameWidth(width),
      },
      signal,
    );
    if (message.view !== undefined) this.#restore(message.view);
    else this.#start(message.focusSpanId);
  }

  dispose(): void {
    clearTimeout(this.#viewTimer);
    this.#ended.abort();
  }

  focusSpan(spanId: string): void {
    const index = this.model.indexOf({ spanId, nth: 0 });
    if (index !== undefined) this.select(index);
  }

  setPlaces(message: PlacesMessage): void {
    const spans = new Map(
      message.spans.flatMap((p) => {
        const i = this.model.indexOf(p);
        return i === undefined ? [] : [[i, p] as const];
      }),
    );
    const frames = new Map<number, PlacesMessage['frames'][number][]>();
    for (const frame of message.frames) {
      const index = this.model.indexOf(frame);
      if (index !== undefined) frames.set(index, [...(frames.get(index) ?? []), frame]);
    }
    this.#places = { spans, frames };
    this.#rows.setJumpable(new Set(spans.keys()));
    this.#showDetails(true);
    this.#render();
  }

  select(index: number | undefined): void {
    if (index !== undefined) {
      this.model.reveal(index);
      this.#rows.scrollTo(this.model.rowOf(index) ?? 0);
    }
    this.changed();
  }

  /** Something of the model changed: rows, selection or folding. */
  changed(): void {
    this.#showDetails(false);
    this.#render();
    this.#keepView();
  }

  zoom(range: { readonly from: number; readonly to: number } | undefined): void {
    this.model.setZoom(range);
    this.#zoomChanged();
  }

  zoomAround(moment: number, factor: number): void {
    this.model.zoomAround(moment, factor);
    this.#zoomChanged();
  }

  toggleCriticalPath(): void {
    this.model.showCritical = !this.model.showCritical;
    this.changed();
  }

  toggleDetails(): void {
    this.model.detailsHidden = !this.model.detailsHidden;
    this.changed();
  }

  openSelected(): void {
    const { selected } = this.model;
    if (selected !== undefined && this.#places.spans.has(selected))
      this.#send({ type: 'openSpan', span: this.model.refOf(selected) });
  }

  search(query: string): void {
    this.model.search(query);
    if (this.searchBox.value !== query) this.searchBox.value = query;
    const { matches } = this.model;
    this.#count.textContent =
      query.trim() === '' ? '' : matches.length === 1 ? '1 span' : `${matches.length} spans`;
    this.changed();
  }

  nextMatch(step: 1 | -1): void {
    const next = this.model.nextOf(this.model.matches, step);
    if (next !== undefined) this.select(next);
  }

  nextFailure(step: 1 | -1): void {
    const next = this.model.nextOf(this.model.failures(), step);
    if (next !== undefined) this.select(next);
  }

  /** Rows that fit; for Page Up and Page Down. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.grid.clientHeight / rowHeight) - 1);
  }

  #start(focusSpanId: string | undefined): void {
    const focus =
      focusSpanId === undefined ? undefined : this.model.indexOf({ spanId: focusSpanId, nth: 0 });
    const first = focus ?? this.model.tree.order[0];
    this.#measure();
    this.select(first);
  }

  #restore(view: WaterfallView): void {
    this.model.restore(view);
    this.search(view.query);
    this.#measure();
    this.#rows.render();
    this.grid.scrollTop = view.scrollTop;
    this.changed();
  }

  #listen(minimap: HTMLElement, canvas: HTMLElement): void {
    const { signal } = this.#ended;
    this.grid.addEventListener(
      'scroll',
      () => {
        this.#schedule();
        this.#keepView();
      },
      { signal, passive: true },
    );
    listenToPointer(
      this,
      { canvas, axis: this.#axis, rowAt: (target) => this.#rows.rowAt(target) },
      signal,
    );
    listenToKeys(this, signal);
    const sizes = new ResizeObserver(() => {
      this.#measure();
      this.#minimap.draw();
      this.#render();
    });
    sizes.observe(this.grid);
    sizes.observe(minimap);
    const theme = new MutationObserver(() => this.#minimap.draw());
    theme.observe(document.body, {
      attributes: true,
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    signal.addEventListener('abort', () => {
      sizes.disconnect();
      theme.disconnect();
    });
  }

  #nameWidth(): number {
    return this.#axis.getBoundingClientRect().left - this.#body.getBoundingClientRect().left;
  }

  #setNameWidth(width: number): void {
    const whole = this.grid.clientWidth;
    this.#body.style.setProperty(
      '--name-width',
      `${Math.max(120, Math.min(whole - 120, width))}px`,
    );
    this.#measure();
    this.#render();
  }

  /** The only place that reads layout; rendering only writes. */
  #measure(): void {
    // How wide a scroll bar is depends on the system and on the style that VS Code adds: the axis must end where the rows do.
    const gutter = this.grid.offsetWidth - this.grid.clientWidth;
    this.#body.style.setProperty('--gutter', `${gutter}px`);
    const width = this.#axis.clientWidth;
    this.#timeWidth = width;
    this.#body.style.setProperty('--grid-left', `${this.#nameWidth()}px`);
    this.#rows.setTimeWidth(width);
  }

  #zoomChanged(): void {
    this.#render();
    this.#keepView();
  }

  #render(): void {
    this.#dirty = true;
    this.#rows.touch();
    this.#schedule();
  }

  #renderNow(): void {
    if (this.#ended.signal.aborted) return;
    this.#rows.render();
    // Scrolling changes nothing else.
    if (!this.#dirty) return;
    this.#dirty = false;
    renderAxis(this.#axis, this.#lines, this.model, this.#timeWidth);
    this.#minimap.showWindow();
    this.#resetZoom.disabled = !this.model.zoomed;
    this.#pathToggle.setAttribute('aria-pressed', String(this.model.showCritical));
    this.#body.classList.toggle('without-details', this.model.detailsHidden);
    this.grid.setAttribute('aria-rowcount', String(this.model.rows.length));
    const { selected } = this.model;
    if (selected === undefined) this.grid.removeAttribute('aria-activedescendant');
    else this.grid.setAttribute('aria-activedescendant', `row-${selected}`);
  }

  #showDetails(always: boolean): void {
    const { selected } = this.model;
    if (!always && this.#shown === selected) return;
    this.#shown = selected;
    renderDetails(this.#details, this.model, selected, this.#places, this.#send);
  }

  /** Not with each frame of scrolling; what is still to be sent when the page goes is sent then. */
  #keepView(): void {
    this.#viewTimer ??= setTimeout(() => this.#sendView(), 150);
  }

  #sendView(): void {
    clearTimeout(this.#viewTimer);
    this.#viewTimer = undefined;
    if (!this.#ended.signal.aborted)
      this.#send({ type: 'view', view: this.model.view(this.grid.scrollTop) });
  }
}
