import { argument, isList, isObject, receiverOf, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { ControllerFramework, ModuleTree } from '../controllerFramework.ts';
import { lastNameOf } from './annotations.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { ownCalls } from './programStarts.ts';
import { sourceOf } from './sources.ts';
import { joinRoute, known, type Text } from './text.ts';

const deepestTree = 12;
const mostModules = 5_000;

/** Prefixes that controllers have from the tree of paths that their modules are put in: `RouterModule.register([{ path, module }])`. */
export class ModulePaths {
  private readonly evaluator: Evaluator;
  private readonly tree: ModuleTree | undefined;
  /** By the module's class. */
  private readonly paths = new Map<string, Text[]>();
  /** By the controller's class, the modules that name it. */
  private readonly modules = new Map<string, string[]>();
  private readonly trees: { readonly file: LinkedFile; unread?: string }[] = [];
  private readonly treeOf: (file: LinkedFile) => { readonly unread?: string } | undefined;

  constructor(evaluator: Evaluator, framework: ControllerFramework, starts: readonly LinkedFile[]) {
    this.evaluator = evaluator;
    this.tree = framework.settings?.modules;
    if (this.tree !== undefined)
      for (const file of evaluator.files.values())
        if (file.family?.id === framework.family && !file.inTest) this.readCalls(this.tree, file);
    this.treeOf = ownCalls(this.trees, starts);
    if (this.tree === undefined || this.paths.size === 0) return;
    for (const file of evaluator.files.values())
      if (file.family?.id === framework.family) this.readModules(this.tree, file);
  }

  of(controller: Found): readonly Text[] {
    const found = (this.modules.get(keyOf(controller)) ?? []).flatMap(
      (module) => this.paths.get(module) ?? [],
    );
    const distinct = [
      ...new Map(found.map((t) => [`${t.text} ${t.unresolved ?? ''}`, t])).values(),
    ];
    if (distinct.length > 0) return distinct;
    // A tree that can't be read may have any module of its program.
    const unread = this.treeOf(controller.file)?.unread;
    return [unread === undefined ? known('') : { text: '', unresolved: unread }];
  }

  private readCalls(tree: ModuleTree, file: LinkedFile): void {
    for (const { scope, call } of file.facts.calls) {
      const parts = receiverOf(call);
      if (parts?.member !== tree.member) continue;
      const callee = parts.receiver;
      const name = typeof callee === 'object' && callee !== null && 'name' in callee;
      if (!name || callee.name !== tree.receiver) continue;
      this.trees.push({ file });
      this.readEntries(tree, file, scope, call.args[0] ?? null, known(''), 0);
    }
  }

  private readEntries(
    tree: ModuleTree,
    file: LinkedFile,
    scope: Scope,
    expr: Expr,
    above: Text,
    depth: number,
  ): void {
    const list = sourceOf(this.evaluator, file, scope, expr);
    if (list === undefined || !isList(list.expr) || depth > deepestTree) {
      const read = this.trees.at(-1);
      if (read !== undefined) read.unread ??= `${tree.receiver}.${tree.member}`;
      return;
    }
    for (const item of list.expr.list) {
      const entry = sourceOf(this.evaluator, list.file, list.scope, item);
      if (entry === undefined || !isObject(entry.expr)) {
        this.put(list.file, list.scope, item, above);
        continue;
      }
      const { object } = entry.expr;
      const own = this.evaluator.text(entry.file, entry.scope, object[tree.path]);
      const path = joinRoute(above, own, 'same');
      const module = object[tree.module];
      if (module !== undefined) this.put(entry.file, entry.scope, module, path);
      const below = object[tree.children];
      if (below !== undefined)
        this.readEntries(tree, entry.file, entry.scope, below, path, depth + 1);
    }
  }

  private put(file: LinkedFile, scope: Scope, module: Expr, path: Text): void {
    const value = this.evaluator.evaluate(file, scope, module);
    if (value?.kind !== 'class' || this.paths.size >= mostModules) return;
    const key = keyOf(value);
    this.paths.set(key, [...(this.paths.get(key) ?? []), path]);
  }

  private readModules(tree: ModuleTree, file: LinkedFile): void {
    for (const { target, call } of file.facts.decorators) {
      if (lastNameOf(call) !== tree.annotation) continue;
      const module = keyOf({ file, index: target });
      if (!this.paths.has(module)) continue;
      const given = argument(call, tree.controllers);
      const list = given === undefined ? undefined : sourceOf(this.evaluator, file, -1, given);
      if (list === undefined || !isList(list.expr)) continue;
      for (const item of list.expr.list) {
        const value = this.evaluator.evaluate(list.file, list.scope, item);
        if (value?.kind !== 'class') continue;
        const key = keyOf(value);
        this.modules.set(key, [...(this.modules.get(key) ?? []), module]);
      }
    }
  }
}

const keyOf = ({ file, index }: Found): string => `${file.path}#${index}`;
