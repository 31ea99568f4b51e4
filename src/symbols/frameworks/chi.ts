import type { RouterFramework } from './routerFramework.ts';

const module = 'github.com/go-chi/chi';

/** chi: https://go-chi.io/#/pages/routing */
export const chi: RouterFramework = {
  kind: 'router',
  id: 'chi',
  family: 'go',
  traits: { slash: 'served' },
  instrumentation: /\/otelchi(?:\/v\d+)?$/,
  creators: { [`${module}:NewRouter`]: { root: true }, [`${module}:NewMux`]: { root: true } },
  types: { [`${module}:Router`]: {}, [`${module}:Mux`]: {} },
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
    Handle: '*',
    HandleFunc: '*',
  },
  verbLists: {
    Method: { path: { at: 1 }, methods: { at: 0 }, handler: { at: 2 }, otherwise: '*' },
    MethodFunc: { path: { at: 1 }, methods: { at: 0 }, handler: { at: 2 }, otherwise: '*' },
  },
  path: { at: 0 },
  handler: { at: 1 },
  mounts: { Mount: { prefix: { at: 0 }, child: { at: 1 } } },
  scopes: { Route: { prefix: { at: 0 }, body: { at: 1 } }, Group: { body: { at: 0 } } },
  handlerMethod: 'ServeHTTP',
  routeScopes: /\/otelchi(?:\/v\d+)?$/,
  trailingSlash: 'same',
};
