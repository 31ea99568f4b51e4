import { isName, type Expr } from '../../expression.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Value } from './value.ts';

/** Exports that lead to each other, at most. */
const longest = 24;

/** What modules hand out: their own, what they re-export, and modules below them. */
export class ModuleExports {
  private readonly evaluator: Evaluator;
  /** Exports being looked up, by file and name. */
  private readonly asked = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** An export of the module that `from` names so; `*` is the module itself. */
  named(from: LinkedFile, module: string, exported: string): Value | undefined {
    const { family } = from;
    if (family === undefined) return undefined;
    if (family.classesByPackage) {
      const found = this.evaluator.classes.packaged(from, module);
      return exported === '*' ? found : this.evaluator.member(found, exported);
    }
    const file = this.evaluator.moduleNamed(from, module);
    if (file !== undefined) return this.of(file, exported);
    if (family.everythingIsExported) {
      // `from app.api.routes import items`, where the package has no __init__.py.
      const submodule = this.evaluator.moduleNamed(
        from,
        `${module}${module.endsWith('.') ? '' : '.'}${exported}`,
      );
      if (submodule !== undefined) return { kind: 'module', file: submodule };
    }
    const plain = exported === '*' || exported === 'default' ? '' : exported;
    // Below the library's first name, paths of modules are written like members.
    const [library = '', ...below] = module.split('::');
    const members = [...below, ...(plain === '' ? [] : [plain])].join('.');
    return { kind: 'external', name: `${library}:${members}` };
  }

  /** Modules that re-export from each other end where they began: `from . import x` in a package asks the package itself first. */
  of(file: LinkedFile, name: string): Value | undefined {
    const key = `${file.path}\n${name}`;
    if (this.asked.has(key) || this.asked.size > longest) return undefined;
    this.asked.add(key);
    try {
      return this.exported(file, name);
    } finally {
      this.asked.delete(key);
    }
  }

  private exported(file: LinkedFile, name: string): Value | undefined {
    const found = file.exports.get(name);
    if (found !== undefined)
      return name === '*' ? this.whole(file, found) : this.evaluator.evaluate(file, -1, found);
    const again = file.reexports.get(name);
    if (again !== undefined) return this.named(file, again.module, again.exported);
    if (file.family?.everythingIsExported) return this.topLevel(file, name);
    const whole = file.exports.get('*');
    if (whole !== undefined) {
      // `const users = {}; users.list = …; module.exports = users`
      const added = isName(whole) ? file.ownBinding(-1, `${whole.name}.${name}`) : undefined;
      if (added !== undefined) return this.evaluator.names.bound(file, added);
      if (name === 'default') return this.whole(file, whole);
      return this.evaluator.member(this.evaluator.evaluate(file, -1, whole), name);
    }
    if (name === '*') return { kind: 'module', file };
    return this.throughStars(file, name);
  }

  /** What `module.exports` is; the module itself, where members are added to the object later. */
  private whole(file: LinkedFile, exported: Expr): Value | undefined {
    const value = this.evaluator.evaluate(file, -1, exported);
    const grows = value?.kind === 'written' && isName(exported) && file.hasMembersOf(exported.name);
    return grows ? { kind: 'module', file } : value;
  }

  private topLevel(file: LinkedFile, name: string): Value | undefined {
    if (name === '*') return { kind: 'module', file };
    const own = this.evaluator.names.local(file, -1, name);
    // A module that hands on a function of its own name: `mod home; pub use home::*`.
    if (own !== undefined && own.kind !== 'module') return own;
    const path = this.evaluator.modules.submodule(file.path, name);
    const submodule = path === undefined ? undefined : this.evaluator.files.get(path);
    if (own === undefined && submodule !== undefined) return { kind: 'module', file: submodule };
    return this.throughStars(file, name) ?? own;
  }

  /** `export * from './routes'`: what the workspace's own modules have is taken over. */
  private throughStars(file: LinkedFile, name: string): Value | undefined {
    for (const star of file.stars) {
      const value = this.named(file, star, name);
      if (value !== undefined && value.kind !== 'external') return value;
    }
    return undefined;
  }
}
