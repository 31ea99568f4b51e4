interface NameColumn {
  readonly body: HTMLElement;
  readonly width: () => number;
  readonly setWidth: (pixels: number) => void;
}

/** The border between names and time: dragged, or moved by the arrow keys. */
export function listenToDivider(
  divider: HTMLElement,
  column: NameColumn,
  signal: AbortSignal,
): void {
  divider.addEventListener('pointerdown', (event) => divider.setPointerCapture(event.pointerId), {
    signal,
  });
  divider.addEventListener(
    'pointermove',
    (event) => {
      if (divider.hasPointerCapture(event.pointerId))
        column.setWidth(event.clientX - column.body.getBoundingClientRect().left);
    },
    { signal },
  );
  divider.addEventListener(
    'keydown',
    (event) => {
      const step = { ArrowLeft: -20, ArrowRight: 20 }[event.key];
      if (step !== undefined) column.setWidth(column.width() + step);
    },
    { signal },
  );
}
