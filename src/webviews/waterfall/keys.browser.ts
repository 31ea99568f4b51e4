import { element } from './dom.browser.ts';
import type { WaterfallViewer } from './view.browser.ts';

const keys: readonly (readonly [string, string])[] = [
  ['↑ ↓  Page  Home End', 'move between spans'],
  ['← →', 'collapse or go to the parent, expand or go to the first child'],
  ['Enter', 'open the function in the editor'],
  ['/  then n  N', 'find, next and previous match'],
  ['e  E', 'next and previous failed span'],
  ['+  −  z  0', 'zoom in, out, to the span, to all'],
  ['Shift + ← →', 'move the zoomed part'],
  ['c  d', 'critical path, details'],
  ['Esc', 'clear the search or the zoom'],
];

export function keyHelp(): HTMLElement {
  const list = element('dl', { class: 'keys' });
  for (const [key, does] of keys)
    list.append(element('dt', { text: key }), element('dd', { text: does }));
  return list;
}

/** Keys of the rows and of the search box. */
export function listenToKeys(view: WaterfallViewer, signal: AbortSignal): void {
  view.grid.addEventListener('keydown', (event) => actOnKey(view, event), { signal });
  view.searchBox.addEventListener('input', () => view.search(view.searchBox.value), { signal });
  view.searchBox.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Enter') view.nextMatch(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') {
        view.search('');
        view.grid.focus();
      } else if (event.key === 'ArrowDown') view.grid.focus();
      else return;
      event.preventDefault();
    },
    { signal },
  );
}

/** Keys of the grid, as trees and lists of VS Code have them. */
function actOnKey(view: WaterfallViewer, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = event.shiftKey ? (shifted[event.key] ?? plain[event.key]) : plain[event.key];
  if (action === undefined) return;
  action(view);
  event.preventDefault();
  event.stopPropagation();
}

type Action = (view: WaterfallViewer) => void;

const move =
  (rows: (view: WaterfallViewer) => number): Action =>
  (view) => {
    const { model } = view;
    const here = model.selected === undefined ? -1 : (model.rowOf(model.selected) ?? -1);
    const wanted = Math.max(0, Math.min(model.rows.length - 1, here + rows(view)));
    const index = model.rows[wanted];
    if (index !== undefined) view.select(index);
  };

const left: Action = (view) => {
  const { model } = view;
  if (model.selected === undefined) return;
  const node = model.node(model.selected);
  if (node.children.length > 0 && !model.isCollapsed(node.index)) {
    model.setCollapsed(node.index, true);
    view.changed();
  } else if (node.parent !== undefined) view.select(node.parent);
};

const right: Action = (view) => {
  const { model } = view;
  if (model.selected === undefined) return;
  const node = model.node(model.selected);
  if (model.isCollapsed(node.index)) {
    model.setCollapsed(node.index, false);
    view.changed();
  } else if (node.children[0] !== undefined) view.select(node.children[0]);
};

const toggle: Action = (view) => {
  const { selected } = view.model;
  if (selected === undefined) return;
  view.model.setCollapsed(selected, !view.model.isCollapsed(selected));
  view.changed();
};

const zoom =
  (factor: number): Action =>
  (view) => {
    const { selected, zoom: shown } = view.model;
    const span = selected === undefined ? undefined : view.model.node(selected).span;
    const middle =
      span === undefined ? (shown.from + shown.to) / 2 : span.offsetNanos + span.durationNanos / 2;
    const inSight = middle >= shown.from && middle <= shown.to;
    view.zoomAround(inSight ? middle : (shown.from + shown.to) / 2, factor);
  };

const zoomToSpan: Action = (view) => {
  const { selected } = view.model;
  if (selected === undefined) return;
  const { offsetNanos, durationNanos } = view.model.node(selected).span;
  const margin = durationNanos * 0.05;
  view.zoom({ from: offsetNanos - margin, to: offsetNanos + durationNanos + margin });
};

const pan =
  (part: number): Action =>
  (view) => {
    if (!view.model.zoomed) return;
    const { from, to } = view.model.zoom;
    const by = (to - from) * part;
    view.zoom({ from: from + by, to: to + by });
  };

const plain: Readonly<Record<string, Action>> = {
  ArrowDown: move(() => 1),
  ArrowUp: move(() => -1),
  PageDown: move((view) => view.pageRows),
  PageUp: move((view) => -view.pageRows),
  Home: move(() => -Infinity),
  End: move(() => Infinity),
  ArrowLeft: left,
  ArrowRight: right,
  ' ': toggle,
  Enter: (view) => view.openSelected(),
  '/': (view) => {
    view.searchBox.focus();
    view.searchBox.select();
  },
  n: (view) => view.nextMatch(1),
  e: (view) => view.nextFailure(1),
  c: (view) => view.toggleCriticalPath(),
  d: (view) => view.toggleDetails(),
  '+': zoom(0.5),
  '=': zoom(0.5),
  '-': zoom(2),
  '0': (view) => view.zoom(undefined),
  z: zoomToSpan,
  Escape: (view) => {
    if (view.model.query !== '') view.search('');
    else view.zoom(undefined);
  },
};

const shifted: Readonly<Record<string, Action>> = {
  N: (view) => view.nextMatch(-1),
  E: (view) => view.nextFailure(-1),
  ArrowLeft: pan(-0.25),
  ArrowRight: pan(0.25),
};
