import type { ControllerFramework } from './controllerFramework.ts';

const path = { at: 0, named: ['value', 'path'] };

/**
 * Spring MVC and WebFlux annotated controllers. The agent's route is context path + class + method, without `spring.mvc.servlet.path`.
 * https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-controller/ann-requestmapping.html
 */
export const spring: ControllerFramework = {
  kind: 'controller',
  id: 'spring',
  family: 'java',
  packages: ['org.springframework.'],
  composed: true,
  controllers: [
    'Controller',
    'RestController',
    'RepositoryRestController',
    'BasePathAwareController',
  ],
  classPath: {
    annotations: ['RequestMapping', 'HttpExchange'],
    path: { ...path, named: [...path.named, 'url'] },
  },
  methods: {
    GetMapping: 'GET',
    PostMapping: 'POST',
    PutMapping: 'PUT',
    PatchMapping: 'PATCH',
    DeleteMapping: 'DELETE',
    RequestMapping: { from: { named: ['method'] }, otherwise: '*' },
    GetExchange: 'GET',
    PostExchange: 'POST',
    PutExchange: 'PUT',
    PatchExchange: 'PATCH',
    DeleteExchange: 'DELETE',
    HttpExchange: { from: { named: ['method'] }, otherwise: '*' },
  },
  methodPath: { ...path, named: [...path.named, 'url'] },
  inherited: true,
  prefixable: true,
  generatedInterfaces: 'marked',
  prefixProperties: [['server.servlet.context-path', 'spring.webflux.base-path']],
};
