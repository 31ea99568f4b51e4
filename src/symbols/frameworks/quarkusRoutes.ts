import type { ControllerFramework } from './controllerFramework.ts';

/** Quarkus reactive routes, on the methods of any bean: https://quarkus.io/guides/reactive-routes */
export const quarkusRoutes: ControllerFramework = {
  kind: 'controller',
  id: 'quarkus-routes',
  family: 'java',
  packages: ['io.quarkus.vertx.web.'],
  controllers: [],
  classPath: { annotations: ['RouteBase'], path: { named: ['path'] } },
  methods: { Route: { from: { named: ['methods'] }, otherwise: '*' } },
  methodPath: { named: ['path', 'regex'] },
  inherited: false,
  prefixProperties: [['quarkus.http.root-path']],
};
