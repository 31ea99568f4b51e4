import {
  isCall,
  isObject,
  receiverOf,
  renderExpr,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../framework.ts';
import type { LinkedFile } from './linkedFile.ts';
import { ModuleResolver } from './modules.ts';
import { concat, known, type Text } from './text.ts';

/** What an expression of the source stands for, across files. */
export type Value =
  | { readonly kind: 'text'; readonly text: Text }
  | {
      readonly kind: 'function' | 'class' | 'instance';
      readonly file: LinkedFile;
      readonly index: number;
    }
  | { readonly kind: 'module'; readonly file: LinkedFile }
  /** Of a library: `module:path`. */
  | { readonly kind: 'external'; readonly name: string }
  | RouterValue
  | {
      readonly kind: 'written';
      readonly file: LinkedFile;
      readonly scope: Scope;
      readonly expr: Expr;
    };

export interface RouterValue {
  readonly kind: 'router';
  readonly key: string;
  /** Path fixed by `.route(path)`. */
  readonly path?: Text;
}

/** Where a router was made: found while evaluating. */
export interface RouterOrigin {
  readonly key: string;
  readonly file: LinkedFile;
  readonly scope: Scope;
  /** Absent: a parameter that some caller fills. */
  readonly framework?: RouterFramework;
  readonly call?: CallExpr;
  /** Made by `parent.group(prefix)`. */
  readonly parent?: string;
}

const deepest = 24;

/** Follows names through scopes, imports, re-exports, classes and factories. Knows frameworks only by what makes their routers. */
export class Evaluator {
  readonly files: ReadonlyMap<string, LinkedFile>;
  readonly routers = new Map<string, RouterOrigin>();
  readonly modules: ModuleResolver;
  private readonly creators = new Map<string, RouterFramework>();
  private packagedClasses: Map<string, { file: LinkedFile; index: number }> | undefined;
  private depth = 0;

  constructor(files: ReadonlyMap<string, LinkedFile>, frameworks: readonly RouterFramework[]) {
    this.files = files;
    this.modules = new ModuleResolver(files);
    for (const framework of frameworks)
      for (const key of Object.keys(framework.creators))
        this.creators.set(`${framework.family}|${key}`, framework);
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
    return { text: '', unresolved: renderExpr(expr) };
  }

  private read(file: LinkedFile, scope: Scope, expr: Exclude<Expr, null>): Value | undefined {
    if (typeof expr === 'string') return { kind: 'text', text: known(expr) };
    if ('fn' in expr) return this.declared(file, expr.fn);
    if ('name' in expr) return this.name(file, scope, expr.name);
    if ('module' in expr) return this.module(file, expr.module, '*');
    if ('of' in expr) return this.member(this.evaluate(file, scope, expr.of), expr.member);
    if ('pattern' in expr) return { kind: 'text', text: known(expr.pattern) };
    if ('join' in expr) {
      let text = known('');
      for (const part of expr.join) text = concat(text, this.text(file, scope, part));
      return { kind: 'text', text };
    }
    if (isCall(expr)) return this.call(file, scope, expr);
    return { kind: 'written', file, scope, expr };
  }

  private declared(file: LinkedFile, index: number): Value | undefined {
    const decl = file.functions[index];
    if (decl === undefined) return undefined;
    return { kind: decl.kind === 'class' ? 'class' : 'function', file, index };
  }

  private name(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    const whole = file.binding(scope, name);
    if (whole !== undefined) return this.evaluate(file, whole.scope, whole.value);
    const [first = '', ...rest] = name.split('.');
    let value = this.local(file, scope, first);
    for (const member of rest) value = this.member(value, member);
    return value;
  }

  private local(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    if (name === 'this' || name === 'self') {
      const owner = file.classAround(scope);
      return owner === undefined ? undefined : { kind: 'instance', file, index: owner };
    }
    const parameter = file.parameterScope(scope, name);
    const bound = file.binding(scope, name);
    if (bound !== undefined && (parameter === undefined || bound.scope >= parameter))
      return this.evaluate(file, bound.scope, bound.value);
    if (parameter !== undefined) return this.parameter(file, parameter, name);
    const imported = file.imports.get(name);
    if (imported !== undefined) {
      const found = this.module(file, imported.module, imported.exported);
      if (found !== undefined) return found;
    }
    const own = file.topLevel(name);
    if (own !== undefined) return this.declared(file, own);
    return file.facts.package === undefined
      ? undefined
      : this.packagedClass(`${file.facts.package}.${name}`);
  }

  private packagedClass(qualifiedName: string): Value | undefined {
    if (this.packagedClasses === undefined) {
      this.packagedClasses = new Map();
      for (const file of this.files.values()) {
        if (!file.family?.classesByPackage) continue;
        for (const [index, decl] of file.functions.entries())
          if (decl.kind === 'class')
            this.packagedClasses.set(`${file.facts.package ?? ''}.${decl.name}`, { file, index });
      }
    }
    const found = this.packagedClasses.get(qualifiedName);
    return found === undefined ? undefined : { kind: 'class', ...found };
  }

  private parameter(file: LinkedFile, scope: Scope, name: string): RouterValue {
    const key = parameterKey(file, scope, name);
    if (!this.routers.has(key)) this.routers.set(key, { key, file, scope });
    return { kind: 'router', key };
  }

  private module(from: LinkedFile, module: string, exported: string): Value | undefined {
    const { family } = from;
    if (family === undefined) return undefined;
    if (family.classesByPackage) {
      const found = this.packagedClass(module);
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
    return { kind: 'external', name: `${module}:${plain}` };
  }

  private exportOf(file: LinkedFile, name: string): Value | undefined {
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
    if (own !== undefined) return own;
    const path = this.modules.submodule(file.path, name);
    const submodule = path === undefined ? undefined : this.files.get(path);
    if (submodule !== undefined) return { kind: 'module', file: submodule };
    for (const star of file.stars) {
      const value = this.module(file, star, name);
      if (value !== undefined && value.kind !== 'external') return value;
    }
    return undefined;
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
      case 'written':
        return isObject(value.expr)
          ? this.evaluate(value.file, value.scope, value.expr.object[name])
          : undefined;
      default:
        return undefined;
    }
  }

  private classMember(file: LinkedFile, index: number, name: string): Value | undefined {
    const method = file.method(index, name);
    if (method !== undefined) return { kind: 'function', file, index: method };
    const constant = file.ownBinding(index, name);
    if (constant !== undefined) return this.evaluate(file, index, constant);
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
    if (callee?.kind === 'external') return this.created(file, scope, call, callee.name);
    if (callee?.kind === 'class')
      return { kind: 'instance', file: callee.file, index: callee.index };
    if (callee?.kind === 'function') {
      const returned = callee.file.returned(callee.index);
      return returned === undefined
        ? undefined
        : this.evaluate(callee.file, callee.index, returned);
    }
    const parts = receiverOf(call);
    if (parts === undefined) return undefined;
    const receiver = this.evaluate(file, scope, parts.receiver);
    if (parts.member === 'bind') return receiver;
    return receiver?.kind === 'router'
      ? this.onRouter(file, scope, call, parts.member, receiver)
      : undefined;
  }

  private created(file: LinkedFile, scope: Scope, call: CallExpr, name: string): Value | undefined {
    const framework = this.creators.get(`${file.family?.id ?? ''}|${name}`);
    if (framework === undefined) return undefined;
    const key = `${file.path}@${call.at}`;
    if (!this.routers.has(key)) this.routers.set(key, { key, file, scope, framework, call });
    return { kind: 'router', key };
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
    const chain = framework?.chain ?? 'route';
    if (member === chain && call.args.length === 1)
      return { ...receiver, path: this.text(file, scope, call.args[0]) };
    if (framework?.groups?.[member] === undefined) return receiver;
    const key = `${file.path}@${call.at}`;
    if (!this.routers.has(key))
      this.routers.set(key, { key, file, scope, framework, call, parent: receiver.key });
    return { kind: 'router', key };
  }
}

export const parameterKey = (file: LinkedFile, scope: Scope, name: string): string =>
  `${file.path}#${scope}.${name}`;
