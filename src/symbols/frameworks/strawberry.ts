import type { ResolverFramework } from './resolverFramework.ts';

/**
 * Strawberry, whose names are in camel case in the schema: https://strawberry.rocks/docs/types/resolvers. Spans need its
 * OpenTelemetryExtension.
 */
export const strawberry: ResolverFramework = {
  kind: 'resolvers',
  id: 'strawberry',
  family: 'python',
  modules: /^strawberry(?:_django)?(?:\.|$)/,
  typeClasses: {
    annotations: { type: { named: ['name'] }, interface: { named: ['name'] } },
    fields: ['field', 'mutation', 'subscription'],
    name: { named: ['name'] },
    resolver: { at: 0, named: ['resolver'] },
  },
};
