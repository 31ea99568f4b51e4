import type { ResolverFramework } from './resolverFramework.ts';

/** graphql-ruby: https://graphql-ruby.org/fields/introduction.html. Imports say nothing in Ruby: the fields themselves do. */
export const graphqlRuby: ResolverFramework = {
  kind: 'resolvers',
  id: 'graphql-ruby',
  family: 'ruby',
  modules: /(?!)/,
  declared: {
    call: 'field',
    mentioned: /\bGraphQL\b|\bBaseObject\b|\bTypes::/,
    field: { at: 0 },
    classes: { named: ['resolver', 'mutation', 'subscription'] },
    method: 'resolve',
    ownMethod: { named: ['resolver_method'] },
    suffix: 'Type',
  },
};
