import type { ExceptionStack, ServiceExceptions } from '../../../domain/exceptionStack.ts';
import { unixMillis, type UnixMillis } from '../../../domain/units.ts';
import type { ExceptionsAnswer, ExceptionsQuery } from '../../ports.ts';
import { aroundActiveJobs } from './jobRuns.ts';
import { observedSpan, type Span } from './numbersOfGroup.ts';
import { observedStart, sourceOf } from './query.ts';
import type { QueryData } from './queryData.ts';
import type { ServiceEntry } from './services.ts';
import { chooseService } from './serviceTable.ts';

/** Kinds told of one service: a screen has room for few, and what is cut off is said to be missing. */
const mostPerService = 300;
const mostOverall = 1000;

/** Exceptions with stacks, per service in the environment that is selected; where several are meant, nothing. */
export function exceptionsOf(
  data: QueryData,
  query: ExceptionsQuery,
  now: UnixMillis,
): ExceptionsAnswer {
  const windowFrom = now - query.window;
  const spans = new Map<ServiceEntry, Span>();
  const around = new Set<number>();
  for (const key of data.services.keys()) {
    const { service } = chooseService(
      data.services.of(key),
      query.select ?? {},
      (entry) => entry.lastSeen >= windowFrom,
    );
    if (service === undefined) continue;
    const observedFrom = observedStart(data, service, windowFrom, now);
    const span = observedSpan(windowFrom, now, observedFrom, now);
    spans.set(service, span);
    for (const index of aroundActiveJobs(service.operations.values(), data.cells, span))
      around.add(index);
  }
  const found = data.exceptions.stacked(
    (operation) => {
      if (around.has(operation)) return undefined;
      const service = data.operations.entries[operation]?.service;
      return service !== undefined && spans.has(service) ? service : undefined;
    },
    (service) => (stretch) => spans.get(service)?.takes(stretch) === true,
  );
  const known = new Set(query.known);
  const stacks = new Map<string, ExceptionStack>();
  let room = mostOverall;
  const services = [...found].map(([service, all]): ServiceExceptions => {
    const told = all.slice(0, Math.min(mostPerService, room));
    room -= told.length;
    for (const { stack } of told) if (!known.has(stack.id)) stacks.set(stack.id, stack);
    const from = Math.floor(Math.min(spans.get(service)?.from ?? now, now));
    return {
      service: service.key,
      window: { from: unixMillis(from), to: now },
      exceptions: told.map(({ seen }) => seen),
      ...(told.length < all.length || data.exceptions.dropped > 0 ? { lowerBound: true } : {}),
      source: sourceOf(service),
    };
  });
  return { services, stacks: [...stacks.values()] };
}
