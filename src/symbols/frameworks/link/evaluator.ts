import {
  argument,
  isCall,
  isList,
  isName,
  isObject,
  receiverOf,
  renderExpr,
  type Arg,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { ModuleAlias } from '../../serviceHints/moduleAliases.ts';
import type { ModuleRoot } from '../families/family.ts';
import type { BindingFact, Scope } from '../fileFacts.ts';
import type { Creator, RouterFramework } from '../framework.ts';
import { ClassNames } from './classNames.ts';
import { FolderModules, type TypeName } from './folderModules.ts';
import type { GivenArguments } from './givenArguments.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { ModuleResolver } from './modules.ts';
import { methodsOf } from './methods.ts';
import { parametersIn } from './parameters.ts';
import { concat, known, type Text } from './text.ts';
import { TypedValues } from './typedValues.ts';

/** What an expression of the source stands for, across files. */
export type Value =
  | { readonly kind: 'text'; readonly text: Text }
  | {
      readonly kind: 'function' | 'class' | 'instance';
      readonly file: LinkedFile;
      readonly index: number;
    }
  | { readonly kind: 'module'; readonly file: LinkedFile }
  /** A module that is a folder of files. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** A declared type, and a value of one. */
  | { readonly kind: 'type'; readonly type: TypeName }
  | ObjectValue
  /** A method of an interface that several types implement. */
  | { readonly kind: 'oneOf'; readonly found: readonly Found[] }
  /** Of a library: `module:path`. */
  | { readonly kind: 'external'; readonly name: string }
  | RouterValue
  | {
      readonly kind: 'written';
      readonly file: LinkedFile;
      readonly scope: Scope;
      readonly expr: Expr;
    };

export interface ObjectValue {
  readonly kind: 'object';
  readonly type: TypeName;
  /** Where it is written with its fields. */
  readonly literal?: { readonly file: LinkedFile; readonly scope: Scope; readonly call: CallExpr };
}

export interface RouterValue {
  readonly kind: 'router';
  readonly key: string;
  /** Path fixed by `.route(path)`. */
  readonly path?: Text;
  /** Methods fixed before the path: `.Methods("GET")`. */
  readonly methods?: readonly string[];
  /** Prefix that is cut off before the router sees the path. */
  readonly stripped?: Text;
}

/** Where a router was made: found while evaluating. */
export interface RouterOrigin {
  readonly key: string;
  readonly file: LinkedFile;
  readonly scope: Scope;
  /** Absent: a parameter that some caller fills. */
  readonly framework?: RouterFramework;
  readonly call?: CallExpr;
  /** What the call makes, as the framework's file says. */
  readonly made?: Creator;
  /** The router whose routes it has too: what the function that made both registers. */
  readonly includes?: string;
  readonly ofClass?: string;
  /** Made by `parent.group(prefix)`. */
  readonly parent?: string;
  /** Known before the group is made: `.PathPrefix("/x").Subrouter()`. */
  readonly prefix?: Text;
  readonly methods?: readonly string[];
  /** Its type can't be below another router. */
  readonly root?: true;
}

/** A framework, and which of its routers. */
export interface Made {
  readonly framework: RouterFramework;
  readonly made: Creator;
  /** Key of what its class registers on every instance. */
  readonly ofClass?: string;
}

const deepest = 24;

/** Follows names through scopes, imports, re-exports, classes and factories. Knows frameworks only by what makes their routers. */
export class Evaluator {
  readonly files: ReadonlyMap<string, LinkedFile>;
  readonly routers = new Map<string, RouterOrigin>();
  readonly modules: ModuleResolver;
  private readonly creators = new Map<string, Made>();
  private readonly frameworks: readonly RouterFramework[];
  private readonly creatorsOfClasses = new Map<string, { readonly found: Made | undefined }>();
  private readonly routerTypes = new Map<string, RouterFramework>();
  private readonly strips = new Map<string, { readonly prefix: Arg; readonly child: Arg }>();
  private readonly programRouters = new Map<string, RouterFramework>();
  readonly typed: TypedValues;
  private readonly reading = new Set<BindingFact>();
  /** Exports being looked up, by file and name. */
  private readonly exporting = new Set<string>();
  private readonly classes: ClassNames;
  /** Element that a loop's variable stands for at the moment. */
  readonly turns = new Map<BindingFact, Value>();
  /** What parameters stand for at the moment, by key: the arguments of one call. */
  readonly given = new Map<string, Value>();
  /** What functions of the workspace are called with, once it was gathered. */
  arguments: GivenArguments | undefined;
  private depth = 0;

  constructor(
    files: ReadonlyMap<string, LinkedFile>,
    frameworks: readonly RouterFramework[],
    roots: readonly ModuleRoot[] = [],
    aliases: readonly ModuleAlias[] = [],
  ) {
    this.files = files;
    this.frameworks = frameworks;
    this.modules = new ModuleResolver(files, roots, aliases);
    this.classes = new ClassNames(files);
    this.typed = new TypedValues(this, new FolderModules(files.values()));
    for (const framework of frameworks) {
      const { family } = framework;
      const keyed = (name: string): string => `${family}|${name}`;
      for (const [name, made] of Object.entries(framework.creators))
        this.creators.set(keyed(dotted(name)), { framework, made });
      for (const name of Object.keys(framework.types ?? {}))
        this.routerTypes.set(keyed(name), framework);
      for (const [name, strip] of Object.entries(framework.strips ?? {}))
        this.strips.set(keyed(name), strip);
      if (framework.programRouter !== undefined)
        this.programRouters.set(keyed(framework.programRouter), framework);
    }
  }

  /** The module that a dotted name means in a file. */
  moduleNamed(file: LinkedFile, name: string): LinkedFile | undefined {
    const path = this.modules.resolve(file.path, name);
    return path === undefined ? undefined : this.files.get(path);
  }

  evaluate(file: LinkedFile, scope: Scope, expr: Expr | undefined): Value | undefined {
    if (expr === undefined || expr === null || this.depth > deepest) return undefined;
    this.depth += 1;
    try {
      return this.read(file, scope, expr);
    } finally {
      this.depth -= 1;
    }
  }

  /** Text of an expression; `unresolved` where a part can't be read. */
  text(file: LinkedFile, scope: Scope, expr: Expr | undefined): Text {
    if (expr === undefined) return known('');
    const value = this.evaluate(file, scope, expr);
    if (value?.kind === 'text') return value.text;
    // What a function makes of a path ends with the path, as a rule: `scoped("/users")`.
    const [given, ...others] = isCall(expr) ? expr.args.filter((a) => typeof a === 'string') : [];
    const isPath = given?.startsWith('/') === true && others.length === 0;
    return { text: isPath ? given : '', unresolved: renderExpr(expr) };
  }

  /** One text per item where the expression is a list. */
  texts(file: LinkedFile, scope: Scope, expr: Expr | undefined): readonly Text[] {
    const value = this.evaluate(file, scope, expr);
    if (value?.kind === 'written' && isList(value.expr))
      return value.expr.list.map((item) => this.text(value.file, value.scope, item));
    return [this.text(file, scope, expr)];
  }

  private read(file: LinkedFile, scope: Scope, expr: Exclude<Expr, null>): Value | undefined {
    if (typeof expr === 'string') return { kind: 'text', text: known(expr) };
    if ('fn' in expr) return this.declared(file, expr.fn);
    if ('name' in expr) return this.name(file, scope, expr.name);
    if ('module' in expr) return this.module(file, expr.module, '*');
    if ('of' in expr) return this.member(this.evaluate(file, scope, expr.of), expr.member);
    if ('item' in expr) {
      const key = this.text(file, scope, expr.key);
      return key.unresolved === undefined
        ? this.member(this.evaluate(file, scope, expr.item), key.text)
        : undefined;
    }
    // The variable of a loop is one element at a time, or can't be said.
    if ('each' in expr) return undefined;
    if ('pattern' in expr) return { kind: 'text', text: known(expr.pattern) };
    if ('join' in expr) {
      let text = known('');
      for (const part of expr.join) text = concat(text, this.text(file, scope, part));
      return { kind: 'text', text };
    }
    if (isCall(expr)) return this.call(file, scope, expr);
    if ('type' in expr && file.family?.classesByPackage) {
      const type = this.name(file, scope, expr.type);
      return type?.kind === 'class' ? { ...type, kind: 'instance' } : undefined;
    }
    return { kind: 'written', file, scope, expr };
  }

  /** The framework of a router; for one whose maker is out of sight, all of the file's family. */
  frameworksOf(
    file: LinkedFile,
    framework: RouterFramework | undefined,
  ): readonly RouterFramework[] {
    if (framework !== undefined) return [framework];
    return this.frameworks.filter((f) => f.family === file.family?.id);
  }

  private declared(file: LinkedFile, index: number): Value | undefined {
    const decl = file.functions[index];
    if (decl === undefined) return undefined;
    return { kind: decl.kind === 'class' ? 'class' : 'function', file, index };
  }

  private name(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    // What wraps a function and takes its name (`view = login_required(view)`) still runs it.
    const inner = file.innerNamed(scope, name);
    if (inner !== undefined) return this.declared(file, inner);
    const whole = this.plainName(file, name) ? undefined : this.free(file, scope, name);
    if (whole !== undefined) return this.bound(file, whole);
    const [first = '', ...rest] = name.split('.');
    const own = rest.length > 0 ? file.qualified(name) : undefined;
    if (own !== undefined) return this.declared(file, own);
    let value = this.local(file, scope, first);
    if (value === undefined && rest.length > 0 && file.family?.pathsNameLibraries)
      value = this.module(file, first, '*') ?? { kind: 'external', name: `${first}:` };
    for (const member of rest) value = this.member(value, member);
    return value;
  }

  /** Names with declared types are looked up with their types. */
  private plainName(file: LinkedFile, name: string): boolean {
    return file.family?.foldersAreModules === true && !name.includes('.');
  }

  /** A name's binding; while that is read, the name in it means the one further out: `r := r.With(log)`. */
  private free(file: LinkedFile, scope: Scope, name: string): BindingFact | undefined {
    let found = file.binding(scope, name);
    while (found !== undefined && this.reading.has(found)) {
      if (found.scope < 0) return undefined;
      found = file.binding(file.parentOf(found.scope), name);
    }
    return found;
  }

  private bound(file: LinkedFile, binding: BindingFact): Value | undefined {
    const turn = this.turns.get(binding);
    if (turn !== undefined) return turn;
    this.reading.add(binding);
    try {
      return this.evaluate(file, binding.from ?? binding.scope, binding.value);
    } finally {
      this.reading.delete(binding);
    }
  }

  private local(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    if (name === 'this' || name === 'self' || name === 'Self') {
      const owner = file.classAround(scope);
      return owner === undefined ? undefined : { kind: 'instance', file, index: owner };
    }
    const parameter = file.parameterScope(scope, name);
    if (file.family?.foldersAreModules)
      return this.typedName(file, name, parameter, this.free(file, scope, name));
    const inner = file.innerNamed(scope, name);
    if (inner !== undefined) return this.declared(file, inner);
    const bound = file.binding(scope, name);
    if (bound !== undefined && (parameter === undefined || bound.scope >= parameter))
      return this.bound(file, bound);
    if (parameter !== undefined)
      return file.family?.clients?.test(name) ? undefined : this.parameter(file, parameter, name);
    const imported = file.imports.get(name);
    if (imported !== undefined) {
      const found = this.module(file, imported.module, imported.exported);
      if (found !== undefined) return found;
    }
    const own = file.nested(scope, name) ?? file.topLevel(name);
    if (own !== undefined) return this.declared(file, own);
    return file.family?.classesByPackage ? this.packagedName(file, scope, name) : undefined;
  }

  /** Names where everything has a type: values of functions, parameters, then what the folder shares. */
  private typedName(
    file: LinkedFile,
    name: string,
    parameter: Scope | undefined,
    bound: BindingFact | undefined,
  ): Value | undefined {
    if (bound !== undefined && bound.scope >= Math.max(0, parameter ?? 0)) {
      const { scope, value } = bound;
      return typeof value === 'object' && value !== null && 'type' in value
        ? this.typed.ofType(file, value.type, parameterKey(file, scope, name))
        : this.bound(file, bound);
    }
    if (parameter === undefined) return this.typed.name(file, name);
    const given = this.given.get(parameterKey(file, parameter, name));
    if (given !== undefined) return given;
    const type = file.parameterType(parameter, name);
    return type === undefined
      ? undefined
      : this.typed.ofType(file, type, parameterKey(file, parameter, name));
  }

  /** What an assignment changes: the field or variable as it is declared, not its value here. */
  target(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    const [first = '', ...rest] = name.split('.');
    let value = rest.length === 0 ? this.typed.name(file, first) : this.local(file, scope, first);
    for (const member of rest) value = this.member(value, member);
    return value;
  }

  /** A router of which only the type is known: some caller fills it. */
  routerOfType(file: LinkedFile, type: string, key: string): RouterValue | undefined {
    const framework = this.routerTypes.get(`${file.family?.id ?? ''}|${type}`);
    if (framework === undefined) return undefined;
    if (!this.routers.has(key)) {
      const root = framework.types?.[type]?.root;
      this.routers.set(key, { key, file, scope: -1, framework, ...(root ? { root } : {}) });
    }
    return { kind: 'router', key };
  }

  isRouterType(file: LinkedFile, written: string): boolean {
    return this.typed.ofType(file, written, `${file.path}#type ${written}`)?.kind === 'router';
  }

  /** What a value registers routes on: itself, the router that its type embeds, or the program's own. */
  routerOf(file: LinkedFile, value: Value | undefined): RouterValue | undefined {
    if (value?.kind === 'router') return value;
    if (value?.kind === 'object') {
      const inside = this.typed.embeddedRouter(value.type);
      return inside?.kind === 'router' ? inside : undefined;
    }
    if (value?.kind === 'instance') return this.routerOfClass(value.file, value.index);
    if (value?.kind !== 'external') return undefined;
    const framework = this.programRouters.get(`${file.family?.id ?? ''}|${value.name}`);
    if (framework === undefined) return undefined;
    const key = `program ${value.name}`;
    if (!this.routers.has(key))
      this.routers.set(key, { key, file, scope: -1, framework, root: true });
    return { kind: 'router', key };
  }

  /** A class, or a function or constant beside classes, by its full name. */
  private packaged(from: LinkedFile, fullName: string): Value | undefined {
    const type = this.classes.named(from, fullName);
    if (type !== undefined) return type;
    const top = this.classes.topLevel(from, fullName);
    if (top === undefined || this.depth > deepest) return undefined;
    const value = top.file.ownBinding(-1, top.name);
    if (value !== undefined) return this.bound(top.file, value);
    const index = top.file.topLevel(top.name);
    return index === undefined ? undefined : this.declared(top.file, index);
  }

  /** A member of the classes around, inherited ones too; a nested class; a class of the package; what is imported on demand. */
  private packagedName(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    for (let at = scope; at >= 0; at = file.parentOf(at)) {
      const member =
        file.functions[at]?.kind === 'class' ? this.classMember(file, at, name) : undefined;
      if (member !== undefined) return member;
    }
    const beside = this.packaged(file, `${file.facts.package ?? ''}.${name}`);
    if (beside !== undefined) return beside;
    for (const star of file.stars) {
      const found =
        this.packaged(file, `${star}.${name}`) ?? this.member(this.classes.named(file, star), name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What a parameter is: what its only visible caller gives, an instance of its type, else a router that some caller fills. */
  private parameter(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    const set = this.given.get(parameterKey(file, scope, name));
    if (set !== undefined) return set;
    const type = file.parameterType(scope, name) ?? '';
    const typed = type === '' ? undefined : this.name(file, -1, type);
    if (typed?.kind === 'class') return { ...typed, kind: 'instance' };
    const given = this.arguments?.givenTo(file, scope, name);
    const value =
      given === undefined ? undefined : this.evaluate(given.file, given.scope, given.expr);
    return value === undefined || value.kind === 'router'
      ? this.routerParameter(file, scope, name)
      : value;
  }

  routerParameter(file: LinkedFile, scope: Scope, name: string): RouterValue {
    const key = parameterKey(file, scope, name);
    if (!this.routers.has(key)) this.routers.set(key, { key, file, scope });
    return { kind: 'router', key };
  }

  private module(from: LinkedFile, module: string, exported: string): Value | undefined {
    const { family } = from;
    if (family === undefined) return undefined;
    if (family.classesByPackage) {
      const found = this.packaged(from, module);
      return exported === '*' ? found : this.member(found, exported);
    }
    const path = this.modules.resolve(from.path, module);
    const file = path === undefined ? undefined : this.files.get(path);
    if (file !== undefined) return this.exportOf(file, exported);
    if (family.everythingIsExported) {
      // `from app.api.routes import items`, where the package has no __init__.py.
      const inner = this.modules.resolve(
        from.path,
        `${module.replace(/\.$/, '..')}${module.endsWith('.') ? '' : '.'}${exported}`,
      );
      const submodule = inner === undefined ? undefined : this.files.get(inner);
      if (submodule !== undefined) return { kind: 'module', file: submodule };
    }
    const plain = exported === '*' || exported === 'default' ? '' : exported;
    // Below the library's first name, paths of modules are written like members.
    const [library = '', ...below] = module.split('::');
    const members = [...below, ...(plain === '' ? [] : [plain])].join('.');
    return { kind: 'external', name: `${library}:${members}` };
  }

  /** Modules that re-export from each other end where they began: `from . import x` in a package asks the package itself first. */
  private exportOf(file: LinkedFile, name: string): Value | undefined {
    const asked = `${file.path}\n${name}`;
    if (this.exporting.has(asked) || this.exporting.size > deepest) return undefined;
    this.exporting.add(asked);
    try {
      return this.exported(file, name);
    } finally {
      this.exporting.delete(asked);
    }
  }

  private exported(file: LinkedFile, name: string): Value | undefined {
    const found = file.exports.get(name);
    if (found !== undefined) return this.evaluate(file, -1, found);
    const again = file.reexports.get(name);
    if (again !== undefined) return this.module(file, again.module, again.exported);
    if (file.family?.everythingIsExported) return this.topLevelExport(file, name);
    const whole = file.exports.get('*');
    if (whole !== undefined) {
      const value = this.evaluate(file, -1, whole);
      return name === '*' || name === 'default' ? value : this.member(value, name);
    }
    if (name === '*') return { kind: 'module', file };
    for (const star of file.stars) {
      const value = this.module(file, star, name);
      if (value !== undefined && value.kind !== 'external') return value;
    }
    return undefined;
  }

  private topLevelExport(file: LinkedFile, name: string): Value | undefined {
    if (name === '*') return { kind: 'module', file };
    const own = this.local(file, -1, name);
    // A module that hands on a function of its own name: `mod home; pub use home::*`.
    if (own !== undefined && own.kind !== 'module') return own;
    const path = this.modules.submodule(file.path, name);
    const submodule = path === undefined ? undefined : this.files.get(path);
    if (own === undefined && submodule !== undefined) return { kind: 'module', file: submodule };
    for (const star of file.stars) {
      const value = this.module(file, star, name);
      if (value !== undefined && value.kind !== 'external') return value;
    }
    return own;
  }

  /** What `value.name` is. */
  member(value: Value | undefined, name: string): Value | undefined {
    switch (value?.kind) {
      case 'module':
        return this.exportOf(value.file, name);
      case 'external': {
        const [module = '', path = ''] = value.name.split(':');
        const plain = name === 'default' ? path : path === '' ? name : `${path}.${name}`;
        return { kind: 'external', name: `${module}:${plain}` };
      }
      case 'class':
      case 'instance':
        return this.classMember(value.file, value.index, name);
      case 'folder':
        return this.typed.inFolder(value.folder, name);
      case 'type':
        return this.typed.member(value.type, name);
      case 'object':
        return this.typed.field(value, name) ?? this.typed.member(value.type, name);
      case 'written':
        return this.part(value, name);
      case 'router':
        return this.standsForRouter(value, name) ? value : undefined;
      default:
        return undefined;
    }
  }

  /** A property of an object or element of a list as written, also one that the object takes over from another. */
  private part(
    {
      file,
      scope,
      expr,
    }: { readonly file: LinkedFile; readonly scope: Scope; readonly expr: Expr },
    name: string,
  ): Value | undefined {
    const own = partOf(expr, name);
    if (own !== undefined || !isObject(expr)) return this.evaluate(file, scope, own);
    for (const other of [...(expr.spread ?? [])].reverse()) {
      const found = this.member(this.evaluate(file, scope, other), name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private standsForRouter({ key }: RouterValue, name: string): boolean {
    const origin = this.routers.get(key);
    if (origin?.framework !== undefined) return origin.framework.itself?.includes(name) ?? false;
    const family = origin?.file.family?.id;
    return this.frameworks.some((f) => f.family === family && f.itself?.includes(name));
  }

  private classMember(file: LinkedFile, index: number, name: string): Value | undefined {
    const method = file.method(index, name);
    if (method !== undefined) return this.declared(file, method);
    const constant = file.ownBinding(index, name);
    if (constant !== undefined) return this.evaluate(file, constant.from ?? index, constant.value);
    if (this.depth > deepest) return undefined;
    this.depth += 1;
    try {
      for (const supertype of file.supertypes(index)) {
        const above = this.name(file, -1, supertype);
        const found =
          above?.kind === 'class' ? this.classMember(above.file, above.index, name) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    } finally {
      this.depth -= 1;
    }
  }

  /** Classes and interfaces above a class, nearest first, as far as they are in the workspace. */
  supertypesOf(
    file: LinkedFile,
    index: number,
  ): readonly { readonly file: LinkedFile; readonly index: number }[] {
    const found: { file: LinkedFile; index: number }[] = [{ file, index }];
    for (let i = 0; i < found.length && found.length < 100; i += 1) {
      const at = found[i];
      for (const name of at?.file.supertypes(at.index) ?? []) {
        const above = at === undefined ? undefined : this.name(at.file, -1, name);
        if (above?.kind !== 'class') continue;
        if (found.some((f) => f.file === above.file && f.index === above.index)) continue;
        found.push({ file: above.file, index: above.index });
      }
    }
    return found.slice(1);
  }

  private call(file: LinkedFile, scope: Scope, call: CallExpr): Value | undefined {
    const callee = this.evaluate(file, scope, call.call);
    if (callee?.kind === 'type') return this.typed.made(callee.type, file, scope, call);
    if (callee?.kind === 'external')
      return (
        this.created(file, scope, call, callee.name) ??
        this.wrapped(file, scope, call, callee.name) ??
        this.resolvedClass(file, scope, call, callee.name.split('.').at(-1) ?? '')
      );
    if (callee?.kind === 'class') {
      const above = this.creatorAbove(callee.file, callee.index);
      return above === undefined
        ? { kind: 'instance', file: callee.file, index: callee.index }
        : this.newRouter(file, scope, call, { ...above, ofClass: classKey(callee) });
    }
    if (callee?.kind === 'function') {
      const returned = callee.file.returned(callee.index);
      const value =
        returned === undefined ? undefined : this.evaluate(callee.file, callee.index, returned);
      const result = callee.file.facts.results?.[callee.index];
      if (result === undefined || (value !== undefined && value.kind !== 'external'))
        return value?.kind === 'router' ? this.handedOut(file, call, callee, value) : value;
      const key = parameterKey(callee.file, callee.index, 'result');
      return this.typed.ofType(callee.file, result, key) ?? this.wrapped(file, scope, call, result);
    }
    const parts = receiverOf(call);
    if (parts === undefined) return undefined;
    const receiver = this.evaluate(file, scope, parts.receiver);
    if (parts.member === 'bind') return receiver;
    if (receiver?.kind === 'text' && /^to(?:Lower|Upper)Case$/.test(parts.member)) return receiver;
    if (receiver === undefined || receiver.kind === 'external')
      return this.resolvedClass(file, scope, call, parts.member);
    return receiver.kind === 'router'
      ? this.onRouter(file, scope, call, parts.member, receiver)
      : undefined;
  }

  /** A router given to a function that puts something around it, or cuts a prefix off the path. */
  private wrapped(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    name: string,
  ): RouterValue | undefined {
    if (file.family?.foldersAreModules !== true) return undefined;
    const strip = this.strips.get(`${file.family.id}|${name}`);
    if (strip === undefined) {
      for (const given of [...call.args].reverse()) {
        const value =
          isCall(given) || isName(given) ? this.evaluate(file, scope, given) : undefined;
        if (value?.kind === 'router') return value;
      }
      return undefined;
    }
    const child = this.evaluate(file, scope, argument(call, strip.child));
    if (child?.kind !== 'router') return undefined;
    const outer = this.text(file, scope, argument(call, strip.prefix));
    const inner = child.stripped ?? known('');
    return { ...child, stripped: concat(outer, inner) };
  }

  private created(file: LinkedFile, scope: Scope, call: CallExpr, name: string): Value | undefined {
    const found = this.creators.get(`${file.family?.id ?? ''}|${dotted(name)}`);
    return found === undefined ? undefined : this.newRouter(file, scope, call, found);
  }

  private newRouter(file: LinkedFile, scope: Scope, call: CallExpr, by: Made): RouterValue {
    const key = `${file.path}@${call.at}`;
    if (!this.routers.has(key)) this.routers.set(key, { key, file, scope, call, ...by });
    return { kind: 'router', key };
  }

  /** What makes a class's instances routers: a class of a framework that it extends. */
  creatorAbove(file: LinkedFile, index: number): Made | undefined {
    const known = this.creatorsOfClasses.get(`${file.path}|${index}`);
    if (known !== undefined) return known.found;
    const found = this.externalSupertypes(file, index)
      .map((name) => this.creators.get(`${file.family?.id ?? ''}|${dotted(name)}`))
      .find((creator) => creator !== undefined);
    this.creatorsOfClasses.set(`${file.path}|${index}`, { found });
    return found;
  }

  /** What the methods of a class register on its own instance, where its instances are routers. */
  routerOfClass(file: LinkedFile, index: number, call?: CallExpr): RouterValue | undefined {
    const by = this.creatorAbove(file, index);
    if (by === undefined) return undefined;
    const key = classKey({ file, index });
    if (!this.routers.has(key) || call !== undefined)
      this.routers.set(key, { key, file, scope: index, ...by, ...(call && { call }) });
    return { kind: 'router', key };
  }

  /** Names of the classes above that aren't in the workspace; '' for one that can't be told. */
  externalSupertypes(file: LinkedFile, index: number): readonly string[] {
    const names: string[] = [];
    for (const at of [{ file, index }, ...this.supertypesOf(file, index)])
      for (const supertype of at.file.supertypes(at.index)) {
        const above = this.evaluate(at.file, -1, { name: supertype });
        if (above?.kind !== 'class') names.push(above?.kind === 'external' ? above.name : '');
      }
    return names;
  }

  /** Each call of a function that makes a router gives another one, with the routes that the function itself registers. */
  private handedOut(
    file: LinkedFile,
    call: CallExpr,
    maker: { readonly file: LinkedFile; readonly index: number },
    value: RouterValue,
  ): RouterValue {
    const origin = this.routers.get(value.key);
    const own = origin?.file === maker.file && origin.scope === maker.index;
    if (origin?.call === undefined || !own || file.family?.foldersAreModules === true) return value;
    const key = `${value.key} by ${file.path}@${call.at}`;
    if (!this.routers.has(key)) {
      const { root, prefix } = origin.made ?? {};
      const made = { ...(root && { root }), ...(prefix && { prefix }) };
      this.routers.set(key, { ...origin, key, made, includes: value.key });
    }
    return { ...value, key };
  }

  /** What the parameters in a call stand for at the moment: a group made with other ones is another group. */
  private givenIn(file: LinkedFile, scope: Scope, call: CallExpr): string | undefined {
    if (this.given.size === 0) return undefined;
    const receiver = receiverOf(call)?.receiver ?? null;
    const marks = parametersIn(file, scope, { list: [receiver, ...call.args] }).flatMap(
      ({ scope: declared, name }) => {
        const value = this.given.get(parameterKey(file, declared, name));
        if (value === undefined) return [];
        if (value.kind === 'router') return [value.key];
        return [value.kind === 'text' ? value.text.text : value.kind];
      },
    );
    return marks.length === 0 ? undefined : marks.join(' ');
  }

  /** A parameter turned out to be a router of this framework. */
  adopt(key: string, framework: RouterFramework): void {
    const origin = this.routers.get(key);
    if (origin !== undefined && origin.framework === undefined)
      this.routers.set(key, { ...origin, framework });
  }

  /** `container.resolve(UserController)`: containers of dependency injection give an instance of the class they are asked for. */
  private resolvedClass(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    member: string,
  ): Value | undefined {
    if (!/^(?:get|resolve|getInstance)$/.test(member) || call.args.length !== 1) return undefined;
    const asked = this.evaluate(file, scope, call.args[0]);
    return asked?.kind === 'class' ? { ...asked, kind: 'instance' } : undefined;
  }

  /** Calls on a router give the router again (chains), its `.route(path)`, or a group below it. */
  private onRouter(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    member: string,
    receiver: RouterValue,
  ): RouterValue | undefined {
    const framework = this.routers.get(receiver.key)?.framework;
    const chain = framework === undefined ? 'route' : framework.chain;
    if (member === chain && call.args.length === 1)
      return { ...receiver, path: this.text(file, scope, call.args[0]) };
    const modifier = framework?.modifiers?.[member];
    if (modifier === 'path')
      return {
        ...receiver,
        path: concat(receiver.path ?? known(''), this.text(file, scope, call.args[0])),
      };
    if (modifier === 'methods')
      return { ...receiver, methods: methodsOf({ list: call.args }, '*') };
    const group = framework?.groups?.[member];
    if (framework === undefined || group === undefined) return receiver;
    const given = this.givenIn(file, scope, call);
    const key = `${file.path}@${call.at}${given === undefined ? '' : ` for ${given}`}`;
    const { key: parent, methods } = receiver;
    // Later, the parameters stand for something else.
    const now = given === undefined ? undefined : this.text(file, scope, argument(call, group));
    const prefix = receiver.path ?? now;
    if (!this.routers.has(key))
      this.routers.set(key, {
        key,
        file,
        scope,
        framework,
        call,
        parent,
        ...(prefix === undefined ? {} : { prefix }),
        ...(methods === undefined ? {} : { methods }),
      });
    return { kind: 'router', key };
  }
}

const classKey = ({ file, index }: Found): string => `${file.path}#class ${index}`;

/** Libraries' names are compared whole: what is a module of them, and what a member, depends on the import. */
const dotted = (name: string): string => name.replace(':', '.');

export const parameterKey = (file: LinkedFile, scope: Scope, name: string): string =>
  `${file.path}#${scope}.${name}`;

/** A property of an object, or an element of a list by its number. */
function partOf(expr: Expr, name: string): Expr | undefined {
  if (isObject(expr)) return Object.hasOwn(expr.object, name) ? expr.object[name] : undefined;
  return isList(expr) && /^\d+$/.test(name) ? expr.list[Number(name)] : undefined;
}
