import { extractJavascript } from '../extract/javascript.ts';
import {
  joinPath,
  parentOf,
  type LanguageFamily,
  type ModuleSystem,
  type PlacedFiles,
} from './family.ts';

/** JavaScript and TypeScript: https://nodejs.org/api/esm.html#resolution-algorithm */
export const javascriptFamily: LanguageFamily = {
  id: 'javascript',
  extract: extractJavascript,
  modules: javascriptModules,
  instrumentation: {
    scopes: /^@opentelemetry\/|^@fastify\/otel|^next\.js$|^@prisma\//,
    libraries: /^@opentelemetry\/instrumentation-|^@fastify\/otel|^next\.js$|^@prisma\//,
  },
};

const endings = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs'];
const indexes = ['ts', 'tsx', 'js', 'jsx', 'mjs', 'cjs'].map((end) => `/index.${end}`);

function javascriptModules(files: PlacedFiles): ModuleSystem {
  const fileOf = (base: string): string | undefined => {
    if (files.has(base)) return base;
    const bare = base.replace(/\.(?:m|c)?jsx?$/, '');
    for (const stem of bare === base ? [base] : [bare, base])
      for (const end of endings) if (files.has(stem + end)) return stem + end;
    const index = indexes.find((end) => files.has(base + end));
    return index === undefined ? undefined : base + index;
  };
  return {
    resolve: (from, module) => {
      if (module.startsWith('.')) return fileOf(joinPath(parentOf(from), module));
      const tail = /^(?:@|~)\/(.+)$/.exec(module)?.[1] ?? module;
      const folder = files.get(from)?.folder ?? '';
      for (let at = parentOf(from); at.length >= folder.length && at !== ''; at = parentOf(at)) {
        const found = fileOf(`${at}/${tail}`) ?? fileOf(`${at}/src/${tail}`);
        if (found !== undefined && found !== from) return found;
      }
      return undefined;
    },
  };
}
