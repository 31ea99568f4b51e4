import type { ControllerFramework } from './controllerFramework.ts';

/** inversify-express-utils: https://github.com/inversify/monorepo/tree/main/packages/framework/express/libraries/express-utils */
export const inversifyExpress: ControllerFramework = {
  kind: 'controller',
  id: 'inversify-express',
  family: 'javascript',
  packages: ['inversify-express-utils'],
  controllers: ['controller'],
  classPath: { annotations: ['controller'], path: { at: 0 } },
  methods: {
    httpGet: 'GET',
    httpPost: 'POST',
    httpPut: 'PUT',
    httpPatch: 'PATCH',
    httpDelete: 'DELETE',
    httpHead: 'HEAD',
    all: '*',
  },
  methodPath: { at: 0 },
  inherited: true,
  // `new InversifyExpressServer(container, null, { rootPath: '/api' })`
  prefixable: true,
};
