import type { RouterFramework } from './routerFramework.ts';

/** Hono: https://hono.dev/docs/api/routing; OpenAPI: https://hono.dev/examples/zod-openapi */
export const hono: RouterFramework = {
  kind: 'router',
  id: 'hono',
  family: 'javascript',
  traits: { inOrder: true },
  creators: {
    'hono:Hono': { root: true },
    'hono/quick:Hono': { root: true },
    'hono/tiny:Hono': { root: true },
    '@hono/zod-openapi:OpenAPIHono': { root: true },
  },
  modules: ['hono/factory', 'hono/validator', '@hono/node-server', '@hono/zod-validator'],
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    options: 'OPTIONS',
    all: '*',
  },
  verbLists: {
    on: { path: { at: 1 }, methods: { at: 0 }, handler: 'last', otherwise: '*' },
  },
  described: { openapi: { description: { at: 0 }, handler: { at: 1 } } },
  gated: ['on'],
  path: { at: 0 },
  handler: 'last',
  mounts: { route: { prefix: { at: 0 }, child: { at: 1 } } },
  groups: { basePath: { at: 0 } },
  trailingSlash: 'same',
};
