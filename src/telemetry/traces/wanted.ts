import type { Operation } from '../../domain/operation.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { AttributeValue, Trace, TraceSpan, TraceSummary } from '../../domain/trace.ts';
import { milliseconds, unixMillis } from '../../domain/units.ts';
import type { AttributeFilter, Select, TraceQuery } from '../ports.ts';
import type { Naming } from './naming.ts';
import { isCallOf, isOfService } from './naming.ts';

/** A query with its operations known. */
export interface Wanted {
  readonly service: ServiceKey;
  /** Empty: any of the service. */
  readonly operations: readonly Operation[];
  readonly kind: TraceQuery['kind'];
  readonly select: Select;
  readonly release?: string;
  readonly attributes: readonly AttributeFilter[];
  readonly limit: number;
  readonly naming: Naming;
}

export interface Found {
  readonly rows: readonly TraceSummary[];
  /** A key of `select` that spans of the service were looked at for and none has: nothing can be told by it. */
  readonly unsaid?: string;
}

/** Of whole traces those that are wanted, one row each, in the order of the kind. The backend may have filtered; here it is made sure. */
export function rowsOf(traces: Iterable<Trace>, wanted: Wanted): Found {
  const rows: TraceSummary[] = [];
  const unsaid = new Set(Object.keys(wanted.select));
  let ofService = 0;
  for (const trace of traces) {
    const own = trace.spans.filter((span) => isOfService(span, wanted.service, wanted.naming));
    if (own.length === 0) continue;
    ofService += 1;
    for (const key of unsaid)
      if (own.some((span) => valueOf(span, key) !== undefined)) unsaid.delete(key);
    if (!carries(trace, wanted.attributes)) continue;
    const row = rowOf(trace, own, wanted);
    if (row !== undefined) rows.push(row);
  }
  const [missing] = unsaid;
  return {
    rows: inOrder(rows, wanted),
    ...(ofService > 0 && missing !== undefined ? { unsaid: missing } : {}),
  };
}

export const inOrder = (
  rows: readonly TraceSummary[],
  { kind, limit }: Pick<Wanted, 'kind' | 'limit'>,
): readonly TraceSummary[] =>
  rows
    .toSorted((a, b) =>
      kind === 'slow' ? b.duration - a.duration : endOf(b) - endOf(a) || b.duration - a.duration,
    )
    .slice(0, limit);

const endOf = ({ startedAt, duration }: TraceSummary): number => startedAt + duration;

function rowOf(trace: Trace, own: readonly TraceSpan[], wanted: Wanted): TraceSummary | undefined {
  const calls = own.filter(
    (span) =>
      isSelected(span, wanted.select) &&
      (wanted.release === undefined || span.release === wanted.release) &&
      (wanted.kind !== 'failed' || span.failed),
  );
  const { operations } = wanted;
  const fitting =
    operations.length === 0
      ? outermost(calls)
      : calls.filter((span) => operations.some((one) => isCallOf(span, one, wanted.naming)));
  const [span] = fitting.toSorted((a, b) => b.durationNanos - a.durationNanos);
  if (span === undefined) return undefined;
  const exceptionType = exceptionOf(span) ?? trace.spans.map(exceptionOf).find(Boolean);
  return {
    traceId: trace.traceId,
    spanId: span.spanId,
    startedAt: unixMillis(trace.startedAt + Math.round(span.offsetNanos / 1e6)),
    duration: milliseconds(span.durationNanos / 1e6),
    failed: span.failed,
    release: span.release,
    service: wanted.service,
    name: span.operation?.name ?? span.name,
    spanCount: trace.spans.length + (trace.droppedSpans ?? 0),
    ...(exceptionType === undefined ? {} : { exceptionType }),
  };
}

/** What came into the service, else what began in it; calls out are another service's. */
function outermost(spans: readonly TraceSpan[]): readonly TraceSpan[] {
  const entries = spans.filter(({ kind }) => kind === 'server' || kind === 'consumer');
  return entries.length > 0
    ? entries
    : spans.filter(({ kind }) => kind !== 'client' && kind !== 'producer');
}

const exceptionOf = ({ failed, events }: TraceSpan): string | undefined => {
  if (!failed) return undefined;
  const type = events.find(({ name }) => name === 'exception')?.attributes['exception.type'];
  return typeof type === 'string' && type !== '' ? type : undefined;
};

/** An attribute as text, the span's own before its resource's. */
export function valueOf(span: TraceSpan, key: string): string | undefined {
  for (const attributes of [span.attributes, span.resource ?? {}]) {
    if (!Object.hasOwn(attributes, key)) continue;
    const value: AttributeValue | undefined = attributes[key];
    if (value !== undefined) return typeof value === 'string' ? value : JSON.stringify(value);
  }
  return undefined;
}

export const isSelected = (span: TraceSpan, select: Select): boolean =>
  Object.entries(select).every(([key, value]) => valueOf(span, key) === value);

/** Whether, for each attribute, some span of the trace or its resource says so. */
const carries = (trace: Trace, attributes: readonly AttributeFilter[]): boolean =>
  attributes.every(({ key, value }) =>
    trace.spans.some(
      (span) => valueOf(span, key) === value || valueOf({ ...span, attributes: {} }, key) === value,
    ),
  );

/** Whether a trace says that it is another environment's. One that says nothing of it may be shown to who knows its id. */
export function isElsewhere(trace: Trace, select: Select): boolean {
  return Object.entries(select).some(([key, value]) => {
    const said = trace.spans.map((span) => valueOf(span, key)).filter((text) => text !== undefined);
    return said.length > 0 && !said.includes(value);
  });
}
