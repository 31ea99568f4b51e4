import type { ControllerFramework } from './controllerFramework.ts';

/** routing-controllers on Express or Koa: https://github.com/typestack/routing-controllers#readme (0.11) */
export const routingControllers: ControllerFramework = {
  kind: 'controller',
  id: 'routing-controllers',
  family: 'javascript',
  packages: ['routing-controllers'],
  controllers: ['Controller', 'JsonController'],
  classPath: { annotations: ['Controller', 'JsonController'], path: { at: 0 } },
  methods: {
    Get: 'GET',
    Post: 'POST',
    Put: 'PUT',
    Patch: 'PATCH',
    Delete: 'DELETE',
    Head: 'HEAD',
    All: '*',
  },
  methodPath: { at: 0 },
  inherited: true,
  // `createExpressServer({ routePrefix: '/api' })`, often from the program's configuration.
  prefixable: true,
};
