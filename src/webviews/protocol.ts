import type { Trace } from '../domain/trace.ts';

/** A span of the shown trace: its id and, as ids may repeat, the how-many-th with this id (0: the first in `Trace.spans`). */
export interface SpanRef {
  readonly spanId: string;
  readonly nth: number;
}

/** A span that maps to functions; the place itself stays with the host. */
export interface SpanPlace extends SpanRef {
  /** `Class.method` */
  readonly name: string;
  /** `src/orders.ts:12` below the workspace folder. */
  readonly place: string;
  /** Why this function. */
  readonly explanation: string;
  /** More than one function could own it: the host asks which. */
  readonly ambiguous?: true;
}

/** A line of an exception's stack trace that lies in the workspace. */
export interface FramePlace extends SpanRef {
  /** Index of the event in the span. */
  readonly event: number;
  /** Zero-based line of `exception.stacktrace`. */
  readonly line: number;
  readonly place: string;
}

/** What the waterfall looks like at the moment; kept by the host in memory while the editor is hidden. */
export interface WaterfallView {
  readonly selected?: SpanRef;
  readonly collapsed: readonly SpanRef[];
  /** Nanoseconds from the trace's start. */
  readonly zoom?: { readonly from: number; readonly to: number };
  readonly query: string;
  readonly scrollTop: number;
  readonly criticalPath: boolean;
  readonly detailsHidden: boolean;
}

export type ToWaterfall =
  | {
      readonly type: 'trace';
      readonly trace: Trace;
      readonly environment: string;
      /** Whose page of the trace can be opened in a browser: `Jaeger`. */
      readonly page?: string;
      /** Selected at first: the span of the function asked for. */
      readonly focusSpanId?: string;
      readonly view?: WaterfallView;
    }
  | {
      readonly type: 'places';
      readonly spans: readonly SpanPlace[];
      readonly frames: readonly FramePlace[];
    }
  | { readonly type: 'focus'; readonly spanId: string }
  | { readonly type: 'loading' }
  | { readonly type: 'problem'; readonly message: string; readonly remedy?: string };

export type FromWaterfall =
  | { readonly type: 'ready' }
  | { readonly type: 'openSpan'; readonly span: SpanRef }
  | {
      readonly type: 'openFrame';
      readonly span: SpanRef;
      readonly event: number;
      readonly line: number;
    }
  /** A link of the shown trace, by its place there: the id itself is never taken from the webview. */
  | { readonly type: 'openLink'; readonly span: SpanRef; readonly link: number }
  | { readonly type: 'copyTraceId' }
  /** The trace on its backend's page, with the span in front. The host knows the address. */
  | { readonly type: 'openPage'; readonly span?: SpanRef }
  | { readonly type: 'retry' }
  | { readonly type: 'view'; readonly view: WaterfallView };

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown, most = 1e6): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

function decodeRef(value: unknown): SpanRef | undefined {
  if (!isFields(value)) return undefined;
  const { spanId, nth } = value as { spanId?: unknown; nth?: unknown };
  if (typeof spanId !== 'string' || spanId.length > 64 || !isCount(nth)) return undefined;
  return { spanId, nth };
}

function decodeView(value: unknown): WaterfallView | undefined {
  if (!isFields(value)) return undefined;
  const fields = value as { readonly [K in keyof WaterfallView]?: unknown };
  const selected = decodeRef(fields.selected);
  const zoom = fields.zoom as { from?: unknown; to?: unknown } | undefined;
  const zoomed =
    isFields(zoom) && isMoment(zoom.from) && isMoment(zoom.to)
      ? { zoom: { from: zoom.from, to: zoom.to } }
      : {};
  const collapsed = Array.isArray(fields.collapsed) ? fields.collapsed.slice(0, 100_000) : [];
  return {
    ...(selected === undefined ? {} : { selected }),
    collapsed: collapsed.flatMap((item) => decodeRef(item) ?? []),
    ...zoomed,
    query: typeof fields.query === 'string' ? fields.query.slice(0, 500) : '',
    scrollTop: isMoment(fields.scrollTop) ? fields.scrollTop : 0,
    criticalPath: fields.criticalPath !== false,
    detailsHidden: fields.detailsHidden === true,
  };
}

/** Messages of the webview are unknown until decoded here; what doesn't decode is dropped. */
export function decodeFromWaterfall(message: unknown): FromWaterfall | undefined {
  if (!isFields(message)) return undefined;
  const fields = message as {
    type?: unknown;
    span?: unknown;
    event?: unknown;
    line?: unknown;
    link?: unknown;
    view?: unknown;
  };
  const span = decodeRef(fields.span);
  switch (fields.type) {
    case 'ready':
    case 'copyTraceId':
    case 'retry':
      return { type: fields.type };
    case 'openPage':
      return { type: 'openPage', ...(span === undefined ? {} : { span }) };
    case 'openSpan':
      return span && { type: 'openSpan', span };
    case 'openFrame':
      return span && isCount(fields.event) && isCount(fields.line)
        ? { type: 'openFrame', span, event: fields.event, line: fields.line }
        : undefined;
    case 'openLink':
      return span && isCount(fields.link)
        ? { type: 'openLink', span, link: fields.link }
        : undefined;
    case 'view': {
      const view = decodeView(fields.view);
      return view && { type: 'view', view };
    }
    default:
      return undefined;
  }
}
