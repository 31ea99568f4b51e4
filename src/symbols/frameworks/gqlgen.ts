import type { ResolverFramework } from './resolverFramework.ts';

/** gqlgen, whose generator names the receivers after the schema's types: https://gqlgen.com/reference/resolvers/ */
export const gqlgen: ResolverFramework = {
  kind: 'resolvers',
  id: 'gqlgen',
  family: 'go',
  modules: /^github\.com\/99designs\/gqlgen\//,
  receivers: '(\\w+)Resolver',
};
