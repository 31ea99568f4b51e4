import type { ControllerFramework } from './controllerFramework.ts';

const path = { at: 0, named: ['value', 'uri', 'uris'] };

/** Micronaut: https://docs.micronaut.io/latest/guide/#routing */
export const micronaut: ControllerFramework = {
  kind: 'controller',
  id: 'micronaut',
  family: 'java',
  packages: ['io.micronaut.'],
  composed: true,
  controllers: ['Controller'],
  classPath: { annotations: ['Controller'], path: { at: 0, named: ['value'] } },
  methods: {
    Get: 'GET',
    Post: 'POST',
    Put: 'PUT',
    Patch: 'PATCH',
    Delete: 'DELETE',
    Head: 'HEAD',
    Options: 'OPTIONS',
    Trace: 'TRACE',
    CustomHttpMethod: { from: { named: ['method'] }, otherwise: '*' },
  },
  methodPath: path,
  inherited: true,
  templateNoise: /\{[?&#][^}]*\}/g,
  prefixable: true,
  prefixProperties: [['micronaut.server.context-path']],
};
