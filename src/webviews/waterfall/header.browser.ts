import type { ToWaterfall } from '../protocol.ts';
import { missingSpans } from '../../presentation/viewModels/missingSpans.ts';
import { durationText, visibleText } from '../../presentation/viewModels/waterfallText.ts';
import { element, icon, iconButton } from './dom.browser.ts';
import { keyHelp } from './keys.browser.ts';
import type { WaterfallViewer } from './view.browser.ts';

export type TraceMessage = Extract<ToWaterfall, { type: 'trace' }>;

/** Made by the view, which keeps them up to date. */
interface HeaderParts {
  readonly count: HTMLElement;
  readonly pathToggle: HTMLButtonElement;
  readonly resetZoom: HTMLButtonElement;
  readonly copyTraceId: () => void;
  readonly openPage: () => void;
}

/** Name, facts and tools of the trace. */
export function renderHeader(
  view: WaterfallViewer,
  { trace, environment, page }: TraceMessage,
  parts: HeaderParts,
): HTMLElement {
  const { tree } = view.model;
  const first = tree.order[0] === undefined ? undefined : view.model.node(tree.order[0]).span;
  const failures = view.model.failures().length;
  const count = (n: number, one: string): string =>
    `${n.toLocaleString()} ${one}${n === 1 ? '' : 's'}`;
  const facts = [
    durationText(trace.durationNanos),
    count(trace.spans.length, 'span'),
    count(tree.services.length, 'service'),
    ...(environment === '' ? [] : [visibleText(environment, 60)]),
    new Date(trace.startedAt).toLocaleString(),
  ].join(' · ');
  const failed = element(
    'button',
    { class: 'failures', attributes: { type: 'button', title: 'Next failed span (e)' } },
    icon('error'),
    element('span', { text: `${failures.toLocaleString()} failed` }),
  );
  failed.addEventListener('click', () => view.nextFailure(1));
  const copy = iconButton('copy', 'Copy the trace id', () => parts.copyTraceId());
  const outside =
    page === undefined
      ? []
      : [iconButton('outside', `Open in ${visibleText(page, 40)}`, () => parts.openPage())];
  const help = element(
    'details',
    { class: 'help' },
    element('summary', { text: 'Keys' }),
    keyHelp(),
  );
  const notices: HTMLElement[] = [];
  const notice = (text: string): void => {
    notices.push(element('p', { class: 'oddity' }, icon('warning'), element('span', { text })));
  };
  for (const text of missingSpans(trace)) notice(text);
  return element(
    'header',
    {},
    element(
      'div',
      { class: 'title' },
      element('h1', { text: first === undefined ? 'Empty trace' : visibleText(first.name, 200) }),
      ...(failures > 0 ? [failed] : []),
      element('span', { class: 'facts-line', text: facts }),
      element('code', { class: 'trace-id', text: visibleText(trace.traceId, 64) }),
      copy,
      ...outside,
    ),
    element(
      'div',
      { class: 'toolbar', attributes: { role: 'toolbar', 'aria-label': 'Waterfall' } },
      view.searchBox,
      iconButton('up', 'Previous match (N)', () => view.nextMatch(-1)),
      iconButton('down', 'Next match (n)', () => view.nextMatch(1)),
      parts.count,
      element('span', { class: 'stretch' }),
      parts.pathToggle,
      iconButton('collapse', 'Collapse all', () => {
        view.model.collapseAll();
        view.changed();
      }),
      iconButton('expand', 'Expand all', () => {
        view.model.expandAll();
        view.changed();
      }),
      parts.resetZoom,
      iconButton('details', 'Details (d)', () => view.toggleDetails()),
      help,
    ),
    ...notices,
  );
}

/** The services; a click finds their spans. */
export function renderLegend(view: WaterfallViewer): HTMLElement {
  const list = element('ul', { class: 'legend', attributes: { 'aria-label': 'Services' } });
  for (const service of view.model.tree.services.slice(0, 40)) {
    const button = element(
      'button',
      { attributes: { type: 'button', title: `Find spans of ${visibleText(service)}` } },
      element('span', {
        class: 'badge',
        text: view.model.badges.get(service) ?? '',
        attributes: { 'data-color': String(view.model.colorOf(service)), 'aria-hidden': 'true' },
      }),
      element('span', { text: visibleText(service, 60) }),
    );
    button.addEventListener('click', () =>
      view.search(view.model.query === service ? '' : service),
    );
    list.append(element('li', {}, button));
  }
  return list;
}
