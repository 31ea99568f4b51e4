import type { RouterFramework } from './routerFramework.ts';
import type { RouteListEntry } from './routePatterns.ts';
import { verbClasses } from './verbClasses.ts';

const entry: RouteListEntry = {
  path: { at: 0, named: ['pattern', 'matcher'] },
  target: [{ at: 1, named: ['handler', 'target'] }],
};
const application = { root: true as const, routes: { at: 0, named: ['handlers'] } };

/** Tornado: https://www.tornadoweb.org/en/stable/web.html#application-configuration */
export const tornado: RouterFramework = {
  kind: 'router',
  id: 'tornado',
  family: 'python',
  creators: {
    'tornado:web.Application': application,
    'tornado.web:Application': application,
  },
  verbs: {},
  path: {},
  handler: 'decorated',
  mounts: {},
  lists: {
    entries: { 'tornado:url': entry, 'tornado:URLSpec': entry, 'tornado:Rule': entry },
    tuple: entry,
    groups: 'parameters',
    members: { add_handlers: { at: 1, named: ['host_handlers'] } },
  },
  classes: {
    methods: verbClasses.methods,
    bases: { 'tornado:RequestHandler': [], 'tornado:WebSocketHandler': ['GET'] },
  },
  firstAnswers: true,
  trailingSlash: 'differs',
};
