import type { ControllerFramework } from './controllerFramework.ts';

/** tsoa: https://tsoa-community.github.io/docs/getting-started.html (6); the routes are generated from the controllers. */
export const tsoa: ControllerFramework = {
  kind: 'controller',
  id: 'tsoa',
  family: 'javascript',
  packages: ['tsoa', '@tsoa/runtime'],
  controllers: ['Route'],
  classPath: { annotations: ['Route'], path: { at: 0 } },
  methods: {
    Get: 'GET',
    Post: 'POST',
    Put: 'PUT',
    Patch: 'PATCH',
    Delete: 'DELETE',
    Head: 'HEAD',
    Options: 'OPTIONS',
  },
  methodPath: { at: 0 },
  inherited: true,
  // `basePath` of tsoa.json.
  prefixable: true,
};
