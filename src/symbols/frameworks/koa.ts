import type { RouterFramework } from './routerFramework.ts';

/**
 * Koa with its router: https://github.com/koajs/router/blob/master/API.md (`@koa/router` 8 to 15, `koa-router` before), koa-mount,
 * koa-compose.
 */
export const koa: RouterFramework = {
  kind: 'router',
  id: 'koa',
  family: 'javascript',
  traits: { inOrder: true },
  creators: {
    'koa:': { root: true },
    '@koa/router:': { prefix: { named: ['prefix'] } },
    '@koa/router:Router': { prefix: { named: ['prefix'] } },
    'koa-router:': { prefix: { named: ['prefix'] } },
    'koa-joi-router:': {},
  },
  modules: ['koa-mount', 'koa-compose'],
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    del: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    all: '*',
  },
  verbLists: {
    register: { path: { at: 0 }, methods: { at: 1 }, handler: { at: 2 }, otherwise: '*' },
  },
  path: { at: 0 },
  handler: 'last',
  namedRoutes: true,
  mounts: { use: { prefix: { at: 0 }, child: 'rest' } },
  mountWrappers: {
    'koa-mount:': { prefix: { at: 0 }, child: { at: 1 } },
    'koa-compose:': { child: { at: 0 } },
  },
  prefixes: { prefix: { at: 0 } },
  middleware: { use: 'all' },
  trailingSlash: 'same',
};
