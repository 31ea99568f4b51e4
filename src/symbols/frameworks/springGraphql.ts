import type { ResolverFramework } from './resolverFramework.ts';

/** Spring for GraphQL: https://docs.spring.io/spring-graphql/reference/controllers.html */
export const springGraphql: ResolverFramework = {
  kind: 'resolvers',
  id: 'spring-graphql',
  family: 'java',
  modules: /^org\.springframework\.graphql\./,
  annotations: {
    classes: { Controller: {}, RestController: {} },
    methods: {
      QueryMapping: 'Query',
      MutationMapping: 'Mutation',
      SubscriptionMapping: 'Subscription',
      SchemaMapping: 'class',
      BatchMapping: 'class',
    },
    field: { at: 0, named: ['name', 'value', 'field'] },
    type: { named: ['typeName'] },
  },
};
