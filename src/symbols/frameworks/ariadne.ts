import type { ResolverFramework } from './resolverFramework.ts';

/** Ariadne: https://ariadnegraphql.org/docs/resolvers. Spans need its OpenTelemetryExtension. */
export const ariadne: ResolverFramework = {
  kind: 'resolvers',
  id: 'ariadne',
  family: 'python',
  modules: /^ariadne(?:\.|$)/,
  registrars: {
    makers: {
      QueryType: 'Query',
      MutationType: 'Mutation',
      SubscriptionType: 'Subscription',
      ObjectType: { at: 0 },
      InterfaceType: { at: 0 },
    },
    decorators: ['field', 'source'],
  },
};
