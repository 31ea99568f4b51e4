import type { CompareReleases } from '../../domain/comparison.ts';
import type { Trace } from '../../domain/trace.ts';
import { unixMillis } from '../../domain/units.ts';
import { createTelemetryCore } from '../local/core/telemetryCore.ts';
import { mostSpansPerTrace } from '../local/core/storedTrace.ts';
import type { SpanRecord } from '../local/model.ts';

/** What was read of an answer. */
export interface ReadSpans {
  readonly spans: readonly SpanRecord[];
  /** Spans that can't be read, of whatever trace they are. */
  readonly unreadable: number;
}

/** Nothing is compared here: only what spans mean is wanted. */
const compareNothing: CompareReleases = (candidate, baseline, { basis }) => ({
  verdict: 'tooFew',
  release: candidate.version,
  baseline: baseline.version,
  basis,
  findings: [],
});

/**
 * Whole traces from the spans of an answer, in order of first sight. What a span's operation is and whether it failed follows from its
 * ancestors by the same rules as in the embedded receiver (docs/semantics.md): it is the receiver's own core that decides, one per trace.
 */
export function tracesOfSpans(spans: readonly SpanRecord[]): readonly Trace[] {
  const byTrace = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const known = byTrace.get(span.traceId);
    if (known === undefined) byTrace.set(span.traceId, [span]);
    else known.push(span);
  }
  return [...byTrace].flatMap(([traceId, own]) => traceOf(traceId, own) ?? []);
}

/** The same, with what is missing of it where all of the answer is one trace: else nobody knows whose it is. */
export function tracesRead({ spans, unreadable }: ReadSpans): readonly Trace[] {
  const traces = tracesOfSpans(spans);
  return unreadable > 0 && traces.length === 1
    ? traces.map((trace) => ({ ...trace, unreadableSpans: unreadable }))
    : traces;
}

function traceOf(traceId: string, spans: readonly SpanRecord[]): Trace | undefined {
  const now = unixMillis(
    spans.reduce(
      (latest, { start, durationNanos }) =>
        Math.max(latest, start.seconds * 1000 + Math.max(0, durationNanos) / 1e6),
      0,
    ),
  );
  const core = createTelemetryCore({ now, compare: compareNothing });
  core.spans(spans.slice(0, mostSpansPerTrace), now);
  core.settle(now);
  const trace = core.trace(traceId);
  const dropped = spans.length - mostSpansPerTrace;
  return trace === undefined || dropped <= 0
    ? trace
    : { ...trace, droppedSpans: (trace.droppedSpans ?? 0) + dropped };
}
