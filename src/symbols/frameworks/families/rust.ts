import { extractRust } from '../extract/rust.ts';
import { parentOf, type LanguageFamily, type ModuleSystem, type PlacedFiles } from './family.ts';

/** Rust: https://doc.rust-lang.org/reference/items/modules.html */
export const rustFamily: LanguageFamily = {
  id: 'rust',
  extract: extractRust,
  modules: rustModules,
  everythingIsExported: true,
  pathsNameLibraries: true,
  instrumentation: {},
};

function rustModules(files: PlacedFiles): ModuleSystem {
  /** Root files of library crates by the crate's name, as far as its folder says it. */
  const crates = new Map<string, string[]>();
  for (const path of files.keys()) {
    if (!path.endsWith('/src/lib.rs')) continue;
    const folder = path.slice(0, -'/src/lib.rs'.length);
    const name = folder.slice(folder.lastIndexOf('/') + 1).replace(/-/g, '_');
    crates.set(name, [...(crates.get(name) ?? []), path]);
  }
  const rootOf = (from: string): string | undefined => {
    for (let at = parentOf(from); at !== ''; at = parentOf(at)) {
      const ends = from.endsWith('/main.rs') ? ['main', 'lib'] : ['lib', 'main'];
      for (const end of ends) if (files.has(`${at}/${end}.rs`)) return `${at}/${end}.rs`;
    }
    return undefined;
  };
  const child = (file: string, name: string): string | undefined => {
    const folder = /\/(?:mod|lib|main)\.rs$/.test(file) ? parentOf(file) : file.slice(0, -3);
    return [`${folder}/${name}.rs`, `${folder}/${name}/mod.rs`].find((path) => files.has(path));
  };
  const above = (file: string): string | undefined => {
    const folder = file.endsWith('/mod.rs') ? parentOf(parentOf(file)) : parentOf(file);
    return [`${folder}/mod.rs`, `${folder}.rs`, `${folder}/lib.rs`, `${folder}/main.rs`].find(
      (path) => path !== file && files.has(path),
    );
  };
  return {
    resolve: (from, module) => {
      const [first = '', ...rest] = module.split('::');
      const named = crates.get(first);
      let at: string | undefined;
      if (first === 'crate') at = rootOf(from);
      else if (first === 'self') at = from;
      else if (first === 'super') at = above(from);
      else at = child(from, first) ?? (named?.length === 1 ? named[0] : undefined);
      for (const name of rest)
        at = at === undefined ? undefined : name === 'super' ? above(at) : child(at, name);
      return at;
    },
  };
}
