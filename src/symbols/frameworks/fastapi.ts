import type { RouterFramework } from './routerFramework.ts';
import { starletteLists, starletteMembers } from './starlette.ts';

const routes = { named: ['routes'] };
const application = { root: true as const, routes };
const router = { prefix: { named: ['prefix'] }, routes };

/** FastAPI on Starlette: https://fastapi.tiangolo.com/reference/apirouter/ */
export const fastapi: RouterFramework = {
  kind: 'router',
  id: 'fastapi',
  family: 'python',
  traits: { slash: 'told', inOrder: true, metricsBelowRouter: true },
  creators: {
    'fastapi:FastAPI': application,
    'fastapi.applications:FastAPI': application,
    'fastapi:APIRouter': router,
    'fastapi.routing:APIRouter': router,
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
    ...starletteMembers.verbLists,
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
    ...starletteMembers.mounts,
  },
  itself: starletteMembers.itself,
  classes: starletteMembers.classes,
  lists: starletteLists,
  firstAnswers: true,
  trailingSlash: 'differs',
  headRefused: true,
};
