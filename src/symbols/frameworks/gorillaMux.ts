import type { RouterFramework } from './routerFramework.ts';

const module = 'github.com/gorilla/mux';

/** gorilla/mux: https://github.com/gorilla/mux#matching-routes */
export const gorillaMux: RouterFramework = {
  kind: 'router',
  id: 'gorilla/mux',
  family: 'go',
  traits: { slash: 'told', inOrder: true },
  instrumentation: /\/otelmux(?:\/v\d+)?$/,
  creators: { [`${module}:NewRouter`]: { root: true }, [`${module}:Router`]: { root: true } },
  types: { [`${module}:Router`]: {}, [`${module}:Route`]: {} },
  verbs: { Handle: '*', HandleFunc: '*', Handler: '*', HandlerFunc: '*' },
  path: { at: 0 },
  handler: 'last',
  mounts: {},
  groups: { Subrouter: { at: 0 } },
  modifiers: { Methods: 'methods', Path: 'path', PathPrefix: 'path' },
  wholePath: true,
  handlerMethod: 'ServeHTTP',
  routeScopes: /\/otelmux(?:\/v\d+)?$/,
  trailingSlash: 'differs',
};
