import { before } from '../../../domain/cutText.ts';
import { isCall, type CallExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import { unversioned } from '../extract/goPackage.ts';
import { parentOf } from '../families/family.ts';
import type { Evaluator } from './evaluator.ts';
import type { Declared, FolderModule, FolderModules, TypeName } from './folderModules.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { ObjectValue, Value } from './values/value.ts';

const deepest = 8;

/** What names and types mean where the files of a folder share a scope and values have declared types (Go). */
export class TypedValues {
  private readonly evaluator: Evaluator;
  private readonly folders: FolderModules;

  constructor(evaluator: Evaluator, folders: FolderModules) {
    this.evaluator = evaluator;
    this.folders = folders;
  }

  /** A name of the file's folder, or one that it imports. */
  name(file: LinkedFile, name: string): Value | undefined {
    const own = this.folders.at(parentOf(file.path));
    const found = own === undefined ? undefined : this.declaredIn(own, name);
    if (found !== undefined) return found;
    const imported = file.imports.get(name);
    if (imported !== undefined) return this.imported(file, imported.module);
    for (const { module } of file.facts.imports) {
      // A package may be called differently from its folder.
      const value = module.endsWith(name) ? undefined : this.imported(file, module);
      if (value?.kind === 'folder' && this.folders.at(value.folder)?.name === name) return value;
    }
    for (const star of file.stars) {
      const inside = this.evaluator.member(this.imported(file, star), name);
      if (inside !== undefined && inside.kind !== 'external') return inside;
    }
    return undefined;
  }

  private imported(file: LinkedFile, module: string): Value {
    const folder = this.evaluator.modules.folder(file.path, module);
    return folder !== undefined && this.folders.at(folder) !== undefined
      ? { kind: 'folder', folder }
      : { kind: 'external', name: `${unversioned(module)}:` };
  }

  /** `package.Name`. */
  inFolder(folder: string, name: string): Value | undefined {
    const module = this.folders.at(folder);
    return module === undefined ? undefined : this.declaredIn(module, name);
  }

  private declaredIn(module: FolderModule, name: string): Value | undefined {
    const own = module.functions.get(name);
    if (own !== undefined) return { kind: 'function', file: own.file, index: own.what };
    const bound = module.bindings.get(name);
    if (bound !== undefined) {
      const { file, what } = bound;
      const typed = typeof what === 'object' && what !== null && 'type' in what;
      return typed
        ? this.ofType(file, what.type, `${module.folder}:${name}`)
        : this.evaluator.evaluate(file, -1, what);
    }
    return module.types.has(name)
      ? { kind: 'type', type: { folder: module.folder, name } }
      : undefined;
  }

  /** A value of a type as `file` writes it; a router is known by `key`. */
  ofType(file: LinkedFile, written: string, key: string, depth = 0): Value | undefined {
    const name = /^\*?((?:\w+\.)?\w+)(?:\[.*\])?$/s.exec(written.trim())?.[1];
    if (name === undefined || depth > deepest) return undefined;
    const dot = name.indexOf('.');
    const first = dot < 0 ? this.name(file, name) : this.name(file, name.slice(0, dot));
    const meant =
      dot < 0 || first === undefined ? first : this.evaluator.member(first, name.slice(dot + 1));
    if (meant?.kind === 'external') return this.evaluator.routers.ofType(file, meant.name, key);
    if (meant?.kind !== 'type') return undefined;
    const declared = this.folders.at(meant.type.folder)?.types.get(meant.type.name);
    const alias = declared?.what.alias;
    const aliased =
      declared === undefined || alias === undefined
        ? undefined
        : this.ofType(declared.file, alias, key, depth + 1);
    // A defined type has its own methods, and is a router only as far as its declaration says.
    return aliased?.kind === 'router' ? aliased : { kind: 'object', type: meant.type };
  }

  /** Whether values of a type, as `file` writes it, are routers. */
  isRouter(file: LinkedFile, written: string): boolean {
    return this.ofType(file, written, `${file.path}#type ${written}`)?.kind === 'router';
  }

  /** Methods of a type, with those of the types that it embeds. */
  methodsOf(type: TypeName, depth = 0): ReadonlyMap<string, Found> {
    const methods = new Map<string, Found>();
    const module = this.folders.at(type.folder);
    if (module === undefined || depth > deepest) return methods;
    const declared = module.types.get(type.name);
    for (const embedded of declared?.what.embeds ?? []) {
      const value =
        declared === undefined ? undefined : this.ofType(declared.file, embedded, '', depth + 1);
      if (value?.kind !== 'object') continue;
      for (const [name, found] of this.methodsOf(value.type, depth + 1)) methods.set(name, found);
    }
    for (const [qualified, { file, what }] of module.methods)
      if (qualified.startsWith(`${type.name}.`))
        methods.set(qualified.slice(type.name.length + 1), { file, index: what });
    return methods;
  }

  /** A value that is written in place, or converted: `T{…}`, `T(x)`. */
  made(type: TypeName, file: LinkedFile, scope: Scope, call: CallExpr): Value | undefined {
    const what = this.folders.at(type.folder)?.types.get(type.name)?.what;
    if (what?.callable === true) return undefined;
    if (what?.list === undefined) return { kind: 'object', type, literal: { file, scope, call } };
    const element = { name: what.list };
    // `Routes{{"/x", list}}`: the element's type is left out.
    const list = call.args.map((arg) =>
      isCall(arg) && arg.call === null ? { ...arg, call: element } : arg,
    );
    return { kind: 'written', file, scope, expr: { list } };
  }

  /** What a folder's variable or constant is written as. */
  written(folder: string, name: string): Declared<Expr> | undefined {
    return this.folders.at(folder)?.bindings.get(name);
  }

  /** What a field is written with. */
  given({ type, literal }: ObjectValue, name: string): Expr | undefined {
    const order = this.folders.at(type.folder)?.types.get(type.name)?.what.order;
    return literal?.call.named?.[name] ?? literal?.call.args[order?.indexOf(name) ?? -1];
  }

  /** The value of a field, where it is written; routers are known by the field they are kept in. */
  field(object: ObjectValue, name: string): Value | undefined {
    const { literal } = object;
    if (literal === undefined) return undefined;
    const value = this.evaluator.evaluate(literal.file, literal.scope, this.given(object, name));
    return value?.kind === 'router' ? undefined : value;
  }

  /** A method or field of a value. */
  member(type: TypeName, name: string, depth = 0): Value | undefined {
    const module = this.folders.at(type.folder);
    if (module === undefined || depth > deepest) return undefined;
    const method = module.methods.get(`${type.name}.${name}`);
    if (method !== undefined) return { kind: 'function', file: method.file, index: method.what };
    const declared = module.types.get(type.name);
    if (declared === undefined) return undefined;
    const { file, what } = declared;
    const field = what.fields?.[name];
    if (field !== undefined) return this.ofType(file, field, fieldKey(type, name));
    if (what.methods?.includes(name) === true) return this.implemented(type, what.methods, name);
    for (const embedded of what.embeds ?? []) {
      const last = lastName(embedded);
      const value = this.ofType(file, embedded, fieldKey(type, last));
      if (last === name) return value;
      const inside =
        value?.kind === 'object' ? this.member(value.type, name, depth + 1) : undefined;
      if (inside !== undefined)
        return what.methods === undefined || inside.kind !== 'oneOf'
          ? inside
          : this.implemented(type, what.methods, name);
    }
    if (what.alias === undefined) return undefined;
    const under = this.ofType(file, what.alias, fieldKey(type, name));
    return under?.kind === 'object' ? this.member(under.type, name, depth + 1) : undefined;
  }

  /** An interface's method is carried out by a type that has all of the interface's methods. */
  private implemented(type: TypeName, methods: readonly string[], name: string): Value | undefined {
    const found: Found[] = [];
    for (const one of this.folders.implementations(methods, type.folder)) {
      const method = this.folders.at(one.folder)?.methods.get(`${one.name}.${name}`);
      if (method !== undefined) found.push({ file: method.file, index: method.what });
    }
    const [only] = found;
    if (only === undefined) return undefined;
    return found.length === 1 ? { kind: 'function', ...only } : { kind: 'oneOf', found };
  }

  /** The router that a type embeds: its methods are the type's. */
  embeddedRouter(type: TypeName, depth = 0): Value | undefined {
    const declared = this.folders.at(type.folder)?.types.get(type.name);
    if (declared === undefined || depth > deepest) return undefined;
    const { file, what } = declared;
    for (const embedded of [
      ...(what.embeds ?? []),
      ...(what.alias === undefined ? [] : [what.alias]),
    ]) {
      const last = lastName(embedded);
      const value = this.ofType(file, embedded, fieldKey(type, last));
      if (value?.kind === 'router') return value;
      const inside =
        value?.kind === 'object' ? this.embeddedRouter(value.type, depth + 1) : undefined;
      if (inside !== undefined) return inside;
    }
    return undefined;
  }
}

/** Of an embedded type, the field's name: `*pkg.Base[T]` is `Base`. */
const lastName = (type: string): string =>
  /\b(\w+)$/.exec(type.endsWith(']') ? before(type, '[') : type)?.[1] ?? '';

const fieldKey = (type: TypeName, field: string): string => `${type.folder}:${type.name}.${field}`;
