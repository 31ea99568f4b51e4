import type { RouterFramework } from './routerFramework.ts';

/** ASP.NET Core minimal APIs: https://learn.microsoft.com/aspnet/core/fundamentals/minimal-apis/route-handlers */
export const aspNetMinimal: RouterFramework = {
  kind: 'router',
  id: 'aspnet-minimal',
  family: 'csharp',
  creators: {
    'WebApplication:CreateBuilder': { root: true },
    'WebApplication:CreateSlimBuilder': { root: true },
    'WebApplication:Create': { root: true },
  },
  signatureTypes: [
    'IEndpointRouteBuilder',
    'RouteGroupBuilder',
    'WebApplication',
    'IApplicationBuilder',
  ],
  verbs: {
    MapGet: 'GET',
    MapPost: 'POST',
    MapPut: 'PUT',
    MapPatch: 'PATCH',
    MapDelete: 'DELETE',
    Map: '*',
  },
  verbLists: {
    MapMethods: {
      path: { at: 0, named: ['pattern'] },
      methods: { at: 1, named: ['httpMethods'] },
      handler: { at: 2, named: ['handler'] },
      otherwise: '*',
    },
  },
  path: { at: 0, named: ['pattern'] },
  handler: { at: 1, named: ['handler'] },
  groups: { MapGroup: { at: 0, named: ['prefix'] } },
  mounts: {},
  passes: { UseEndpoints: { at: 0 } },
  ownMembers: ['Map', 'Use', 'Add', 'Register'],
  trailingSlash: 'same',
};
