import type { FunctionalFramework } from './functionalFramework.ts';

/** Functional endpoints of WebFlux and MVC: https://docs.spring.io/spring-framework/reference/web/webflux-functional.html */
export const springFunctional: FunctionalFramework = {
  kind: 'functional',
  id: 'spring-functional',
  family: 'java',
  routesType: 'RouterFunction',
  builders: ['router', 'coRouter'],
  exposedBy: 'Bean',
  verbs: {
    GET: 'GET',
    HEAD: 'HEAD',
    POST: 'POST',
    PUT: 'PUT',
    PATCH: 'PATCH',
    DELETE: 'DELETE',
    OPTIONS: 'OPTIONS',
  },
  paths: ['path'],
  routes: ['route', 'andRoute'],
  nests: ['nest', 'andNest', 'path'],
  adds: ['add', 'and', 'andOther'],
  prefixProperties: [['server.servlet.context-path', 'spring.webflux.base-path']],
};
