import type { RouterFramework } from './routerFramework.ts';

const module = 'github.com/gin-gonic/gin';

/** gin: https://gin-gonic.com/en/docs/examples/grouping-routes/ */
export const gin: RouterFramework = {
  kind: 'router',
  id: 'gin',
  family: 'go',
  instrumentation: /\/otelgin(?:\/v\d+)?$/,
  creators: { [`${module}:New`]: { root: true }, [`${module}:Default`]: { root: true } },
  types: {
    [`${module}:Engine`]: { root: true },
    [`${module}:RouterGroup`]: {},
    [`${module}:IRouter`]: {},
    [`${module}:IRoutes`]: {},
  },
  verbs: {
    GET: 'GET',
    POST: 'POST',
    PUT: 'PUT',
    PATCH: 'PATCH',
    DELETE: 'DELETE',
    HEAD: 'HEAD',
    OPTIONS: 'OPTIONS',
    Any: '*',
  },
  verbLists: {
    Handle: { path: { at: 1 }, methods: { at: 0 }, handler: { last: true }, otherwise: '*' },
    Match: { path: { at: 1 }, methods: { at: 0 }, handler: { last: true }, otherwise: '*' },
  },
  path: { at: 0 },
  handler: 'last',
  mounts: {},
  groups: { Group: { at: 0 } },
  routeScopes: /\/otelgin(?:\/v\d+)?$/,
  trailingSlash: 'same',
};
