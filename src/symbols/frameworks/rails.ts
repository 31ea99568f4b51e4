import type { DrawnFramework } from './drawn.ts';

/** What a singular resource's controller is called after: `resource :api_key` is answered by ApiKeysController. */
const plural = (name: string): string => {
  if (/(?:x|ch|ss|sh|status|alias)$/.test(name)) return `${name}es`;
  if (/(?:s|series|news|information|equipment)$/.test(name)) return name;
  if (/(?:[^aeiouy]|qu)y$/.test(name)) return name.replace(/y$/, 'ies');
  if (/(?:^|_)person$/.test(name)) return name.replace(/person$/, 'people');
  return name.endsWith('sis') ? name.replace(/is$/, 'es') : `${name}s`;
};
const singular = (name: string): string =>
  name
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x)es$/, '$1')
    .replace(/([^s])s$/, '$1');

const all = ['index', 'create', 'new', 'edit', 'show', 'update', 'destroy'];

/** Ruby on Rails, config/routes.rb: https://guides.rubyonrails.org/routing.html */
export const rails: DrawnFramework = {
  kind: 'drawn',
  id: 'rails',
  family: 'ruby',
  files: [{ path: /(?:^|\/)config\/routes\.rb$/, prefix: '' }],
  include: {
    word: 'draw',
    file: (name) => new RegExp(`(?:^|/)config/routes/${name.replace(/\W/g, '.')}\\.rb$`),
  },
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    match: '*',
    root: 'GET',
  },
  via: { named: ['via'] },
  path: { at: 0 },
  pathApart: { named: ['path'] },
  to: { named: ['to'] },
  scopes: {
    namespace: { path: { at: 0, named: ['path'] }, module: { at: 0, named: ['module'] } },
    scope: {
      path: { at: 0, named: ['path'] },
      module: { named: ['module'] },
      controller: { named: ['controller'] },
    },
    controller: { controller: { at: 0 } },
  },
  resources: {
    resources: { actions: all },
    resource: { singular: true, actions: all.filter((action) => action !== 'index') },
  },
  actions: {
    index: { methods: ['GET'], path: '' },
    create: { methods: ['POST'], path: '' },
    new: { methods: ['GET'], path: '/new' },
    edit: { methods: ['GET'], path: '/edit', member: true },
    show: { methods: ['GET'], path: '', member: true },
    update: { methods: ['PATCH', 'PUT'], path: '', member: true },
    destroy: { methods: ['DELETE'], path: '', member: true },
  },
  places: { member: 'member', collection: 'collection' },
  concern: { keep: 'concern', draw: 'concerns' },
  plural,
  parameter: (resource, given, above) =>
    above ? `:${singular(resource)}_${given ?? 'id'}` : `:${given ?? 'id'}`,
  controllerName: (modules, controller) =>
    [...modules, ...controller.split('/')].map((part) => part.replace(/_/g, '')).join('.') +
    'Controller',
  separator: '#',
  moduleActs: true,
};
