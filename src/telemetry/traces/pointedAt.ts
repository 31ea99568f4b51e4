import { ok } from '../../domain/result.ts';
import type { TraceSource } from '../ports.ts';
import { isTraceId, wantedOf, type TraceBackendContext } from './context.ts';
import { lowerCase } from './naming.ts';
import { inOrder, rowsOf } from './wanted.ts';

/** Whole traces that are fetched by their ids for one search. */
const mostFetched = 5;

/**
 * A search that looks at the traces as well that numbers point at: a search of a backend knows the newest, an exemplar may be slower than all
 * of them. One that isn't kept, or doesn't fit what is wanted, changes nothing.
 */
export const searchPointedAt =
  (source: TraceSource, context: TraceBackendContext): TraceSource['search'] =>
  async (query, signal) => {
    const found = await source.search(query, signal);
    const rows = found.ok ? found.value : [];
    const missing = (query.pointedAt ?? [])
      .filter((id) => isTraceId(id) && !rows.some(({ traceId }) => traceId === id))
      .slice(0, mostFetched);
    // Operations were brought by metrics here: their names are all that is compared.
    const wanted = wantedOf(query, context, lowerCase);
    if (missing.length === 0 || !wanted.ok || signal.aborted) return found;
    const traces = await Promise.all(missing.map((id) => source.trace(id, signal)));
    const more = rowsOf(
      traces.flatMap((trace) => (trace.ok ? [trace.value] : [])),
      wanted.value,
    );
    return more.rows.length === 0 ? found : ok(inOrder([...rows, ...more.rows], wanted.value));
  };
