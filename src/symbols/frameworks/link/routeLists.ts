import { argument, isCall, isList, type CallExpr, type Expr } from '../expression.ts';
import type { RouterFramework } from '../routerFramework.ts';
import type { RouteListEntry, RouteLists } from '../routePatterns.ts';
import type { Evaluator } from './evaluator.ts';
import { libraryName } from './classHandlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf, type Source } from './sources.ts';
import { known, type Text } from './text.ts';

/** What lists are read into: routes and mounts by the key of a router. */
export interface RouteSink {
  readonly addEntry: (key: string, entry: ListedRoute) => void;
  readonly addMount: (parent: string, child: string, prefix: Text, order: number) => void;
}

/** An entry of a list that has a handler. */
export interface ListedRoute {
  readonly framework: RouterFramework;
  readonly entry: RouteListEntry;
  readonly source: Source;
  readonly path: Expr | undefined;
  readonly handler: Expr | undefined;
  readonly methods: Expr | undefined;
  readonly name: Expr | undefined;
  readonly line: number;
  readonly order: number;
}

/** Bounds for lists that contain each other. */
const deepestList = 40;
const mostEntries = 20_000;

/** Routes written as lists of entries, here or wherever the names in them lead. */
export class RouteListReader {
  private readonly evaluator: Evaluator;
  private readonly sink: RouteSink;
  private readonly modules = new Set<string>();
  private order = 0;
  /** What is being read: a list that contains itself is read once. */
  private readonly reading = new Set<Expr>();

  constructor(evaluator: Evaluator, sink: RouteSink) {
    this.evaluator = evaluator;
    this.sink = sink;
  }

  /** Modules with a list of a framework's name: each is a router, those that a setting names are a program's. */
  *readModules(framework: RouterFramework): Generator<void, void> {
    const modules = framework.lists?.modules;
    if (modules === undefined) return;
    const files = [...this.evaluator.files.values()].filter(
      (file) => file.family?.id === framework.family,
    );
    const roots = new Set<string>();
    for (const file of files) {
      yield;
      const named = file.ownBinding(-1, modules.root);
      const text = named === undefined ? undefined : this.evaluator.text(file, -1, named);
      // `os.environ.get("ROOT_URLCONF", "site.urls")`: as long as nobody sets it.
      const otherwise = isCall(named?.value) ? named.value.args.at(-1) : undefined;
      const name = text?.unresolved === undefined ? text?.text : otherwise;
      const root = typeof name === 'string' ? this.evaluator.moduleNamed(file, name) : undefined;
      if (root !== undefined) roots.add(root.path);
    }
    for (const file of files) {
      yield;
      if (file.ownBinding(-1, modules.list) !== undefined)
        this.readModule(framework, file, roots.has(file.path));
    }
  }

  private readModule(framework: RouterFramework, file: LinkedFile, root: boolean): string {
    const name = framework.lists?.modules?.list ?? '';
    const key = `${file.path}#${name}`;
    if (this.modules.has(key)) return key;
    this.modules.add(key);
    const list = file.ownBinding(-1, name);
    this.evaluator.routers.set({
      key,
      file,
      scope: -1,
      framework,
      ...(root ? { root: true as const } : {}),
    });
    if (list !== undefined) this.read(framework, key, { file, scope: -1, expr: list });
    return key;
  }

  /** Reads a list into a router. */
  read(framework: RouterFramework, key: string, source: Source): void {
    const { expr } = source;
    if (this.reading.size > deepestList || this.order > mostEntries) return;
    if (expr === null || this.reading.has(expr)) return;
    this.reading.add(expr);
    try {
      this.readExpr(framework, key, source);
    } finally {
      this.reading.delete(expr);
    }
  }

  /** An entry whose function is known by its library name. */
  readNamedEntry(
    framework: RouterFramework,
    key: string,
    name: string,
    { file, scope, call }: Omit<Source, 'expr'> & { readonly call: CallExpr },
  ): void {
    const entry = framework.lists?.entries[libraryName(name)];
    if (entry !== undefined)
      this.readEntry(framework, entry, key, { file, scope, expr: call }, call);
  }

  private readExpr(framework: RouterFramework, key: string, source: Source): void {
    const { lists } = framework;
    const { file, scope } = source;
    const expr: Expr = source.expr;
    if (lists === undefined || expr === null || typeof expr !== 'object') return;
    if (isList(expr)) {
      if (this.readTuple(framework, lists, key, source, expr.list)) return;
      for (const item of expr.list) this.read(framework, key, { file, scope, expr: item });
    } else if ('join' in expr)
      for (const part of expr.join) this.read(framework, key, { file, scope, expr: part });
    else if (isCall(expr)) this.readCall(framework, lists, key, source, expr);
    else if (!this.readRouter(key, source, known(''))) {
      const written = sourceOf(this.evaluator, file, scope, expr);
      if (written !== undefined && written.expr !== expr) this.read(framework, key, written);
      else this.readNamed(framework, key, source, known(''));
    }
  }

  private readCall(
    framework: RouterFramework,
    lists: RouteLists,
    key: string,
    source: Source,
    call: CallExpr,
  ): void {
    const { file, scope } = source;
    const callee = this.evaluator.evaluate(file, scope, call.call);
    const name = callee?.kind === 'external' ? libraryName(callee.name) : '';
    const entry = lists.entries[name];
    if (entry !== undefined) {
      this.readEntry(framework, entry, key, source, call);
      return;
    }
    if (this.readRouter(key, source, known(''))) return;
    if (callee?.kind === 'function') {
      const returned = callee.file.returned(callee.index);
      if (returned !== undefined)
        this.read(framework, key, { file: callee.file, scope: callee.index, expr: returned });
      return;
    }
    const hidden = lists.hiddenPrefixes?.[name];
    const inner = hidden === undefined ? key : `${file.path}@${call.at}`;
    if (hidden !== undefined) {
      this.evaluator.routers.set({ key: inner, file, scope, framework });
      this.sink.addMount(key, inner, { text: '', unresolved: hidden }, this.next());
    }
    for (const given of call.args) this.read(framework, inner, { file, scope, expr: given });
  }

  private readTuple(
    framework: RouterFramework,
    lists: RouteLists,
    key: string,
    source: Source,
    items: readonly Expr[],
  ): boolean {
    const [path, ...rest] = items;
    if (lists.tuple === undefined || rest.length === 0 || path === undefined) return false;
    if (this.evaluator.evaluate(source.file, source.scope, path)?.kind !== 'text') return false;
    const call: CallExpr = { call: null, args: items, line: -1, at: this.order };
    this.readEntry(framework, lists.tuple, key, source, call);
    return true;
  }

  private readEntry(
    framework: RouterFramework,
    entry: RouteListEntry,
    key: string,
    source: Source,
    call: CallExpr,
  ): void {
    const { file, scope } = source;
    const path = argument(call, entry.path);
    const target = entry.target.map((arg) => argument(call, arg)).find((t) => t !== undefined);
    const prefix = this.evaluator.text(file, scope, path);
    if (
      target !== undefined &&
      this.readBelow(framework, key, { file, scope, expr: target }, prefix)
    )
      return;
    if (entry.mounts) return;
    this.sink.addEntry(key, {
      framework,
      entry,
      source,
      path,
      handler: target,
      methods: argument(call, entry.methods),
      name: argument(call, entry.name),
      line: call.line,
      order: this.next(),
    });
  }

  /** What is put under an entry's path: a list, a router, an included module; false where it is a handler. */
  private readBelow(
    framework: RouterFramework,
    key: string,
    source: Source,
    prefix: Text,
  ): boolean {
    const { file, scope, expr } = source;
    if (this.readRouter(key, source, prefix)) return true;
    const written = sourceOf(this.evaluator, file, scope, expr) ?? source;
    if (isCall(written.expr)) {
      const callee = this.evaluator.evaluate(written.file, written.scope, written.expr.call);
      const name = callee?.kind === 'external' ? libraryName(callee.name) : '';
      if (framework.lists?.includes?.includes(name) !== true) return false;
      const [given] = written.expr.args;
      if (given !== undefined)
        this.readIncluded(framework, key, { ...written, expr: given }, prefix);
      return true;
    }
    if (!isList(written.expr) && !isJoin(written.expr)) return false;
    this.readList(framework, key, written, prefix);
    return true;
  }

  private readIncluded(
    framework: RouterFramework,
    key: string,
    source: Source,
    prefix: Text,
  ): void {
    if (this.readNamed(framework, key, source, prefix)) return;
    if (this.readRouter(key, source, prefix)) return;
    const written = sourceOf(this.evaluator, source.file, source.scope, source.expr) ?? source;
    // `include(('blog.urls', 'blog'))`: the module with the name of its application.
    const [first] = isList(written.expr) ? written.expr.list : [];
    if (typeof first === 'string')
      this.readNamed(framework, key, { ...written, expr: first }, prefix);
    else if (isList(written.expr) || isJoin(written.expr) || isCall(written.expr))
      this.readList(framework, key, written, prefix);
  }

  /** A module, by its dotted name or as a value. */
  private readNamed(
    framework: RouterFramework,
    key: string,
    { file, scope, expr }: Source,
    prefix: Text,
  ): boolean {
    if (framework.lists?.modules === undefined) return false;
    const value = this.evaluator.evaluate(file, scope, expr);
    const module =
      value?.kind === 'module'
        ? value.file
        : value?.kind === 'text' && value.text.unresolved === undefined
          ? this.evaluator.moduleNamed(file, value.text.text)
          : undefined;
    // Lists joined of lists are no names.
    if (module === undefined) return value?.kind === 'text' && value.text.unresolved === undefined;
    const child = this.readModule(framework, module, false);
    this.sink.addMount(key, child, prefix, this.next());
    return true;
  }

  private readRouter(key: string, { file, scope, expr }: Source, prefix: Text): boolean {
    const value = this.evaluator.evaluate(file, scope, expr);
    if (value?.kind !== 'router') return false;
    this.sink.addMount(key, value.key, prefix, this.next());
    return true;
  }

  /** A list below a prefix is a router of its own. */
  private readList(framework: RouterFramework, key: string, source: Source, prefix: Text): void {
    const { file, scope } = source;
    const order = this.next();
    const child = `${key}>${order}`;
    this.evaluator.routers.set({ key: child, file, scope, framework });
    this.sink.addMount(key, child, prefix, order);
    this.read(framework, child, source);
  }

  private next(): number {
    this.order += 1;
    return this.order;
  }
}

const isJoin = (expr: Expr): boolean => typeof expr === 'object' && expr !== null && 'join' in expr;
