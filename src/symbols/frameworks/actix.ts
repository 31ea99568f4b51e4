import type { RouterFramework } from './routerFramework.ts';

const verbs = {
  get: 'GET',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  head: 'HEAD',
  options: 'OPTIONS',
  trace: 'TRACE',
};

/** Actix Web: https://actix.rs/docs/url-dispatch, https://docs.rs/actix-web/latest/actix_web/web/index.html */
export const actix: RouterFramework = {
  kind: 'router',
  id: 'actix-web',
  family: 'rust',
  instrumentation: /^opentelemetry-instrumentation-actix-web$/,
  creators: {
    'actix_web:App.new': { root: true },
    'actix_web:web.scope': { prefix: { at: 0 } },
    'actix_web:Scope.new': { prefix: { at: 0 } },
    'actix_web:web.resource': { prefix: { at: 0 } },
    'actix_web:Resource.new': { prefix: { at: 0 } },
  },
  signatureTypes: ['ServiceConfig', 'Scope', 'Resource', 'App'],
  // On a resource: its path is known.
  verbs: { ...verbs, to: '*' },
  path: {},
  handler: 'last',
  chained: {
    members: { route: { path: { at: 0 }, chain: { at: 1 }, alone: { at: 0 } } },
    verbs: { ...verbs, method: '*', route: '*' },
    to: 'to',
  },
  attributes: {
    verbs,
    lists: { route: { methods: { named: ['method'] } } },
    path: { at: 0 },
  },
  mounts: { service: { prefix: {}, child: { at: 0 } } },
  passes: { configure: { at: 0 } },
  trailingSlash: 'kept',
  headRefused: true,
};
