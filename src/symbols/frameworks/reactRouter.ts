import type { FilesFramework } from './filesFramework.ts';

/** `$id` → `:id`, `$` → `*`, `(lang)` → optional, `name_` (out of its parent's layout) → `name`, `[.]` is a dot of the path. */
function segment(text: string): string | undefined {
  const bare = text.replace(/[[\]]/g, '');
  if (text.startsWith('_')) return undefined;
  if (bare === '$') return '*';
  const optional = /^\((.*)\)$/.exec(bare)?.[1];
  const own = (optional ?? bare).replace(/_$/, '');
  const name = own.startsWith('$') ? `:${own.slice(1)}` : own;
  return optional === undefined ? name : `${name}?`;
}

/** What a navigation in the browser asks for: it runs loaders and actions, the browser renders. */
const data = (route: string): string => (route === '/' ? '/_root.data' : `${route}.data`);

/**
 * React Router 7 and Remix: files of `app/routes` (https://reactrouter.com/how-to/file-route-conventions) and the module that names them
 * (https://reactrouter.com/start/framework/routing).
 */
export const reactRouter: FilesFramework = {
  kind: 'files',
  id: 'react-router',
  family: 'javascript',
  program: {
    file: /^(?:react-router|remix)\.config\.[cm]?[jt]s$/,
    modules: /^@remix-run\/|^@react-router\//,
  },
  delegated: true,
  config: {
    module: 'app/routes',
    calls: {
      route: { path: { at: 0 }, file: { at: 1 } },
      index: { file: { at: 0 }, index: true },
      layout: {},
      prefix: { path: { at: 0 } },
    },
    conventional: 'flatRoutes',
  },
  trees: [
    {
      roots: ['app/routes'],
      // A name that ends in `_layout` is a layout without a path of its own.
      file: /^(?!(?:[^/]*\.)?_(?!index(?:[./]|$))[^./]*(?:\/route)?\.[jt]sx?$)(?<route>[^/]+?)(?:\/route)?\.[jt]sx?$/,
      separator: /\.(?![^[\]]{0,255}\])/,
      segment,
      preferred: /(?:^|[./])_index(?:\/route)?\.[jt]sx?$/,
      exports: {
        loader: { methods: ['GET'], alsoAt: data },
        action: { methods: ['POST', 'PUT', 'PATCH', 'DELETE'], alsoAt: data },
        default: { methods: ['GET'], unless: ['loader'] },
      },
    },
  ],
};
