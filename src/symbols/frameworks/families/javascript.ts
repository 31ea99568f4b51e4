import type { ModuleAlias } from '../../serviceHints/moduleAliases.ts';
import { extractJavascript } from '../extract/javascript.ts';
import {
  joinPath,
  parentOf,
  type LanguageFamily,
  type ModuleRoot,
  type ModuleSystem,
  type PlacedFiles,
} from './family.ts';

/** JavaScript and TypeScript: https://nodejs.org/api/esm.html#resolution-algorithm */
export const javascriptFamily: LanguageFamily = {
  id: 'javascript',
  extract: extractJavascript,
  modules: javascriptModules,
  exportsAreNamed: true,
  clients: /^(?:\$|jQuery|axios|superagent|agent|cy|\w*[cC]lient)$/,
  instrumentation: {
    scopes: /^@opentelemetry\/|^(?:@prisma\/|prisma$)/,
    libraries: /^@opentelemetry\/instrumentation-|^(?:@prisma\/|prisma$)/,
  },
};

const endings = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs'];
const indexes = ['ts', 'tsx', 'js', 'jsx', 'mjs', 'cjs'].map((end) => `/index.${end}`);

function javascriptModules(
  files: PlacedFiles,
  _roots: readonly ModuleRoot[],
  aliases: readonly ModuleAlias[],
): ModuleSystem {
  const fileOf = (base: string): string | undefined => {
    if (files.has(base)) return base;
    const bare = base.replace(/\.(?:m|c)?jsx?$/, '');
    for (const stem of bare === base ? [base] : [bare, base])
      for (const end of endings) if (files.has(stem + end)) return stem + end;
    const index = indexes.find((end) => files.has(base + end));
    return index === undefined ? undefined : base + index;
  };
  const named = aliasesOf(aliases);
  const aliased = (from: string, module: string): string | undefined => {
    for (const { pattern, targets, covers } of named.fitting(module)) {
      if (covers !== undefined && !from.startsWith(`${covers}/`)) continue;
      const rest = restOf(pattern, module);
      if (rest === undefined) continue;
      for (const target of targets) {
        const found = fileOf(target.replace('*', () => rest));
        if (found !== undefined && found !== from) return found;
      }
    }
    return undefined;
  };
  return {
    resolve: (from, module) => {
      if (module.startsWith('.')) return fileOf(joinPath(parentOf(from), module));
      const known = aliased(from, module);
      if (known !== undefined) return known;
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

/** What a pattern's `*` stands for in a module's name; '' where there is none and the names are the same. */
function restOf(pattern: string, module: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === module ? '' : undefined;
  const head = pattern.slice(0, star);
  const end = pattern.slice(star + 1);
  return module.length >= head.length + end.length &&
    module.startsWith(head) &&
    module.endsWith(end)
    ? module.slice(head.length, module.length - end.length)
    : undefined;
}

/** Aliases that may fit a module's name: those of the nearest folder first, then the longest pattern, by their first part. */
function aliasesOf(all: readonly ModuleAlias[]): {
  fitting(module: string): readonly ModuleAlias[];
} {
  const rank = ({ covers, pattern }: ModuleAlias): number =>
    (covers?.length ?? 0) * 1_000 + pattern.replace('*', '').length;
  const sorted = [...all].sort((a, b) => rank(b) - rank(a));
  const memo = new Map<string, readonly ModuleAlias[]>();
  return {
    fitting: (module) => {
      let found = memo.get(module);
      if (found === undefined)
        memo.set(module, (found = sorted.filter((a) => restOf(a.pattern, module) !== undefined)));
      return found;
    },
  };
}
