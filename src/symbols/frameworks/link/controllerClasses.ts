import type { DrawnFramework } from '../drawn.ts';
import { isName, type Expr } from '../expression.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';

export type Action = Found;

const furthest = 50;

/** Classes by the end of their qualified names, without regard to case: `api/users` may be `API::UsersController`. */
export class ControllerClasses {
  private readonly evaluator: Evaluator;
  private readonly framework: DrawnFramework;
  private byName: Map<string, Found[]> | undefined;

  constructor(evaluator: Evaluator, framework: DrawnFramework) {
    this.evaluator = evaluator;
    this.framework = framework;
  }

  /** The method that an action of a controller runs, inherited ones too; undefined: none that is in sight and the only one. */
  action(
    from: LinkedFile,
    modules: readonly string[],
    controller: Expr,
    action: string,
  ): Action | undefined {
    const found = this.controllers(from, modules, controller);
    const [first] = found;
    if (first === undefined) return undefined;
    // A class that is opened in several files is one.
    const names = new Set(found.map(({ file, index }) => this.nameOf(file, index)));
    if (names.size > 1) return undefined;
    return this.method(found, action);
  }

  private controllers(
    from: LinkedFile,
    modules: readonly string[],
    controller: Expr,
  ): readonly Found[] {
    if (typeof controller === 'string')
      return this.named(this.framework.controllerName(modules, controller), from);
    if (!isName(controller)) return [];
    // `use App\Http\Controllers\Admin;` and then `Admin\UserController::class`.
    const [first = '', ...below] = controller.name.split('.');
    const imported = from.imports.get(first)?.module ?? first;
    return this.named([imported, ...below].join('.'), from);
  }

  private named(name: string, from: LinkedFile): readonly Found[] {
    this.byName ??= this.collect();
    const wanted = name.toLowerCase();
    const simple = wanted.slice(wanted.lastIndexOf('.') + 1);
    const all = (this.byName.get(simple) ?? []).filter(({ file }) => file.folder === from.folder);
    const exact = all.filter(({ file, index }) => this.nameOf(file, index) === wanted);
    if (exact.length > 0) return exact;
    return all.filter(({ file, index }) => {
      const own = this.nameOf(file, index);
      return own.endsWith(`.${wanted}`) && file.facts.package !== undefined;
    });
  }

  private method(controllers: readonly Found[], action: string): Action | undefined {
    const queue: Found[] = [...controllers];
    const seen = new Set<string>();
    for (let i = 0; i < queue.length && i < furthest; i += 1) {
      const at = queue[i];
      if (at === undefined) continue;
      const { file, index } = at;
      const own = file.method(index, action);
      if (own !== undefined) return { file, index: own };
      for (const above of file.supertypes(index)) {
        const scope = this.nameOf(file, index).split('.').slice(0, -1);
        const imported = file.imports.get(above)?.module ?? above;
        const found = [[...scope, imported].join('.'), imported]
          .map((name) => this.named(name, file))
          .find((list) => list.length > 0);
        for (const one of found ?? []) {
          const key = `${one.file.path}#${one.index}`;
          if (!seen.has(key)) queue.push(one);
          seen.add(key);
        }
      }
    }
    return undefined;
  }

  private nameOf(file: LinkedFile, index: number): string {
    const name = file.functions[index]?.name ?? '';
    const { package: around } = file.facts;
    return (around === undefined ? name : `${around}.${name}`).toLowerCase();
  }

  private collect(): Map<string, Found[]> {
    const byName = new Map<string, Found[]>();
    for (const file of this.evaluator.files.values()) {
      if (file.family?.id !== this.framework.family || file.inTest) continue;
      for (const [index, { kind, name }] of file.functions.entries()) {
        if (kind !== 'class') continue;
        const simple = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
        const known = byName.get(simple);
        if (known) known.push({ file, index });
        else byName.set(simple, [{ file, index }]);
      }
    }
    return byName;
  }
}
