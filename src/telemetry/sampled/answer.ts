import type { SpanRecord } from '../local/model.ts';

/** A whole trace of an answer. */
export interface SampledTrace {
  readonly traceId: string;
  readonly spans: readonly SpanRecord[];
  /** Those of the service that was asked for. */
  readonly own: ReadonlySet<SpanRecord>;
  /** When the first of its own began, Unix milliseconds: by it a trace is in a stretch of time, however long its calls took. */
  readonly start: number;
}

/** Spans by their traces; traces without a span of the service are left out. */
export function tracesIn(
  spans: readonly SpanRecord[],
  isOwn: (span: SpanRecord) => boolean,
): readonly SampledTrace[] {
  const byId = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const known = byId.get(span.traceId);
    if (known === undefined) byId.set(span.traceId, [span]);
    else known.push(span);
  }
  return [...byId].flatMap(([traceId, all]) => {
    const own = new Set(all.filter(isOwn));
    if (own.size === 0) return [];
    let start = Infinity;
    for (const span of own) start = Math.min(start, startOf(span));
    return [{ traceId, spans: all, own, start }];
  });
}

const startOf = ({ start }: SpanRecord): number => start.seconds * 1000 + start.nanos / 1e6;

/**
 * Whether a span inside of the service misses what it is in: its request hasn't ended, or wasn't sent yet. Requests themselves may have
 * callers that send nothing.
 */
export function isIncomplete({ spans, own }: SampledTrace): boolean {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  for (const { kind, parentSpanId } of own)
    if (kind !== 'server' && kind !== 'consumer' && parentSpanId !== '' && !ids.has(parentSpanId))
      return true;
  return false;
}
