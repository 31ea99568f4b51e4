import type { ControllerFramework } from './controllerFramework.ts';

/**
 * JAX-RS, today Jakarta REST, as Jersey, RESTEasy, Quarkus, Open Liberty and others run it.
 * https://jakarta.ee/specifications/restful-ws/4.0/jakarta-restful-ws-spec-4.0#resources
 */
export const jaxRs: ControllerFramework = {
  kind: 'controller',
  id: 'jax-rs',
  family: 'java',
  packages: ['jakarta.ws.rs', 'javax.ws.rs'],
  composed: true,
  controllers: ['Path'],
  classPath: { annotations: ['Path'], path: { at: 0, named: ['value'] } },
  methods: {
    GET: 'GET',
    POST: 'POST',
    PUT: 'PUT',
    PATCH: 'PATCH',
    DELETE: 'DELETE',
    HEAD: 'HEAD',
    OPTIONS: 'OPTIONS',
    HttpMethod: { from: { at: 0, named: ['value'] }, otherwise: '*' },
  },
  methodPath: { at: 0, named: ['value'] },
  methodPathAnnotation: 'Path',
  locators: true,
  inherited: true,
  generatedInterfaces: 'unmarked',
  applicationPath: { annotation: 'ApplicationPath', path: { at: 0, named: ['value'] } },
  prefixable: true,
  prefixProperties: [
    ['quarkus.http.root-path', 'server.servlet.context-path'],
    [
      'quarkus.rest.path',
      'quarkus.resteasy-reactive.path',
      'quarkus.resteasy.path',
      'spring.jersey.application-path',
    ],
  ],
};
