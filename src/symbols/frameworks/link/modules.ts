import type { ModuleAlias } from '../../serviceHints/moduleAliases.ts';
import type { LanguageFamily, ModuleRoot, ModuleSystem, PlacedFiles } from '../families/family.ts';
import { familyOfPath } from '../families/registry.ts';

interface Placed {
  /** Absolute path of the workspace folder. */
  readonly folder: string;
}

/** From a module name in source to a file of the workspace, as the language's family says. */
export class ModuleResolver {
  private readonly systems = new Map<LanguageFamily, ModuleSystem>();

  constructor(
    files: ReadonlyMap<string, Placed>,
    roots: readonly ModuleRoot[] = [],
    aliases: readonly ModuleAlias[] = [],
  ) {
    const placed = new Map<LanguageFamily, Map<string, Placed>>();
    for (const [path, file] of files) {
      const family = familyOfPath(path);
      if (family?.modules === undefined) continue;
      const known = placed.get(family);
      if (known) known.set(path, file);
      else placed.set(family, new Map([[path, file]]));
    }
    for (const [family, own] of placed) {
      const system = family.modules?.(own satisfies PlacedFiles, roots, aliases);
      if (system !== undefined) this.systems.set(family, system);
    }
  }

  /** Absolute path of the file that `module` means in `from`; undefined when it isn't in the workspace. */
  resolve(from: string, module: string): string | undefined {
    return this.systemOf(from)?.resolve(from, module);
  }

  /** Absolute folder that `module` means in `from`, where folders are modules. */
  folder(from: string, module: string): string | undefined {
    return this.systemOf(from)?.folder?.(from, module);
  }

  /** The file of `name` below the package that a file stands for. */
  submodule(packageFile: string, name: string): string | undefined {
    return this.systemOf(packageFile)?.submodule?.(packageFile, name);
  }

  private systemOf(path: string): ModuleSystem | undefined {
    const family = familyOfPath(path);
    return family === undefined ? undefined : this.systems.get(family);
  }
}
