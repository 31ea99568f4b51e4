import type { RouterFramework } from './routerFramework.ts';

const module = 'github.com/labstack/echo';

/** Echo 3 to 5: https://echo.labstack.com/docs/routing */
export const echo: RouterFramework = {
  kind: 'router',
  id: 'echo',
  family: 'go',
  instrumentation: /\/otelecho(?:\/v\d+)?$/,
  creators: { [`${module}:New`]: { root: true } },
  types: { [`${module}:Echo`]: { root: true }, [`${module}:Group`]: {} },
  verbs: {
    GET: 'GET',
    POST: 'POST',
    PUT: 'PUT',
    PATCH: 'PATCH',
    DELETE: 'DELETE',
    HEAD: 'HEAD',
    OPTIONS: 'OPTIONS',
    CONNECT: 'CONNECT',
    TRACE: 'TRACE',
    Any: '*',
  },
  verbLists: {
    Add: { path: { at: 1 }, methods: { at: 0 }, handler: { at: 2 }, otherwise: '*' },
    Match: { path: { at: 1 }, methods: { at: 0 }, handler: { at: 2 }, otherwise: '*' },
  },
  path: { at: 0 },
  // What follows the handler is middleware.
  handler: { at: 1 },
  mounts: {},
  groups: { Group: { at: 0 } },
  routeScopes: /\/(?:otelecho|echo-opentelemetry)(?:\/v\d+)?$/,
  trailingSlash: 'same',
  headRefused: true,
};
