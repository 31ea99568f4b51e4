import { extractGo } from '../extract/go.ts';
import {
  parentOf,
  type LanguageFamily,
  type ModuleRoot,
  type ModuleSystem,
  type PlacedFiles,
} from './family.ts';

/** Go: instrumentations call their scopes after their import path. */
export const goFamily: LanguageFamily = {
  id: 'go',
  extract: extractGo,
  modules: goModules,
  foldersAreModules: true,
  joinsPaths: ['path:Join', 'path/filepath:Join'],
  instrumentation: {
    scopes: /^go\.opentelemetry\.io\/|^github\.com\//,
    libraries: /^go\.opentelemetry\.io\/contrib\//,
  },
};

/** Import paths to folders: by go.mod, else the one folder that a path's end names. https://go.dev/ref/mod#resolve-pkg-mod */
function goModules(files: PlacedFiles, roots: readonly ModuleRoot[]): ModuleSystem {
  const folders = new Set<string>();
  const byLast = new Map<string, string[]>();
  for (const path of files.keys()) {
    const folder = parentOf(path);
    if (folders.has(folder)) continue;
    folders.add(folder);
    const last = folder.slice(folder.lastIndexOf('/') + 1);
    const known = byLast.get(last);
    if (known) known.push(folder);
    else byLast.set(last, [folder]);
  }
  const memo = new Map<string, string | undefined>();
  const byEnd = (module: string): string | undefined => {
    const tails = byLast.get(module.slice(module.lastIndexOf('/') + 1)) ?? [];
    const parts = module.split('/');
    for (let skip = 0; skip < parts.length - 1; skip += 1) {
      const end = `/${parts.slice(skip).join('/')}`;
      const fitting = tails.filter((folder) => folder.endsWith(end));
      if (fitting.length > 0) return fitting.length === 1 ? fitting[0] : undefined;
    }
    return undefined;
  };
  const find = (module: string): string | undefined => {
    const own = roots
      .filter((root) => module === root.name || module.startsWith(`${root.name}/`))
      .sort((a, b) => b.name.length - a.name.length);
    for (const root of own) {
      const folder = root.folder + module.slice(root.name.length);
      if (folders.has(folder)) return folder;
    }
    // The standard library's paths have no dot in their first part.
    return roots.length === 0 && module.split('/', 1)[0]?.includes('.') === true
      ? byEnd(module)
      : undefined;
  };
  return {
    resolve: () => undefined,
    folder: (_, module) => {
      if (!memo.has(module)) memo.set(module, find(module));
      return memo.get(module);
    },
  };
}
