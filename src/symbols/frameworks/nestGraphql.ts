import type { ResolverFramework } from './resolverFramework.ts';

/** NestJS resolvers, code first and schema first: https://docs.nestjs.com/graphql/resolvers */
export const nestGraphql: ResolverFramework = {
  kind: 'resolvers',
  id: 'nest-graphql',
  family: 'javascript',
  modules: /^@nestjs\/graphql$/,
  annotations: {
    classes: { Resolver: { at: 0 } },
    methods: {
      Query: 'Query',
      Mutation: 'Mutation',
      Subscription: 'Subscription',
      ResolveField: 'class',
      ResolveProperty: 'class',
    },
    field: { at: 0, named: ['name'] },
    typeName: { annotations: ['ObjectType', 'InterfaceType'], name: { at: 0, named: ['name'] } },
  },
};
