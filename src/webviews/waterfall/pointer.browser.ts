import type { WaterfallViewer } from './view.browser.ts';

interface PointerParts {
  readonly canvas: HTMLElement;
  readonly axis: HTMLElement;
  readonly rowAt: (target: EventTarget | null) => number | undefined;
}

/** Mouse and wheel on the rows: select, fold, jump to code, zoom. */
export function listenToPointer(
  viewer: WaterfallViewer,
  { canvas, axis, rowAt }: PointerParts,
  signal: AbortSignal,
): void {
  canvas.addEventListener(
    'click',
    (event) => {
      const index = rowAt(event.target);
      if (index !== undefined && event.target instanceof Element)
        clickRow(viewer, index, event.target);
    },
    { signal },
  );
  canvas.addEventListener(
    'dblclick',
    (event) => {
      const index = rowAt(event.target);
      if (index === undefined) return;
      if (event.target instanceof Element && event.target.closest('.time') !== null) {
        const { span } = viewer.model.node(index);
        viewer.zoom({ from: span.offsetNanos, to: span.offsetNanos + span.durationNanos });
      } else viewer.openSelected();
    },
    { signal },
  );
  viewer.grid.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = axis.getBoundingClientRect();
      const { from, to } = viewer.model.zoom;
      const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      viewer.zoomAround(from + part * (to - from), event.deltaY > 0 ? 1.25 : 0.8);
    },
    { signal, passive: false },
  );
}

function clickRow(viewer: WaterfallViewer, index: number, target: Element): void {
  const { model } = viewer;
  if (target.closest('.twisty:not(.leaf)') !== null) {
    model.setCollapsed(index, !model.isCollapsed(index));
    viewer.changed();
    return;
  }
  viewer.select(index);
  if (target.closest('.jump') !== null) viewer.openSelected();
}
