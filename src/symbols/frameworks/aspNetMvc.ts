import type { ControllerFramework } from './controllerFramework.ts';

const template = { at: 0, named: ['template'] };

/** ASP.NET Core controllers with attribute routes: https://learn.microsoft.com/aspnet/core/mvc/controllers/routing */
export const aspNetMvc: ControllerFramework = {
  kind: 'controller',
  id: 'aspnet-mvc',
  family: 'csharp',
  controllers: ['ApiController', 'Controller'],
  controllerTypes: /^(?:ControllerBase|Controller|ODataController)$/,
  controllerNames: /Controller$/,
  templateNeeded: true,
  classPath: { annotations: ['Route'], path: template },
  methods: {
    HttpGet: 'GET',
    HttpPost: 'POST',
    HttpPut: 'PUT',
    HttpPatch: 'PATCH',
    HttpDelete: 'DELETE',
    HttpHead: 'HEAD',
    HttpOptions: 'OPTIONS',
  },
  methodPath: template,
  pathBeside: 'Route',
  absolutePath: /^~?\//,
  tokens: {
    '[controller]': { class: /Controller$/ },
    '[action]': { method: /Async$/, annotation: 'ActionName' },
    '[area]': { annotation: 'Area' },
  },
  inherited: true,
};
