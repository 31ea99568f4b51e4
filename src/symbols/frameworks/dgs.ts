import type { ResolverFramework } from './resolverFramework.ts';

/** Netflix DGS: https://netflix.github.io/dgs/datafetching/ */
export const dgs: ResolverFramework = {
  kind: 'resolvers',
  id: 'dgs',
  family: 'java',
  modules: /^com\.netflix\.graphql\.dgs\./,
  annotations: {
    classes: { DgsComponent: {} },
    methods: {
      DgsQuery: 'Query',
      DgsMutation: 'Mutation',
      DgsSubscription: 'Subscription',
      DgsData: 'class',
    },
    field: { named: ['field'] },
    type: { named: ['parentType'] },
  },
};
