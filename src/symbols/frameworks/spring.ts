import type { ControllerFramework } from './framework.ts';

/** Spring MVC and WebFlux annotated controllers: https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-controller/ann-requestmapping.html */
export const spring: ControllerFramework = {
  kind: 'controller',
  id: 'spring',
  family: 'java',
  controllers: ['Controller', 'RestController'],
  classPath: { annotations: ['RequestMapping'], path: { at: 0, named: ['value', 'path'] } },
  methods: {
    GetMapping: 'GET',
    PostMapping: 'POST',
    PutMapping: 'PUT',
    PatchMapping: 'PATCH',
    DeleteMapping: 'DELETE',
    RequestMapping: { from: { named: ['method'] }, otherwise: '*' },
  },
  methodPath: { at: 0, named: ['value', 'path'] },
  inherited: true,
  contextPath: true,
};
