import type { DrawnFramework } from './drawn.ts';

const api = ['index', 'store', 'show', 'update', 'destroy'];

/** Laravel: https://laravel.com/docs/routing, https://laravel.com/docs/controllers#resource-controllers */
export const laravel: DrawnFramework = {
  kind: 'drawn',
  id: 'laravel',
  family: 'php',
  files: [
    { path: /(?:^|\/)routes\/api\.php$/, prefix: 'api' },
    { path: /(?:^|\/)routes\/(?:web|auth)\.php$/, prefix: '' },
  ],
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    options: 'OPTIONS',
    any: '*',
    match: '*',
  },
  via: { named: ['methods'] },
  path: { at: 0 },
  to: { at: 1, named: ['uses'] },
  scopes: {
    prefix: { path: { at: 0 } },
    namespace: { module: { at: 0 } },
    controller: { controller: { at: 0 } },
    group: {
      path: { named: ['prefix'] },
      module: { named: ['namespace'] },
      controller: { named: ['controller'] },
    },
  },
  resources: {
    resource: { actions: [...api, 'create', 'edit'] },
    apiResource: { actions: api },
    singleton: { singular: true, actions: ['show', 'edit', 'update'] },
  },
  actions: {
    index: { methods: ['GET'], path: '' },
    create: { methods: ['GET'], path: '/create' },
    store: { methods: ['POST'], path: '' },
    show: { methods: ['GET'], path: '', member: true },
    edit: { methods: ['GET'], path: '/edit', member: true },
    update: { methods: ['PUT', 'PATCH'], path: '', member: true },
    destroy: { methods: ['DELETE'], path: '', member: true },
  },
  places: {},
  parameter: (resource) =>
    `{${(resource.split('/').findLast((part) => part !== '') ?? '').replace(/-/g, '_')}}`,
  controllerName: (modules, controller) =>
    [...modules, ...controller.split('\\')].filter((part) => part !== '').join('.'),
  separator: '@',
  invoked: '__invoke',
};
