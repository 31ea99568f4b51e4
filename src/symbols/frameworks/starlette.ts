import type { RouterFramework } from './routerFramework.ts';
import type { RouteLists } from './routePatterns.ts';
import { verbClasses } from './verbClasses.ts';

const path = { at: 0, named: ['path'] };
const methods = { named: ['methods'] };
const endpoint = { at: 1, named: ['endpoint'] };

/** https://www.starlette.io/routing/ */
export const starletteLists: RouteLists = {
  entries: {
    'starlette:Route': { path, target: [endpoint], methods, otherwise: 'GET' },
    'fastapi:APIRoute': { path, target: [endpoint], methods, otherwise: 'GET' },
    'starlette:Mount': {
      path,
      target: [{ named: ['routes'] }, { at: 1, named: ['app'] }],
      mounts: true,
    },
    'starlette:Host': {
      path: {},
      target: [{ at: 1, named: ['app'] }],
      mounts: true,
    },
  },
};

/** Members that Starlette's applications and routers have, and FastAPI's with them. */
export const starletteMembers = {
  verbLists: {
    route: { path, methods, otherwise: 'GET' },
    add_route: {
      path,
      methods,
      handler: { at: 1, named: ['route', 'endpoint'] },
      otherwise: 'GET',
    },
  },
  mounts: { mount: { prefix: path, child: { at: 1, named: ['app'] } } },
  itself: ['routes', 'router'],
  classes: { methods: verbClasses.methods, bases: { 'starlette:HTTPEndpoint': [] } },
} as const;

/** Starlette: https://www.starlette.io/routing/ */
export const starlette: RouterFramework = {
  kind: 'router',
  id: 'starlette',
  family: 'python',
  traits: { slash: 'told', inOrder: true, metricsBelowRouter: true },
  creators: {
    'starlette.applications:Starlette': { root: true, routes: { at: 1, named: ['routes'] } },
    'starlette.routing:Router': { routes: { at: 0, named: ['routes'] } },
  },
  verbs: {},
  path,
  handler: 'decorated',
  ...starletteMembers,
  lists: starletteLists,
  firstAnswers: true,
  trailingSlash: 'differs',
};
