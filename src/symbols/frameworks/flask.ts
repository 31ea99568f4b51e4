import type { RouterFramework } from './routerFramework.ts';
import { verbClasses } from './verbClasses.ts';

const blueprint = { prefix: { named: ['url_prefix'] } };
const application = { root: true as const };
const api = { under: { at: 0, named: ['app'] }, prefix: { named: ['prefix'] } };
const namespace = { prefix: { named: ['path'] }, prefixName: { at: 0, named: ['name'] } };
const rule = { at: 0, named: ['rule'] };

/**
 * Flask with its blueprints and class-based views, and the extensions that register on them: https://flask.palletsprojects.com/en/stable/api/,
 * https://flask-restx.readthedocs.io/en/latest/scaling.html, https://flask-restful.readthedocs.io/en/latest/,
 * https://flask-smorest.readthedocs.io/en/latest/
 */
export const flask: RouterFramework = {
  kind: 'router',
  id: 'flask',
  family: 'python',
  traits: { slash: 'told', inOrder: true },
  creators: {
    'flask:Flask': application,
    'flask.app:Flask': application,
    'apiflask:APIFlask': application,
    'quart:Quart': application,
    'flask_openapi3:OpenAPI': application,
    'flask:Blueprint': blueprint,
    'flask.blueprints:Blueprint': blueprint,
    'apiflask:APIBlueprint': blueprint,
    'quart:Blueprint': blueprint,
    'flask_openapi3:APIBlueprint': blueprint,
    'flask_smorest:Blueprint': blueprint,
    'flask_smorest:Api': { under: { at: 0, named: ['app'] } },
    'flask_restx:Api': api,
    'flask_restx:Namespace': namespace,
    'flask_restplus:Api': api,
    'flask_restplus:Namespace': namespace,
    'flask_restful:Api': api,
  },
  verbs: { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' },
  verbLists: {
    route: {
      path: { at: 0, named: ['rule'], rest: true },
      methods: { named: ['methods'] },
      otherwise: 'GET',
    },
    add_url_rule: {
      path: rule,
      methods: { named: ['methods'] },
      handler: { at: 2, named: ['view_func'] },
      otherwise: 'GET',
    },
    add_resource: { path: { at: 1, rest: true }, handler: { at: 0 }, otherwise: '*' },
  },
  path: rule,
  handler: 'decorated',
  mounts: {
    register_blueprint: {
      prefix: { named: ['url_prefix'] },
      child: { at: 0, named: ['blueprint', 'blp'] },
      overrides: true,
    },
    register_api: { prefix: { named: ['url_prefix'] }, child: { at: 0 }, overrides: true },
    add_namespace: {
      prefix: { at: 1, named: ['path'] },
      child: { at: 0, named: ['ns'] },
      overrides: true,
    },
    init_app: { prefix: {}, child: 'receiver', parent: { at: 0, named: ['app'] } },
  },
  itself: ['blueprint', 'namespace'],
  classes: {
    methods: { ...verbClasses.methods, dispatch_request: '*' },
    maker: 'as_view',
    bases: {
      'flask:MethodView': [],
      'flask:View': [],
      'quart:MethodView': [],
      'quart:View': [],
      'apiflask:MethodView': [],
      'flask_restx:Resource': [],
      'flask_restplus:Resource': [],
      'flask_restful:Resource': [],
    },
  },
  firstAnswers: true,
  trailingSlash: 'differs',
};
