import type { FunctionRef } from '../../domain/functionDecl.ts';
import { decide, noOwner, pass, type Rule, type RuleContext, type Verdict } from '../rule.ts';

const roots = ['Query', 'Mutation', 'Subscription'] as const;

/** Spans of GraphQL fields and queries: the function that resolves the schema's type and field. */
export const graphqlResolver: Rule = {
  id: 'graphql-resolver',
  title: 'type and field of a GraphQL schema',
  apply: (context) => {
    const { layer, name, source, kind } = context.operation;
    if (layer?.framework === 'graphql') {
      if (layer.name !== undefined) return resolver(context, layer.name, 'exact');
      return noOwner(
        'the query selects several fields at its root, or through fragments: the spans of its fields name the functions',
      );
    }
    // Span metrics have only the name, where a field of the root stands under what the client called it.
    const field = /^graphql\.resolve (\S+)$/.exec(name)?.[1];
    if (source !== 'metric' || kind !== 'internal' || field === undefined) return pass;
    const fitting = roots.filter((root) => context.index.resolvers(`${root}.${field}`).length > 0);
    const [only, second] = fitting;
    return only === undefined || second !== undefined
      ? noOwner('the metric names neither type nor field of the schema (graphql.parent.name)')
      : resolver(context, `${only}.${field}`, 'weak');
  },
};

function resolver(context: RuleContext, coordinate: string, confidence: 'exact' | 'weak'): Verdict {
  const { index, operation, step } = context;
  const accepts = index.instrumentations.acceptsFile(operation.scope);
  const all = index
    .resolvers(coordinate, operation.folded)
    .filter((r) => accepts(r.registeredAt.path));
  const real = all.some((r) => !r.inTest) ? all.filter((r) => !r.inTest) : all;
  const [first] = real;
  if (first === undefined)
    return noOwner(
      `no resolver of ${coordinate} is in the workspace: the library reads the property, or the resolver is made at run time`,
    );
  const handlers: FunctionRef[] = [];
  for (const { framework, handler, registeredAt } of real) {
    const file = registeredAt.path.slice(registeredAt.path.lastIndexOf('/') + 1);
    step(
      'found',
      `${coordinate} is resolved (${framework}) at ${file}:${registeredAt.line + 1}`,
      registeredAt,
    );
    if (handler !== undefined) handlers.push(handler);
  }
  if (handlers.length === 0)
    return noOwner(
      `${coordinate} is resolved by something that is not a function of the workspace`,
    );
  return decide(context, handlers, confidence, `${coordinate} is resolved by it`);
}
