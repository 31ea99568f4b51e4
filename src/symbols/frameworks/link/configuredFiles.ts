import { argument, isCall, isList, renderExpr, type Expr } from '../expression.ts';
import type { FilesFramework, RouteConfig } from '../filesFramework.ts';
import { parentOf } from '../families/family.ts';
import type { Evaluator } from './evaluator.ts';
import type { PlacedFile } from './filePrograms.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';
import { joinRoute, known, type Text } from './text.ts';

const deepestList = 12;

/** Files of routes that a module of the program names, instead of or beside the convention. */
export class ConfiguredFiles {
  private readonly places = new Map<string, PlacedFile[]>();
  /** Folders of programs where only the module's files count. */
  private readonly whole = new Set<string>();
  private readonly evaluator: Evaluator;

  private constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** Looks at every file, with turns for others. */
  static *in(evaluator: Evaluator, framework: FilesFramework): Generator<void, ConfiguredFiles> {
    const configured = new ConfiguredFiles(evaluator);
    const { config } = framework;
    if (config === undefined) return configured;
    for (const file of evaluator.files.values()) {
      yield;
      const stem = file.path.replace(/\.[cm]?[jt]sx?$/, '');
      const given = file.exports.get('default');
      const imports = file.facts.imports.some((i) => framework.program.modules.test(i.module));
      if (given === undefined || !imports || !stem.endsWith(`/${config.module}`)) continue;
      const found = { conventional: false };
      configured.read(config, file, given, known(''), found, 0);
      if (!found.conventional) configured.whole.add(parentOf(file.path));
    }
    return configured;
  }

  placesOf(file: LinkedFile): readonly PlacedFile[] {
    return this.places.get(file.path) ?? [];
  }

  /** True where the convention's folder is left out: the module doesn't ask for it. */
  replaces(root: string): boolean {
    return this.whole.has(parentOf(root));
  }

  private read(
    config: RouteConfig,
    file: LinkedFile,
    expr: Expr,
    above: Text,
    found: { conventional: boolean },
    depth: number,
  ): void {
    if (depth > deepestList) return;
    if (isList(expr)) {
      for (const item of expr.list) this.read(config, file, item, above, found, depth);
      return;
    }
    if (!isCall(expr)) {
      const source = sourceOf(this.evaluator, file, -1, expr);
      if (source !== undefined && source.expr !== expr)
        this.read(config, source.file, source.expr, above, found, depth + 1);
      return;
    }
    const name = renderExpr(expr.call).split('.').at(-1) ?? '';
    if (name === config.conventional) found.conventional = true;
    const call = Object.hasOwn(config.calls, name) ? config.calls[name] : undefined;
    if (call === undefined) return;
    const own =
      call.path === undefined
        ? known('')
        : this.evaluator.text(file, -1, argument(expr, call.path));
    const path =
      own.text === '' && own.unresolved === undefined ? above : joinRoute(above, own, 'same');
    const below = expr.args.find(isList);
    const given = call.file === undefined ? undefined : argument(expr, call.file);
    const hasIndex =
      below?.list.some((child) => isCall(child) && this.isIndex(config, child.call)) === true;
    if (typeof given === 'string' && path.unresolved === undefined && !hasIndex)
      this.add(file, given, path.text === '' ? '/' : path.text);
    if (below !== undefined) this.read(config, file, below, path, found, depth + 1);
  }

  private isIndex(config: RouteConfig, callee: Expr): boolean {
    const name = renderExpr(callee);
    return Object.hasOwn(config.calls, name) && config.calls[name]?.index === true;
  }

  private add(from: LinkedFile, module: string, route: string): void {
    const relative = module.startsWith('.') ? module : `./${module}`;
    const path = this.evaluator.modules.resolve(from.path, relative);
    if (path === undefined) return;
    const placed: PlacedFile = {
      root: parentOf(from.path),
      route,
      stem: '',
      parameters: /[:*]/.test(route),
    };
    const known = this.places.get(path);
    if (known) known.push(placed);
    else this.places.set(path, [placed]);
  }
}
