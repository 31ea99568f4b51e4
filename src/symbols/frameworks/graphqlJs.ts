import type { ResolverFramework } from './resolverFramework.ts';

const resolvers = { named: ['resolvers'] };

/**
 * Resolver maps of graphql-js, graphql-tools, Apollo Server, GraphQL Yoga and Mercurius: https://www.graphql-tools.com/docs/resolvers,
 * and types made in code: https://www.graphql-js.org/docs/constructing-types/
 */
export const graphqlJs: ResolverFramework = {
  kind: 'resolvers',
  id: 'graphql-js',
  family: 'javascript',
  modules: /(?:^|[@/-])(?:graphql|apollo|mercurius)(?:$|[/-])/,
  takers: {
    ApolloServer: resolvers,
    makeExecutableSchema: resolvers,
    addResolversToSchema: resolvers,
    createSchema: resolvers,
    buildSubgraphSchema: resolvers,
    mergeResolvers: { at: 0 },
  },
  rootTypes: ['Query', 'Mutation', 'Subscription'],
  types: {
    GraphQLObjectType: { name: { named: ['name'] }, fields: { named: ['fields'] } },
  },
};
