import { axisTicks, durationText } from '../../presentation/viewModels/waterfallText.ts';
import { element } from './dom.browser.ts';
import type { WaterfallModel } from './model.ts';

const leastDrag = 4;

/** Labels and grid lines of the time column. */
export function renderAxis(
  axis: HTMLElement,
  grid: HTMLElement,
  model: WaterfallModel,
  width: number,
): void {
  const { from, to } = model.zoom;
  const ticks = axisTicks(from, to, Math.max(1, Math.floor(width / 90)));
  const at = (tick: number): number => ((tick - from) / (to - from)) * width;
  const place = (tick: number): string => `translateX(${at(tick)}px)`;
  axis.replaceChildren(
    ...ticks.flatMap((tick) => {
      const text = tick === 0 ? '0' : durationText(tick);
      // A line close to the edge has no room for its label: about 6.5 px a character.
      if (at(tick) + 4 + text.length * 6.5 > width) return [];
      const label = element('span', { class: 'tick', text });
      label.style.transform = place(tick);
      return [label];
    }),
  );
  grid.replaceChildren(
    ...ticks.map((tick) => {
      const line = element('span', { class: 'grid-line' });
      line.style.transform = place(tick);
      return line;
    }),
  );
}

/** The whole trace in small; what is dragged over becomes the time shown below. */
export class Minimap {
  readonly #root: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #window = element('span', { class: 'minimap-window' });
  readonly #model: WaterfallModel;

  constructor(root: HTMLElement, model: WaterfallModel, changed: () => void, signal: AbortSignal) {
    this.#root = root;
    this.#model = model;
    this.#canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
    root.replaceChildren(this.#canvas, this.#window);
    let start: number | undefined;
    const moment = (event: PointerEvent): number => {
      const box = root.getBoundingClientRect();
      const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      return model.extent.from + part * (model.extent.to - model.extent.from);
    };
    let startX = 0;
    root.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        root.setPointerCapture(event.pointerId);
        [start, startX] = [moment(event), event.clientX];
      },
      { signal },
    );
    root.addEventListener(
      'pointermove',
      (event) => {
        if (start === undefined || Math.abs(event.clientX - startX) < leastDrag) return;
        const now = moment(event);
        model.setZoom({ from: Math.min(start, now), to: Math.max(start, now) });
        changed();
      },
      { signal },
    );
    const stop = (event: PointerEvent): void => {
      if (start !== undefined && model.zoomed && Math.abs(event.clientX - startX) < leastDrag) {
        // A click moves the window there.
        const half = (model.zoom.to - model.zoom.from) / 2;
        model.setZoom({ from: start - half, to: start + half });
        changed();
      }
      start = undefined;
    };
    root.addEventListener('pointerup', stop, { signal });
    root.addEventListener('pointercancel', () => (start = undefined), { signal });
    root.addEventListener(
      'dblclick',
      () => {
        model.setZoom(undefined);
        changed();
      },
      { signal },
    );
  }

  /** Spans as lines, rows squeezed into the height. Drawn anew on another size or theme only. */
  draw(): void {
    const { width, height } = this.#root.getBoundingClientRect();
    const ratio = window.devicePixelRatio;
    this.#canvas.width = Math.max(1, Math.round(width * ratio));
    this.#canvas.height = Math.max(1, Math.round(height * ratio));
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const style = getComputedStyle(document.body);
    const colors = Array.from({ length: 8 }, (_, i) => style.getPropertyValue(`--service-${i}`));
    const failed = style.getPropertyValue('--failed');
    const { tree, extent } = this.#model;
    const scale = this.#canvas.width / (extent.to - extent.from);
    const step = Math.min(4 * ratio, this.#canvas.height / Math.max(1, tree.order.length));
    const thick = Math.max(ratio, Math.min(3 * ratio, step));
    // Failed spans last, so that thousands of others don't cover them.
    for (const wanted of [false, true])
      for (const [row, index] of tree.order.entries()) {
        const { span } = this.#model.node(index);
        if (span.failed !== wanted) continue;
        context.fillStyle = wanted ? failed : (colors[this.#model.colorOf(span.service)] ?? '');
        const x = (span.offsetNanos - extent.from) * scale;
        context.fillRect(x, row * step, Math.max(ratio, span.durationNanos * scale), thick);
      }
  }

  showWindow(): void {
    const { extent, zoom, zoomed } = this.#model;
    const whole = extent.to - extent.from;
    this.#window.hidden = !zoomed;
    const { style } = this.#window;
    style.left = `${((zoom.from - extent.from) / whole) * 100}%`;
    style.width = `${((zoom.to - zoom.from) / whole) * 100}%`;
  }
}
