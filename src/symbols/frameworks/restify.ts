import type { RouterFramework } from './routerFramework.ts';

/** restify: http://restify.com/docs/server-api/, with routers of https://github.com/ukayani/restify-router */
export const restify: RouterFramework = {
  kind: 'router',
  id: 'restify',
  family: 'javascript',
  creators: {
    'restify:createServer': { root: true },
    'restify-router:Router': {},
  },
  types: { 'restify:Server': { root: true }, 'restify-router:Router': {} },
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    del: 'DELETE',
    head: 'HEAD',
    opts: 'OPTIONS',
  },
  // `{ path, version }` stands for the path: https://github.com/restify/node-restify#versioned-routes
  path: { at: 0, named: ['path'] },
  handler: 'last',
  gated: ['opts', 'add'],
  mounts: {
    applyRoutes: { prefix: { at: 1 }, child: 'receiver', parent: { at: 0 } },
    add: { prefix: { at: 0 }, child: { at: 1 } },
  },
  middleware: { use: 'all', pre: 'all' },
  trailingSlash: 'same',
};
