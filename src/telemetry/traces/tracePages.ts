import { dataSourceAt } from '../grafana/address.ts';
import { exploreLink } from '../grafana/explore.ts';
import type { LinkedTrace, PageLink } from '../ports.ts';
import { isTraceId } from './context.ts';

/** Where a person sees a trace of this backend in a browser. */
export interface TracePages {
  /** Of a backend that has a page of its own. */
  readonly title?: string;
  readonly address?: (url: string, traceId: string, spanId: string | undefined) => string;
  /** What a query for a trace's id says beside it in Grafana's Explore. */
  readonly explored?: Readonly<Record<string, unknown>>;
}

/** Explore looks for a trace in this time around its beginning, Unix milliseconds. */
const around = 3_600_000;

/** The page of a trace: Grafana's where the backend is asked through it, else its own. Always of the origin of `url`. */
export function tracePage(
  url: string,
  { title, address, explored = {} }: TracePages,
  { traceId, startedAt }: LinkedTrace,
  spanId?: string,
): PageLink | undefined {
  if (!isTraceId(traceId)) return undefined;
  const source = dataSourceAt(url);
  if (source !== undefined)
    return exploreLink(source, {
      queries: [{ ...explored, query: traceId }],
      from: startedAt - around,
      to: startedAt + around,
    });
  if (title === undefined || address === undefined) return undefined;
  const span = spanId !== undefined && /^[0-9a-f]{16}$/.test(spanId) ? spanId : undefined;
  return { title, url: address(url, traceId, span) };
}
