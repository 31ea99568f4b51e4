import type { Confidence } from '../domain/attribution.ts';
import type { EndpointDecl } from '../domain/endpoint.ts';
import { decide, noOwner, type RuleContext, type Verdict } from './rule.ts';

/** `payment.ts:12`, for explanations. */
export const placeOf = ({ registeredAt: { path, line } }: EndpointDecl): string =>
  `${path.slice(path.lastIndexOf('/') + 1)}:${line + 1}`;

/** Endpoints that the operation's run time can have: not a test's while there are others, files of its language, its own service's. */
export function eligible(
  { operation, index }: RuleContext,
  endpoints: readonly EndpointDecl[],
): readonly EndpointDecl[] {
  const accepts = index.instrumentations.acceptsFile(operation.scope);
  const fitting = endpoints.filter((e) => accepts(e.registeredAt.path));
  const real = fitting.some((e) => !e.inTest) ? fitting.filter((e) => !e.inTest) : fitting;
  const services = new Map(
    real.map((e) => [e, index.servicesOf(e.registeredAt.path).services] as const),
  );
  const mine = real.filter((e) =>
    services.get(e)?.some((s) => s.service.toLowerCase() === operation.service.toLowerCase()),
  );
  return mine.length > 0 ? mine : real.filter((e) => services.get(e)?.length === 0);
}

/** The handlers of endpoints that all answer what telemetry names. */
export function handlersOf(
  context: RuleContext,
  endpoints: readonly EndpointDecl[],
  confidence: Confidence,
  because: string,
): Verdict {
  for (const e of endpoints.slice(0, 10))
    context.step(
      'found',
      `${e.unresolved ?? e.key} (${e.framework}) is registered at ${placeOf(e)}`,
      e.registeredAt,
    );
  const handlers = endpoints.flatMap((e) => e.handler ?? []);
  const [first] = endpoints;
  if (handlers.length === 0 && first !== undefined)
    return noOwner(
      `${because} at ${placeOf(first)}, with a handler that is not a function of the workspace`,
    );
  return decide(context, handlers, confidence, because);
}
