import { callMatcher } from '../../src/domain/callMatch.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { RouteTable } from '../../src/domain/route.ts';
import { routeMatcher } from '../../src/domain/routeMatch.ts';
import { unixMillis, type UnixMillis } from '../../src/domain/units.ts';
import { compareReleases } from '../../src/releases/compareReleases.ts';
import { CoreState } from '../../src/telemetry/local/core/coreState.ts';
import { SpanIngest } from '../../src/telemetry/local/core/spanIngest.ts';
import type { SpanRecord } from '../../src/telemetry/local/model.ts';

/** A span and the operation that the receiver counted it for. */
export interface CountedSpan {
  readonly span: SpanRecord;
  readonly operation: Operation;
}

/**
 * Puts a recording through the receiver's own ingest, each request at the time of its newest span: trace assembly, identities, and
 * routes found by the workspace's table for spans that name none.
 */
export function replay(
  requests: readonly (readonly SpanRecord[])[],
  routes: RouteTable,
): readonly CountedSpan[] {
  const began = newestEnd(requests[0] ?? []);
  const state = new CoreState({ now: began, compare: compareReleases }, began);
  const ingest = new SpanIngest(state);
  if (routes.routes.length > 0) ingest.matcher = routeMatcher(routes);
  if (routes.calls !== undefined) ingest.calls = callMatcher(routes.calls);
  const counted: CountedSpan[] = [];
  // The trace store is offered every span once its operation is known: that is where we listen.
  const offer = state.traces.offer.bind(state.traces);
  state.traces.offer = (traceId, nodes) => {
    for (const { span, operation } of nodes)
      if (operation !== undefined) counted.push({ span, operation: operation.operation });
    offer(traceId, nodes);
  };
  let now = began;
  for (const spans of requests) {
    now = unixMillis(Math.max(now, newestEnd(spans)));
    ingest.take(spans, now);
    ingest.assemblies.tick(now);
  }
  ingest.assemblies.settle();
  return counted;
}

function newestEnd(spans: readonly SpanRecord[]): UnixMillis {
  let newest = 0;
  for (const { start, durationNanos } of spans)
    newest = Math.max(newest, start.seconds * 1000 + (start.nanos + durationNanos) / 1e6);
  return unixMillis(newest);
}
