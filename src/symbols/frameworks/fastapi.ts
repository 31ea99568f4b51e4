import type { RouterFramework } from './framework.ts';

/** FastAPI on Starlette: https://fastapi.tiangolo.com/reference/apirouter/ */
export const fastapi: RouterFramework = {
  kind: 'router',
  id: 'fastapi',
  family: 'python',
  creators: {
    'fastapi:FastAPI': { root: true },
    'fastapi.applications:FastAPI': { root: true },
    'fastapi:APIRouter': { prefix: { named: ['prefix'] } },
    'fastapi.routing:APIRouter': { prefix: { named: ['prefix'] } },
  },
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    trace: 'TRACE',
  },
  verbLists: {
    api_route: {
      path: { at: 0, named: ['path'] },
      methods: { named: ['methods'] },
      otherwise: 'GET',
    },
    add_api_route: {
      path: { at: 0, named: ['path'] },
      methods: { named: ['methods'] },
      handler: { at: 1, named: ['endpoint'] },
      otherwise: 'GET',
    },
  },
  path: { at: 0, named: ['path'] },
  handler: 'decorated',
  mounts: {
    include_router: { prefix: { named: ['prefix'] }, child: { at: 0, named: ['router'] } },
    mount: { prefix: { at: 0, named: ['path'] }, child: { at: 1, named: ['app'] } },
  },
  trailingSlash: 'differs',
};
