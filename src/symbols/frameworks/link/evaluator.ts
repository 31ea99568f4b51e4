import { isCall, isList, isName, isObject, renderExpr, type Expr } from '../expression.ts';
import type { ModuleAlias } from '../../serviceHints/moduleAliases.ts';
import type { ModuleRoot } from '../families/family.ts';
import type { BindingFact, Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../routerFramework.ts';
import { FolderModules } from './folderModules.ts';
import type { GivenArguments } from './givenArguments.ts';
import type { LinkedFile } from './linkedFile.ts';
import { ModuleResolver } from './modules.ts';
import { concat, known, type Text } from './text.ts';
import { TypedValues } from './typedValues.ts';
import { CallResults } from './values/callResults.ts';
import { ClassMembers } from './values/classMembers.ts';
import { ModuleExports } from './values/moduleExports.ts';
import { parameterKey } from './values/routerOrigin.ts';
import { RouterValues } from './values/routerValues.ts';
import { ScopedNames } from './values/scopedNames.ts';
import { declaredValue, type Value } from './values/value.ts';

const deepest = 24;
/** Names that lead to several others each can be followed in more ways than there is time for. */
const mostSteps = 2_000;

/** Follows names through scopes, imports, re-exports, classes and factories. Knows frameworks only by what makes their routers. */
export class Evaluator {
  readonly files: ReadonlyMap<string, LinkedFile>;
  readonly modules: ModuleResolver;
  readonly routers: RouterValues;
  readonly names: ScopedNames;
  readonly exports: ModuleExports;
  readonly classes: ClassMembers;
  readonly typed: TypedValues;
  private readonly calls: CallResults;
  /** Element that a loop's variable stands for at the moment. */
  readonly turns = new Map<BindingFact, Value>();
  /** What parameters stand for at the moment, by key: the arguments of one call. */
  readonly given = new Map<string, Value>();
  /** What functions of the workspace are called with, once it was gathered. */
  arguments: GivenArguments | undefined;
  private depth = 0;
  /** Steps of the outermost reading. */
  private steps = 0;

  constructor(
    files: ReadonlyMap<string, LinkedFile>,
    frameworks: readonly RouterFramework[],
    roots: readonly ModuleRoot[] = [],
    aliases: readonly ModuleAlias[] = [],
  ) {
    this.files = files;
    this.modules = new ModuleResolver(files, roots, aliases);
    this.routers = new RouterValues(this, frameworks);
    this.names = new ScopedNames(this);
    this.exports = new ModuleExports(this);
    this.classes = new ClassMembers(this);
    this.typed = new TypedValues(this, new FolderModules(files.values()));
    this.calls = new CallResults(this);
  }

  /** The module that a dotted name means in a file. */
  moduleNamed(file: LinkedFile, name: string): LinkedFile | undefined {
    const path = this.modules.resolve(file.path, name);
    return path === undefined ? undefined : this.files.get(path);
  }

  evaluate(file: LinkedFile, scope: Scope, expr: Expr | undefined): Value | undefined {
    if (expr === undefined || expr === null) return undefined;
    return this.deeper(() => this.read(file, scope, expr));
  }

  /** Whether names led to names for so long that nothing more is followed. */
  get isTooDeep(): boolean {
    return this.depth > deepest || this.steps > mostSteps;
  }

  /** Follows names one step further; undefined where that went on for too long. */
  deeper(read: () => Value | undefined): Value | undefined {
    if (this.depth === 0) this.steps = 0;
    if (this.isTooDeep) return undefined;
    this.depth += 1;
    this.steps += 1;
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }

  /** Whether one call of a function is looked at, so that its parameters stand for that call's arguments. */
  isGiven(file: LinkedFile, scope: Scope): boolean {
    return file.parameters(scope).some((name) => this.given.has(parameterKey(file, scope, name)));
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

  /** The expression, or list of such, with names that stand for texts written out. */
  writtenOut(file: LinkedFile, scope: Scope, expr: Expr | undefined): Expr | undefined {
    if (isList(expr))
      return { list: expr.list.map((item) => this.writtenOut(file, scope, item) ?? null) };
    if (!isName(expr)) return expr;
    const value = this.evaluate(file, scope, expr);
    return value?.kind === 'text' && value.text.unresolved === undefined ? value.text.text : expr;
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
    if ('fn' in expr) return declaredValue(file, expr.fn);
    if ('name' in expr) return this.names.named(file, scope, expr.name);
    if ('module' in expr) return this.exports.named(file, expr.module, '*');
    if ('of' in expr) return this.member(this.evaluate(file, scope, expr.of), expr.member);
    if ('item' in expr) {
      const key = this.text(file, scope, expr.key);
      return key.unresolved === undefined
        ? this.member(this.evaluate(file, scope, expr.item), key.text)
        : undefined;
    }
    // The variable of a loop is one element at a time, or can't be said.
    if ('each' in expr) return undefined;
    if ('either' in expr) return this.either(file, scope, expr);
    if ('pattern' in expr) return { kind: 'text', text: known(expr.pattern) };
    if ('join' in expr) {
      let text = known('');
      for (const part of expr.join) text = concat(text, this.text(file, scope, part));
      return { kind: 'text', text };
    }
    if (isCall(expr)) return this.calls.of(file, scope, expr);
    if ('type' in expr && file.family?.classesByPackage) {
      const type = this.names.named(file, scope, expr.type);
      return type?.kind === 'class' ? { ...type, kind: 'instance' } : undefined;
    }
    return { kind: 'written', file, scope, expr };
  }

  /** A text that stands in the source only for programs that aren't configured otherwise is assumed; of routers, the one in sight. */
  private either(
    file: LinkedFile,
    scope: Scope,
    { either, otherwise }: { readonly either: Expr; readonly otherwise: Expr },
  ): Value | undefined {
    const first = this.evaluate(file, scope, either);
    if (first?.kind === 'text' || first?.kind === 'router') return first;
    const second = this.evaluate(file, scope, otherwise);
    if (second?.kind === 'router') return second;
    if (second?.kind !== 'text') return undefined;
    const { text, assumed } = second.text;
    return {
      kind: 'text',
      text: { text: '', unresolved: renderExpr(either), assumed: assumed ?? text },
    };
  }

  /** What `value.name` is. */
  member(value: Value | undefined, name: string): Value | undefined {
    switch (value?.kind) {
      case 'module':
        return this.exports.of(value.file, name);
      case 'external': {
        const [module = '', path = ''] = value.name.split(':');
        const plain = name === 'default' ? path : path === '' ? name : `${path}.${name}`;
        return { kind: 'external', name: `${module}:${plain}` };
      }
      case 'class':
      case 'instance':
        return this.classes.member(value.file, value.index, name);
      case 'folder':
        return this.typed.inFolder(value.folder, name);
      case 'type':
        return this.typed.member(value.type, name);
      case 'object':
        return this.typed.field(value, name) ?? this.typed.member(value.type, name);
      case 'written':
        return this.part(value, name);
      case 'router':
        return this.routers.isItself(value, name) ? value : undefined;
      default:
        return undefined;
    }
  }

  /** A property of an object or element of a list as written, also one that the object takes over from another. */
  private part(
    { file, scope, expr }: Extract<Value, { kind: 'written' }>,
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
}

/** A property of an object, or an element of a list by its number. */
function partOf(expr: Expr, name: string): Expr | undefined {
  if (isObject(expr)) return Object.hasOwn(expr.object, name) ? expr.object[name] : undefined;
  return isList(expr) && /^\d+$/.test(name) ? expr.list[Number(name)] : undefined;
}
