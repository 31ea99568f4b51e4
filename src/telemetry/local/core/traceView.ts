import type { Operation } from '../../../domain/operation.ts';
import type { Trace, TraceSpan } from '../../../domain/trace.ts';
import { unixMillis } from '../../../domain/units.ts';
import type { Timestamp } from '../model.ts';
import type { StoredSpan, StoredTrace } from './storedTrace.ts';

/** A stored trace as shown: times relative to its start, spans in order of start. */
export function traceView(stored: StoredTrace, operations: readonly Operation[]): Trace {
  const spans = stored.read();
  const start = spans.reduce<Timestamp | undefined>(
    (first, s) => (first === undefined || isBefore(s.span.start, first) ? s.span.start : first),
    undefined,
  ) ?? { seconds: 0, nanos: 0 };
  const shown = spans.map((s) => spanView(s, start, operations[s.operation]));
  shown.sort((a, b) => a.offsetNanos - b.offsetNanos || b.durationNanos - a.durationNanos);
  const end = shown.reduce((last, s) => Math.max(last, s.offsetNanos + s.durationNanos), 0);
  return {
    traceId: stored.traceId,
    startedAt: unixMillis(Math.floor(start.seconds * 1000 + start.nanos / 1e6)),
    startUnixNanos: (BigInt(start.seconds) * 1_000_000_000n + BigInt(start.nanos)).toString(),
    durationNanos: end,
    spans: shown,
    ...(stored.dropped > 0 ? { droppedSpans: stored.dropped } : {}),
  };
}

const isBefore = (a: Timestamp, b: Timestamp): boolean =>
  a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos);

const nanosSince = (time: Timestamp, start: Timestamp): number =>
  (time.seconds - start.seconds) * 1e9 + (time.nanos - start.nanos);

function spanView(
  stored: StoredSpan,
  start: Timestamp,
  operation: Operation | undefined,
): TraceSpan {
  const { span, failed } = stored;
  return {
    spanId: span.spanId,
    ...(span.parentSpanId === '' ? {} : { parentSpanId: span.parentSpanId }),
    service: span.resource.service,
    release: span.resource.release,
    name: span.name,
    kind: span.kind,
    scope: span.scope,
    offsetNanos: nanosSince(span.start, start),
    durationNanos: span.durationNanos,
    status: span.status,
    ...(span.statusMessage === '' ? {} : { statusMessage: span.statusMessage }),
    failed,
    attributes: span.attributes,
    resource: span.resource.attributes,
    events: span.events.map((event) => ({
      name: event.name,
      offsetNanos: nanosSince(event.time, start),
      attributes: event.attributes,
    })),
    ...(span.links.length > 0 ? { links: span.links } : {}),
    ...(operation === undefined ? {} : { operation }),
  };
}
