import { extractPython } from '../extract/python.ts';
import { parentOf, type LanguageFamily, type ModuleSystem, type PlacedFiles } from './family.ts';

/** Python: https://docs.python.org/3/reference/import.html */
export const pythonFamily: LanguageFamily = {
  id: 'python',
  extract: extractPython,
  modules: pythonModules,
  everythingIsExported: true,
  lastDefinitionCounts: true,
  instrumentation: {
    scopes: /^opentelemetry[._]instrumentation[._]/,
    libraries: /^opentelemetry[._]instrumentation[._]/,
  },
};

function pythonModules(files: PlacedFiles): ModuleSystem {
  /** Files by the last part of their module's name. */
  const tails = new Map<string, string[]>();
  for (const path of files.keys()) {
    if (!path.endsWith('.py')) continue;
    const module = path.replace(/(?:\/__init__)?\.py$/, '');
    const tail = module.slice(module.lastIndexOf('/') + 1);
    const known = tails.get(tail);
    if (known) known.push(path);
    else tails.set(tail, [path]);
  }
  const fileOf = (base: string): string | undefined => {
    if (files.has(`${base}.py`)) return `${base}.py`;
    return files.has(`${base}/__init__.py`) ? `${base}/__init__.py` : undefined;
  };
  return {
    resolve: (from, module) => {
      const dots = /^\.*/.exec(module)?.[0].length ?? 0;
      const path = module.slice(dots).split('.').join('/');
      if (dots > 0) {
        let base = parentOf(from);
        for (let i = 1; i < dots; i += 1) base = parentOf(base);
        return fileOf(path === '' ? base : `${base}/${path}`);
      }
      // The root that the interpreter runs from isn't written anywhere: the nearest folder above that has the module.
      for (let at = parentOf(from); at !== ''; at = parentOf(at)) {
        const found = fileOf(`${at}/${path}`);
        if (found !== undefined) return found;
      }
      const named = tails.get(path.slice(path.lastIndexOf('/') + 1)) ?? [];
      const fitting = named.filter(
        (t) => t.endsWith(`/${path}.py`) || t.endsWith(`/${path}/__init__.py`),
      );
      return fitting.length === 1 && path.includes('/') ? fitting[0] : undefined;
    },
    // `from app.api.routes import items`.
    submodule: (packageFile, name) =>
      packageFile.endsWith('/__init__.py') ? fileOf(`${parentOf(packageFile)}/${name}`) : undefined,
  };
}
