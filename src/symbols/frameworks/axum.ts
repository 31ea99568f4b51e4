import type { RouterFramework } from './routerFramework.ts';

/** axum: https://docs.rs/axum/latest/axum/struct.Router.html (with utoipa-axum's and aide's routers of the same shape) */
export const axum: RouterFramework = {
  kind: 'router',
  id: 'axum',
  family: 'rust',
  instrumentation: /^opentelemetry-instrumentation-tower$/,
  creators: {
    'axum:Router.new': {},
    'axum:Router.default': {},
    'utoipa_axum:router.OpenApiRouter.new': {},
    'utoipa_axum:router.OpenApiRouter.default': {},
    'utoipa_axum:router.OpenApiRouter.with_openapi': {},
    'aide:axum.ApiRouter.new': {},
  },
  signatureTypes: ['Router', 'OpenApiRouter', 'ApiRouter', 'MethodRouter', 'ApiMethodRouter'],
  verbs: {},
  chained: {
    members: {
      route: { path: { at: 0 }, chain: { at: 1 } },
      api_route: { path: { at: 0 }, chain: { at: 1 } },
    },
    verbs: {
      get: 'GET',
      post: 'POST',
      put: 'PUT',
      patch: 'PATCH',
      delete: 'DELETE',
      head: 'HEAD',
      options: 'OPTIONS',
      trace: 'TRACE',
      any: '*',
    },
  },
  path: { at: 0 },
  handler: 'last',
  mounts: {
    nest: { prefix: { at: 0 }, child: { at: 1 } },
    nest_api_service: { prefix: { at: 0 }, child: { at: 1 } },
    merge: { prefix: {}, child: { at: 0 } },
  },
  serves: {
    'axum:serve': { at: 1 },
  },
  servedBy: ['into_make_service', 'into_make_service_with_connect_info'],
  trailingSlash: 'same',
};
