import type { Operation } from '../../domain/operation.ts';
import { hasHandler } from '../routeIndex.ts';
import { decide, noOwner, pass, type Rule, type RuleContext, type Verdict } from '../rule.ts';
import { matchRoute } from './httpRoute.ts';

/**
 * Series of a span-metrics connector with its default dimensions: only the span's name and kind are left. A handler is credited where
 * every call with that name must be its call; what a missing dimension would tell apart is `ambiguous`.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
 */
export const spanMetrics: Rule = {
  id: 'span-metrics',
  title: 'name and kind, all that span metrics keep',
  apply: (context) => {
    const { operation } = context;
    if (!keepsOnlyName(operation)) return pass;
    if (operation.kind === 'server') return ofServer(context, operation.name);
    return operation.kind === 'internal' ? ofHandlerSpans(context, operation.name) : pass;
  },
};

const keepsOnlyName = (operation: Operation): boolean =>
  operation.source === 'metric' &&
  operation.http === undefined &&
  operation.rpc === undefined &&
  operation.messaging === undefined &&
  operation.task === undefined &&
  operation.code === undefined;

const verbs = 'GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|CONNECT|QUERY';
const verbAlone = new RegExp(`^(?:HTTP )?(?:${verbs}|_OTHER|HTTP)$`);
/** A route may have blanks in a parameter's expression: `/cars/{id: \d+}`. */
const verbAndRoute = new RegExp(`^(?:HTTP )?(${verbs}) (\\S*|/\\S*\\{.+)$`);
/** `Session.find com.acme.Owner`, `Transaction.commit`: Java agent, hibernate-common. */
const hibernate = /^(?:Session|StatelessSession|Transaction|Query|ProcedureCall)\.\w/;
const anyFile = (): boolean => true;

function ofServer(context: RuleContext, name: string): Verdict {
  if (verbAlone.test(name))
    return noOwner(
      `${name} alone is every such request for which no route was named: without the dimension http.route metrics can't tell handlers apart, traces may`,
    );
  const [, method, route] = verbAndRoute.exec(name) ?? [];
  if (method !== undefined && route !== undefined) return ofRoute(context, method, route);
  return name.startsWith('/') ? ofPath(context, name) : pass;
}

/** The word after the method is a route, or Django's name of the route without a path. */
function ofRoute(context: RuleContext, method: string, route: string): Verdict {
  const named = context.index.routes.named(method, route);
  const verdict = matchRoute(context, { method, route, accepts: anyFile });
  const because = `${route} is the name of the route without a path`;
  if (named.length === 0) return verdict;
  const others =
    verdict.kind === 'owned'
      ? [verdict.owner]
      : verdict.kind === 'ambiguous'
        ? verdict.candidates
        : [];
  const handlers = [...named.map((r) => r.handler), ...others];
  return decide(context, handlers, 'strong', because);
}

/** Instrumentations that leave the method out (otelchi, older ones of Go and Java) name a request that matched nothing `/`. */
function ofPath(context: RuleContext, route: string): Verdict {
  const { index } = context;
  const query = { method: undefined, route, accepts: anyFile };
  const found = index.routes.exact(query).filter(hasHandler);
  if (found.length === 0) return pass;
  if (route === '/')
    return {
      kind: 'ambiguous',
      candidates: found.map((r) => r.handler),
      explanation:
        'requests that matched no route may be named / as well: the dimension http.route is missing',
    };
  const verdict = matchRoute(context, query);
  return verdict.kind === 'ambiguous'
    ? {
        ...verdict,
        explanation: `the dimension http.request.method is missing: ${verdict.candidates.length} functions serve ${route}`,
      }
    : verdict;
}

/** Frameworks that trace their handlers name those spans by the method alone (Nest: `findOne`): not to be taken for one made by hand. */
function ofHandlerSpans({ index }: RuleContext, name: string): Verdict {
  if (hibernate.test(name))
    return noOwner(
      `spans named ${name} may be Hibernate’s: the scope that tells them from a class of that name is missing`,
    );
  const made = index.spans(name);
  if (made.length === 0) return pass;
  const handlers = index.routes.handlersNamed(name);
  const others = handlers.filter((h) => made.every((s) => s.owner?.id !== h.id));
  return others.length === 0
    ? pass
    : {
        kind: 'ambiguous',
        candidates: [...made.flatMap((s) => s.owner ?? []), ...others],
        explanation: `spans named ${name} are made by hand, and by the framework around a handler of that name: the scope that tells them apart is missing`,
      };
}
