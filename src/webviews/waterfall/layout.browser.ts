import { element } from './dom.browser.ts';

/** The places of the view that others fill. */
export interface WaterfallLayout {
  readonly body: HTMLElement;
  readonly grid: HTMLElement;
  /** Holds the rows; as high as all of them. */
  readonly canvas: HTMLElement;
  readonly searchBox: HTMLInputElement;
  readonly minimap: HTMLElement;
  readonly axis: HTMLElement;
  /** Vertical lines behind the rows. */
  readonly lines: HTMLElement;
  /** Between names and bars. */
  readonly divider: HTMLElement;
  readonly details: HTMLElement;
}

/** Overview above, axis and rows below it, details at the side. */
export function layOut(legend: HTMLElement): WaterfallLayout {
  const canvas = element('div', { class: 'rows', attributes: { role: 'presentation' } });
  const grid = element(
    'div',
    {
      class: 'grid',
      attributes: {
        role: 'treegrid',
        tabindex: '0',
        'aria-label': 'Spans of the trace',
        'aria-colcount': '2',
      },
    },
    canvas,
  );
  const searchBox = element('input', {
    class: 'search',
    attributes: {
      type: 'search',
      placeholder: 'Find: name, service, attribute=value  ( / )',
      'aria-label': 'Find spans',
      spellcheck: 'false',
    },
  });
  const minimap = element('div', {
    class: 'minimap',
    attributes: {
      role: 'img',
      'aria-label': 'Overview of the trace',
      title: 'Drag to zoom into a part, double-click to see all',
    },
  });
  const axis = element('div', { class: 'axis', attributes: { 'aria-hidden': 'true' } });
  const lines = element('div', { class: 'grid-lines', attributes: { 'aria-hidden': 'true' } });
  const details = element('aside', {
    class: 'details',
    attributes: { 'aria-label': 'Span details' },
  });
  const divider = element('div', {
    class: 'divider',
    attributes: {
      role: 'separator',
      'aria-orientation': 'vertical',
      'aria-label': 'Width of names',
      tabindex: '0',
    },
  });
  const overview = element(
    'div',
    { class: 'overview' },
    element('div', { class: 'corner' }, legend),
    minimap,
  );
  const axisRow = element('div', { class: 'axis-row' }, element('div', { class: 'corner' }), axis);
  const scrollArea = element('div', { class: 'scroll-area' }, lines, grid, divider);
  const chart = element('div', { class: 'chart' }, overview, axisRow, scrollArea);
  const body = element('main', { class: 'body' }, chart, details);
  return { body, grid, canvas, searchBox, minimap, axis, lines, divider, details };
}
