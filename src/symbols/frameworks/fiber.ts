import type { RouterFramework } from './routerFramework.ts';

const module = 'github.com/gofiber/fiber';

/** Fiber 2 and 3: https://docs.gofiber.io/guide/routing */
export const fiber: RouterFramework = {
  kind: 'router',
  id: 'fiber',
  family: 'go',
  traits: { inOrder: true },
  instrumentation: /\/otelfiber(?:\/v\d+)?$|^github\.com\/gofiber\/contrib\//,
  creators: { [`${module}:New`]: { root: true } },
  types: {
    [`${module}:App`]: { root: true },
    [`${module}:Router`]: {},
    [`${module}:Group`]: {},
  },
  verbs: {
    Get: 'GET',
    Post: 'POST',
    Put: 'PUT',
    Patch: 'PATCH',
    Delete: 'DELETE',
    Head: 'HEAD',
    Options: 'OPTIONS',
    Connect: 'CONNECT',
    Trace: 'TRACE',
    All: '*',
  },
  verbLists: {
    Add: { path: { at: 1 }, methods: { at: 0 }, handler: { last: true }, otherwise: '*' },
  },
  path: { at: 0 },
  handler: 'last',
  mounts: {
    Mount: { prefix: { at: 0 }, child: { at: 1 } },
    Use: { prefix: { at: 0 }, child: 'rest' },
  },
  groups: { Group: { at: 0 } },
  scopes: { Route: { prefix: { at: 0 }, body: { at: 1 } } },
  modifiers: { Route: 'path', RouteChain: 'path' },
  routeScopes: /\/otelfiber(?:\/v\d+)?$|\/fiber\/(?:v\d+\/)?otel$/,
  trailingSlash: 'same',
};
