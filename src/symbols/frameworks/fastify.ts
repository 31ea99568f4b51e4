import type { RouterFramework } from './routerFramework.ts';

/**
 * Fastify: https://fastify.dev/docs/latest/Reference/Routes/, plugins https://fastify.dev/docs/latest/Reference/Plugins/, folders
 * https://github.com/fastify/fastify-autoload (6.5)
 */
export const fastify: RouterFramework = {
  kind: 'router',
  id: 'fastify',
  family: 'javascript',
  instrumentation: /^@fastify\/otel/,
  creators: {
    'fastify:': { root: true },
    'fastify:fastify': { root: true },
    'fastify:Fastify': { root: true },
  },
  types: { 'fastify:FastifyInstance': {} },
  modules: ['fastify-plugin', '@fastify/autoload', '@fastify/type-provider-typebox'],
  verbs: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    all: '*',
  },
  verbLists: {
    route: {
      path: { named: ['url', 'path'] },
      methods: { named: ['method'] },
      handler: { named: ['handler'] },
      otherwise: 'GET',
    },
  },
  path: { at: 0 },
  handler: 'last',
  handlerOption: 'handler',
  mounts: { register: { prefix: { named: ['prefix'] }, child: { at: 0 }, plugin: true } },
  unprefixed: ['fastify-plugin:', 'fastify-plugin:fastifyPlugin'],
  folders: {
    '@fastify/autoload:': autoload(),
    '@fastify/autoload:fastifyAutoload': autoload(),
    'fastify-autoload:': autoload(),
  },
  middleware: { addHook: { at: 1 } },
  trailingSlash: 'same',
};

function autoload(): NonNullable<RouterFramework['folders']>[string] {
  return {
    folder: { named: ['dir'] },
    options: { named: ['options'] },
    prefix: 'prefix',
    files: /(?:(?:^.?|\.[^d]|[^.]d|[^.][^d])\.ts|\.js|\.cjs|\.mjs|\.cts|\.mts)$/i,
    index: /^index\.(?:[cm]?[jt]s)$/i,
    never: /^[_.]?auto_?hooks\.[cm]?[jt]s$|\.d\.[cm]?ts$/i,
    folderNames: { named: ['dirNameRoutePrefix'] },
    parameters: { named: ['routeParams'] },
    ignored: [{ named: ['ignorePattern'] }, { named: ['ignoreFilter'] }],
    ownPrefix: 'autoPrefix',
    wholePrefix: 'prefixOverride',
  };
}
