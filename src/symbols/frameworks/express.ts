import type { RouterFramework } from './routerFramework.ts';

/** Express 4 and 5: https://expressjs.com/en/guide/routing.html */
export const express: RouterFramework = {
  kind: 'router',
  id: 'express',
  family: 'javascript',
  traits: { inOrder: true },
  creators: {
    'express:': { root: true },
    'express:Router': {},
    'express-promise-router:': {},
  },
  types: {
    'express:Application': { root: true },
    'express:Express': { root: true },
    'express:IRouter': {},
  },
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    all: '*',
  },
  path: { at: 0 },
  handler: 'last',
  chain: 'route',
  mounts: { use: { prefix: { at: 0 }, child: 'rest' } },
  middleware: { use: 'all' },
  trailingSlash: 'same',
};
