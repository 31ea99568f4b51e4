import type { RouterFramework } from './routerFramework.ts';

/** Go's net/http with patterns of Go 1.22: https://pkg.go.dev/net/http#ServeMux */
export const netHttp: RouterFramework = {
  kind: 'router',
  id: 'net/http',
  family: 'go',
  traits: { slash: 'told', subtrees: true, metricsOfOutermost: true },
  instrumentation: /\/otelhttp(?:\/v\d+)?$/,
  creators: {
    'net/http:NewServeMux': { root: true },
    'net/http:ServeMux': { root: true },
  },
  types: { 'net/http:ServeMux': {} },
  programRouter: 'net/http:',
  verbs: { Handle: '*', HandleFunc: '*' },
  path: { at: 0 },
  handler: { at: 1 },
  mounts: {},
  methodInPath: true,
  wholePath: true,
  strips: { 'net/http:StripPrefix': { prefix: { at: 0 }, child: { at: 1 } } },
  handlerMethod: 'ServeHTTP',
  trailingSlash: 'differs',
};
