import type { AttributeValue, SpanEvent } from '../../domain/trace.ts';
import { renderVersion } from '../../presentation/viewModels/releaseText.ts';
import { selfNanos } from '../../presentation/viewModels/waterfallRows.ts';
import {
  attributeText,
  durationText,
  visibleLines,
  visibleText,
} from '../../presentation/viewModels/waterfallText.ts';
import type { SpanOddity } from '../../presentation/viewModels/waterfallTree.ts';
import type { FramePlace, FromWaterfall, SpanPlace } from '../protocol.ts';
import { element, icon } from './dom.browser.ts';
import type { WaterfallModel } from './model.ts';

const mostAttributes = 300;
const mostEvents = 200;

const oddityTexts: Readonly<Record<SpanOddity, string>> = {
  missingParent: 'Its parent span is not in this trace: not sent, not sampled, or not yet arrived.',
  cycle: 'Its parents form a ring; it is shown as a root.',
  duplicateId: 'Another span of this trace has the same id.',
  startsBeforeParent: 'Starts before its parent: the clocks of the two differ.',
  endsAfterParent: 'Ends after its parent: it runs apart from it, or the clocks differ.',
};

export interface Places {
  readonly spans: ReadonlyMap<number, SpanPlace>;
  readonly frames: ReadonlyMap<number, readonly FramePlace[]>;
}

/** Everything known of one span. Built anew for each selection; long values scroll inside. */
export function renderDetails(
  pane: HTMLElement,
  model: WaterfallModel,
  index: number | undefined,
  places: Places,
  send: (message: FromWaterfall) => void,
): void {
  if (index === undefined) {
    pane.replaceChildren(
      element('p', { class: 'hint', text: 'Select a span to see its attributes and events.' }),
    );
    return;
  }
  const { span, oddities } = model.node(index);
  const ref = model.refOf(index);
  const parts: HTMLElement[] = [];
  const badge = element('span', {
    class: 'badge',
    text: model.badges.get(span.service) ?? '',
    attributes: { 'aria-hidden': 'true', 'data-color': String(model.colorOf(span.service)) },
  });
  parts.push(
    element('h2', {}, badge, element('span', { text: visibleText(span.name, 300) })),
    element('p', { class: 'subtitle', text: `${visibleText(span.service)} · ${span.kind} span` }),
  );
  if (span.failed) {
    const message = span.statusMessage ? visibleText(span.statusMessage, 1_000) : '';
    const text = message === '' ? 'Failed' : `Failed: ${message}`;
    parts.push(element('p', { class: 'failure' }, icon('error'), element('span', { text })));
  }
  parts.push(...jumpTo(places.spans.get(index), () => send({ type: 'openSpan', span: ref })));

  const onPath = model.critical?.share.get(index);
  const facts: (readonly [string, string])[] = [
    ['Duration', durationText(span.durationNanos)],
    ['Own time', durationText(selfNanos(model.tree, index))],
    ['On critical path', onPath === undefined ? 'no' : durationText(onPath)],
    ['Starts at', span.offsetNanos === 0 ? '0' : `+${durationText(span.offsetNanos)}`],
    ['Release', span.release === '' ? 'unknown' : renderVersion(span.release)],
    ['Status', span.status + (span.failed && span.status !== 'error' ? ', counted as failed' : '')],
    ['Scope', visibleText(span.scope) || '–'],
    ['Span id', visibleText(span.spanId)],
  ];
  parts.push(table(facts, 'facts'));
  for (const oddity of oddities)
    parts.push(
      element(
        'p',
        { class: 'oddity' },
        icon('warning'),
        element('span', { text: oddityTexts[oddity] }),
      ),
    );
  parts.push(
    section('Attributes', Object.keys(span.attributes).length, true, [attributes(span.attributes)]),
  );
  if (span.events.length > 0) {
    const frames = places.frames.get(index) ?? [];
    const items = span.events.slice(0, mostEvents).map((event, at) => {
      const own = frames.filter((frame) => frame.event === at);
      return eventItem(event, own, (line) =>
        send({ type: 'openFrame', span: ref, event: at, line }),
      );
    });
    parts.push(section('Events', span.events.length, true, items));
  }
  const links = span.links ?? [];
  if (links.length > 0)
    parts.push(
      section(
        'Links',
        links.length,
        true,
        links.slice(0, mostEvents).map((link, at) => {
          const text = `Trace ${visibleText(link.traceId, 40)}, span ${visibleText(link.spanId, 20)}`;
          return linkButton(text, () => send({ type: 'openLink', span: ref, link: at }));
        }),
      ),
    );
  if (span.resource !== undefined)
    parts.push(
      section('Resource', Object.keys(span.resource).length, false, [attributes(span.resource)]),
    );
  pane.replaceChildren(...parts);
  pane.scrollTop = 0;
}

function jumpTo(place: SpanPlace | undefined, open: () => void): HTMLElement[] {
  if (place === undefined) return [];
  const button = element(
    'button',
    {
      class: 'primary',
      attributes: { type: 'button', title: visibleText(place.explanation, 400) },
    },
    icon('code'),
    element('span', {
      text: place.ambiguous
        ? 'Several functions could own this span…'
        : `${visibleText(place.name, 100)} · ${visibleText(place.place, 150)}`,
    }),
  );
  button.addEventListener('click', open);
  return [button, element('p', { class: 'hint', text: visibleText(place.explanation, 400) })];
}

function linkButton(text: string, run: () => void): HTMLButtonElement {
  const button = element('button', { class: 'link', text, attributes: { type: 'button' } });
  button.addEventListener('click', run);
  return button;
}

function section(
  title: string,
  count: number,
  open: boolean,
  content: readonly HTMLElement[],
): HTMLElement {
  const made = element(
    'details',
    { class: 'section' },
    element('summary', { text: `${title} (${count})` }),
    ...content,
  );
  made.open = open;
  return made;
}

function table(rows: readonly (readonly [string, string])[], kind: string): HTMLElement {
  const list = element('dl', { class: kind });
  for (const [name, value] of rows)
    list.append(element('dt', { text: name }), element('dd', { text: value }));
  return list;
}

function attributes(values: Readonly<Record<string, AttributeValue>>): HTMLElement {
  const names = Object.keys(values).sort();
  if (names.length === 0) return element('p', { class: 'hint', text: 'None.' });
  const rows = names
    .slice(0, mostAttributes)
    .map((name) => [visibleText(name, 200), attributeText(values[name] ?? '')] as const);
  const made = table(rows, 'attributes');
  if (names.length > mostAttributes)
    made.append(
      element('dt', { text: '…' }),
      element('dd', { text: `${names.length - mostAttributes} more` }),
    );
  return made;
}

function eventItem(
  event: SpanEvent,
  frames: readonly FramePlace[],
  open: (line: number) => void,
): HTMLElement {
  const { 'exception.stacktrace': stack, ...others } = event.attributes;
  const { 'exception.type': type, 'exception.message': message } = others;
  const isException = event.name === 'exception';
  const title = isException && typeof type === 'string' ? type : event.name;
  const item = element(
    'div',
    { class: isException ? 'event exception' : 'event' },
    element(
      'div',
      { class: 'event-title' },
      ...(isException ? [icon('error')] : []),
      element('strong', { text: visibleText(title) }),
      element('span', { class: 'hint', text: `+${durationText(event.offsetNanos)}` }),
    ),
  );
  if (isException && typeof message === 'string')
    item.append(element('p', { class: 'message', text: visibleLines(message, 4_000) }));
  const rest = Object.fromEntries(
    Object.entries(others).filter(
      ([name]) => !isException || (name !== 'exception.type' && name !== 'exception.message'),
    ),
  );
  if (Object.keys(rest).length > 0) item.append(attributes(rest));
  if (typeof stack === 'string' && stack !== '') item.append(stackTrace(stack, frames, open));
  return item;
}

/** Lines that lie in the workspace are links; the others stay text. */
function stackTrace(
  stack: string,
  frames: readonly FramePlace[],
  open: (line: number) => void,
): HTMLElement {
  const byLine = new Map(frames.map((frame) => [frame.line, frame]));
  const list = element('div', {
    class: 'stack',
    attributes: { role: 'group', 'aria-label': 'Stack trace', tabindex: '0' },
  });
  for (const [at, line] of stack.slice(0, 40_000).split(/\r?\n/, 200).entries()) {
    const frame = byLine.get(at);
    const text = visibleLines(line, 1_000);
    if (frame === undefined) list.append(element('div', { text: text === '' ? ' ' : text }));
    else {
      const link = linkButton(text.trim(), () => open(at));
      link.title = `Open ${visibleText(frame.place)}`;
      list.append(element('div', { class: 'located' }, link));
    }
  }
  return list;
}
