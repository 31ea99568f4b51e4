import type { ResolverFramework } from './resolverFramework.ts';

/** TypeGraphQL: https://typegraphql.com/docs/resolvers.html */
export const typeGraphql: ResolverFramework = {
  kind: 'resolvers',
  id: 'type-graphql',
  family: 'javascript',
  modules: /^type-graphql$/,
  annotations: {
    classes: { Resolver: { at: 0 } },
    methods: {
      Query: 'Query',
      Mutation: 'Mutation',
      Subscription: 'Subscription',
      FieldResolver: 'class',
    },
    field: { named: ['name'] },
    typeName: { annotations: ['ObjectType', 'InterfaceType'], name: { at: 0, named: ['name'] } },
  },
};
