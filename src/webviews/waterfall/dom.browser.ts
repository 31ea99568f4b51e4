/** Small DOM builders. Text goes in through `textContent` only; positions through the CSSOM, which the CSP allows. */

interface Options {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: Options = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {}))
    made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const shapes = {
  chevron: 'M5.7 3.3 10.4 8l-4.7 4.7-.7-.7L9 8 5 4z',
  error:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm2.6 9.2-.8.8L8 9.1 6.2 11l-.8-.8L7.2 8.3 5.4 6.5l.8-.8L8 7.5l1.8-1.8.8.8L8.8 8.3z',
  warning: 'M8 1.5 15 14H1L8 1.5Zm-.6 4.6v4.2h1.2V6.1H7.4Zm0 5.2v1.2h1.2v-1.2H7.4Z',
  code: 'm5.2 3.6.8.8L2.4 8 6 11.6l-.8.8L.8 8l4.4-4.4Zm5.6 0L15.2 8l-4.4 4.4-.8-.8L13.6 8 10 4.4l.8-.8Z',
  copy: 'M4 4V1h10v10h-3v3H1V4h3Zm1 0h6v6h2V2H5v2Zm-3 1v8h8V5H2Z',
  outside: 'M2 3h5v1H3v9h9V9h1v5H2V3Zm7-1h5v5h-1V3.7L7.4 9.3l-.7-.7L12.3 3H9z',
  close: 'm8 8.7 4.2 4.2.7-.7L8.7 8l4.2-4.2-.7-.7L8 7.3 3.8 3.1l-.7.7L7.3 8l-4.2 4.2.7.7z',
  up: 'm8 5 5 5-.7.7L8 6.4l-4.3 4.3L3 10z',
  down: 'M8 11 3 6l.7-.7L8 9.6l4.3-4.3.7.7z',
  path: 'M2 11h4V5h8v1H7v6H2z',
  expand:
    'M8 1 4.5 4.5l.7.7L8 2.4l2.8 2.8.7-.7L8 1Zm0 14 3.5-3.5-.7-.7L8 13.6l-2.8-2.8-.7.7L8 15ZM2 7.5h12v1H2z',
  collapse:
    'M8 6 4.5 2.5l.7-.7L8 4.6l2.8-2.8.7.7L8 6Zm0 4 3.5 3.5-.7.7L8 11.4l-2.8 2.8-.7-.7L8 10ZM2 7.5h12v1H2z',
  zoomOut:
    'M6.5 1a5.5 5.5 0 1 0 3.4 9.8l3.7 3.7.7-.7-3.7-3.7A5.5 5.5 0 0 0 6.5 1Zm0 1a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM4 6v1h5V6z',
  details: 'M1 2h14v12H1V2Zm1 1v10h7V3H2Zm8 0v10h4V3h-4Z',
} as const;
export type IconName = keyof typeof shapes;

/** A decorative icon: what it means is said by the label of what holds it. */
export function icon(name: IconName): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', shapes[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name: IconName, label: string, run: () => void): HTMLButtonElement {
  const button = element('button', {
    class: 'icon-button',
    attributes: { type: 'button', title: label, 'aria-label': label },
  });
  button.append(icon(name));
  button.addEventListener('click', run);
  return button;
}

/** At most one call per frame, with the newest state. */
export function oncePerFrame(run: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      run();
    });
  };
}
