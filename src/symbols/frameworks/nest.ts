import type { ControllerFramework } from './controllerFramework.ts';

/**
 * NestJS controllers: https://docs.nestjs.com/controllers, https://docs.nestjs.com/faq/global-prefix,
 * https://docs.nestjs.com/techniques/versioning, https://docs.nestjs.com/recipes/router-module
 */
export const nest: ControllerFramework = {
  kind: 'controller',
  id: 'nest',
  family: 'javascript',
  packages: ['@nestjs/', '.', '@/', '~', '#', 'src/'],
  traits: { inOrder: true },
  controllers: ['Controller'],
  classPath: { annotations: ['Controller'], path: { at: 0, named: ['path'] } },
  methods: {
    Get: 'GET',
    Post: 'POST',
    Put: 'PUT',
    Patch: 'PATCH',
    Delete: 'DELETE',
    Head: 'HEAD',
    Options: 'OPTIONS',
    All: '*',
    Sse: 'GET',
  },
  methodPath: { at: 0, named: ['path'] },
  inherited: true,
  settings: {
    starts: { module: '@nestjs/core', exported: 'NestFactory' },
    globalPrefix: {
      member: 'setGlobalPrefix',
      path: { at: 0 },
      exclude: { named: ['exclude'] },
      anyMethod: /\bALL$/,
    },
    modules: {
      annotation: 'Module',
      controllers: { named: ['controllers'] },
      receiver: 'RouterModule',
      member: 'register',
      path: 'path',
      module: 'module',
      children: 'children',
    },
    versioning: {
      member: 'enableVersioning',
      type: { named: ['type'] },
      uri: /URI$/,
      prefix: { named: ['prefix'] },
      defaultPrefix: 'v',
      otherwise: { named: ['defaultVersion'] },
      neutral: /\bVERSION_NEUTRAL$/,
      classVersion: { named: ['version'] },
      methodAnnotation: 'Version',
    },
  },
};
