import type { FrameworkLayer } from '../../domain/operation.ts';
import {
  decide,
  isRouteFunction,
  noOwner,
  pass,
  type Rule,
  type RuleContext,
  type Verdict,
} from '../rule.ts';

/** Spans that frameworks and protocols make for their own steps: no function of the workspace runs in them alone. */
export const frameworkInternals: Rule = {
  id: 'framework-internals',
  title: 'spans of a framework’s own steps',
  apply: (context) => {
    const { operation } = context;
    if (operation.overflow)
      return noOwner('it stands for all operations over the bound of this service');
    const { kind, layer, name } = operation;
    if (kind === 'internal' && / http (?:send|receive)$| websocket (?:send|receive)$/.test(name))
      return noOwner('ASGI send and receive events are steps of the server, not calls');
    if (layer === undefined) return pass;
    if (layer.type === 'router' && !isRouteFunction(layer))
      return noOwner(
        'a router span is named after the first layer of the router, not after the one that matched',
      );
    if (layer.type === 'middleware' || hookTypes.has(layer.type)) return middleware(context, layer);
    return pass;
  },
};

/** Types of `@fastify/otel`. */
const hookTypes: ReadonlySet<string> = new Set(['hook', 'route-hook']);

/** A middleware of the workspace owns its span where a function of its name is registered as one; other names are the libraries'. */
function middleware(context: RuleContext, layer: FrameworkLayer): Verdict {
  const { operation, index } = context;
  const name = layer.callback ?? layer.name ?? '';
  const found = index.middleware(name);
  if (found.length > 0)
    return decide(
      context,
      found,
      'strong',
      `a function called ${name} is registered as middleware`,
    );
  return noOwner(
    `middleware ${name} is set up by the framework (${operation.scope}), or has no name of its own; the request’s own spans name the handler`,
  );
}
