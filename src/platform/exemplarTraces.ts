import type { MetricsSource, TraceSource } from '../telemetry/ports.ts';

/** Examples that are looked at, beside what a search of traces finds. */
const mostExamples = 5;
/** A search doesn't wait longer for them. */
const patience = 5_000;

/** Traces of an environment, those among them that its metrics keep as examples of slow and failed calls. */
export const withExemplars = (
  traces: TraceSource,
  metrics: Pick<MetricsSource, 'exemplars'> | undefined,
): TraceSource =>
  metrics?.exemplars === undefined
    ? traces
    : {
        trace: (traceId, signal) => traces.trace(traceId, signal),
        ...(traces.linkTo === undefined
          ? {}
          : {
              linkTo: (...asked: Parameters<NonNullable<TraceSource['linkTo']>>) =>
                traces.linkTo?.(...asked),
            }),
        async search(query, signal) {
          const { service, operations, kind } = query;
          if (kind === 'recent') return traces.search(query, signal);
          const enough = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
          const examples = await metrics.exemplars?.(
            { service, operations, kind, limit: mostExamples },
            enough,
          );
          const pointedAt = examples?.ok === true ? examples.value : [];
          return traces.search({ ...query, pointedAt }, signal);
        },
      };
