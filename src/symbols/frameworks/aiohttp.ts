import type { RouterFramework } from './routerFramework.ts';
import type { RouteListEntry } from './routePatterns.ts';
import { verbClasses } from './verbClasses.ts';

const path = { at: 0, named: ['path'] };
const handler = { at: 1, named: ['handler'] };
const entry = (method: string): RouteListEntry => ({ path, target: [handler], otherwise: method });
const call = (
  method: string,
): { path: typeof path; handler: typeof handler; otherwise: string } => ({
  path,
  handler,
  otherwise: method,
});

/** aiohttp's server: https://docs.aiohttp.org/en/stable/web_reference.html#application-and-router */
export const aiohttp: RouterFramework = {
  kind: 'router',
  id: 'aiohttp',
  family: 'python',
  creators: {
    'aiohttp:web.Application': { root: true },
    'aiohttp.web:Application': { root: true },
    'aiohttp:web.RouteTableDef': {},
    'aiohttp.web:RouteTableDef': {},
  },
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    view: '*',
  },
  verbLists: {
    add_get: call('GET'),
    add_post: call('POST'),
    add_put: call('PUT'),
    add_patch: call('PATCH'),
    add_delete: call('DELETE'),
    add_head: call('HEAD'),
    add_options: call('OPTIONS'),
    add_view: call('*'),
    add_route: {
      path: { at: 1, named: ['path'] },
      methods: { at: 0, named: ['method'] },
      handler: { at: 2, named: ['handler'] },
      otherwise: '*',
    },
    route: { path: { at: 1, named: ['path'] }, methods: { at: 0 }, otherwise: '*' },
  },
  path,
  handler: 'decorated',
  mounts: {
    add_subapp: { prefix: { at: 0, named: ['prefix'] }, child: { at: 1, named: ['subapp'] } },
  },
  itself: ['router'],
  lists: {
    entries: {
      'aiohttp:get': entry('GET'),
      'aiohttp:post': entry('POST'),
      'aiohttp:put': entry('PUT'),
      'aiohttp:patch': entry('PATCH'),
      'aiohttp:delete': entry('DELETE'),
      'aiohttp:head': entry('HEAD'),
      'aiohttp:options': entry('OPTIONS'),
      'aiohttp:view': entry('*'),
      'aiohttp:route': {
        path: { at: 1 },
        target: [{ at: 2, named: ['handler'] }],
        methods: { at: 0, named: ['method'] },
      },
    },
    members: { add_routes: { at: 0, named: ['routes'] } },
  },
  classes: { methods: verbClasses.methods, bases: { 'aiohttp:View': [] } },
  firstAnswers: true,
  trailingSlash: 'differs',
};
