import type { FunctionDecl } from '../../../domain/functionDecl.ts';
import { isTestPath } from '../../languages/registry.ts';
import type { CallExpr, Expr } from '../expression.ts';
import type { LanguageFamily } from '../families/family.ts';
import { familyOfPath } from '../families/registry.ts';
import type {
  BindingFact,
  ClassFact,
  DecoratorFact,
  FileFacts,
  ImportFact,
  IndexedFile,
  ParamsFact,
  Scope,
} from '../fileFacts.ts';

const mostAlternatives = 8;

/** One file's facts with lookups by name and scope. */
export class LinkedFile {
  readonly path: string;
  readonly relativePath: string;
  readonly folder: string;
  readonly family: LanguageFamily | undefined;
  readonly facts: FileFacts;
  readonly functions: readonly FunctionDecl[];
  readonly imports = new Map<string, ImportFact>();
  readonly exports = new Map<string, Expr>();
  readonly reexports = new Map<string, { readonly module: string; readonly exported: string }>();
  /** Modules that are re-exported or imported whole. */
  readonly stars: readonly string[];
  readonly inTest: boolean;
  /** Whether some name is the variable of a loop. */
  readonly hasLoops: boolean;
  private readonly bindings = new Map<string, BindingFact>();
  private readonly alternatives = new Map<BindingFact, readonly Expr[]>();
  private readonly tops = new Map<string, number>();
  private readonly methods = new Map<string, number>();
  private parents: Scope[] | undefined;
  private params: Map<Scope, ParamsFact[]> | undefined;
  private decorators: ReadonlyMap<number, readonly CallExpr[]> | undefined;

  constructor(path: string, file: IndexedFile) {
    this.path = path;
    this.relativePath = file.relativePath;
    this.folder = file.folder;
    this.family = familyOfPath(path);
    this.facts = file.facts;
    this.functions = file.functions;
    this.inTest = isTestPath(file.relativePath);
    const stars: string[] = [];
    for (const fact of file.facts.imports)
      if (fact.local === '*') stars.push(fact.module);
      else this.imports.set(fact.local, fact);
    for (const { name, value } of file.facts.exports) this.exports.set(name, value);
    for (const { name, module, exported } of file.facts.reexports)
      if (name === '*') stars.push(module);
      else this.reexports.set(name, { module, exported });
    this.stars = stars;
    this.hasLoops = file.facts.bindings.some((b) => isLooped(b.value));
    for (const binding of file.facts.bindings) {
      const key = `${binding.scope}|${binding.name}`;
      const before = this.bindings.get(key);
      if (before !== undefined || binding.also !== undefined) this.addAlternatives(binding, before);
      this.bindings.set(key, binding);
    }
    for (const [i, decl] of this.functions.entries()) {
      if (decl.anonymous) continue;
      const known = decl.name.includes('.') ? this.methods : this.tops;
      const before = known.get(decl.name);
      if (before === undefined || this.replaces(i, before)) known.set(decl.name, i);
    }
  }

  /** Whether a later definition is the one that stays. In a branch of its own (`except ImportError:`) nothing says it: the first is kept. */
  private replaces(later: number, before: number): boolean {
    if (this.family?.lastDefinitionCounts !== true) return false;
    const [one, other] = [this.functions[before], this.functions[later]];
    return (
      one?.range.start.character === other?.range.start.character &&
      this.facts.accessors?.includes(later) !== true
    );
  }

  /** Another function of its name took its place before anybody could call it. */
  isReplaced(index: number): boolean {
    const { name = '', anonymous } = this.functions[index] ?? {};
    if (this.family?.lastDefinitionCounts !== true || anonymous === true) return false;
    const last = (name.includes('.') ? this.methods : this.tops).get(name);
    return last !== undefined && last > index && this.replaces(last, index);
  }

  /** Nearest binding of a name, from the scope outwards. Class scopes count where the language sees their names without `this`. */
  binding(scope: Scope, name: string): BindingFact | undefined {
    for (let at = scope; ; at = this.parentOf(at)) {
      const found = this.bindings.get(`${at}|${name}`);
      if (found !== undefined && (at === scope || this.seesFrom(at))) return found;
      if (at < 0) return undefined;
    }
  }

  /** Values that a name may have been given instead of this one. */
  alternativesOf(binding: BindingFact): readonly Expr[] {
    return this.alternatives.get(binding) ?? [];
  }

  private addAlternatives(binding: BindingFact, before: BindingFact | undefined): void {
    const known = before === undefined ? [] : [before.value, ...this.alternativesOf(before)];
    this.alternatives.set(binding, [...known, ...(binding.also ?? [])].slice(0, mostAlternatives));
  }

  private seesFrom(scope: Scope): boolean {
    return this.functions[scope]?.kind !== 'class' || this.family?.classNamesInScope === true;
  }

  /** Whether a variable is given members after it was made: `users.list = …`. */
  hasMembersOf(name: string): boolean {
    return this.facts.bindings.some((b) => b.scope === -1 && b.name.startsWith(`${name}.`));
  }

  ownBinding(scope: Scope, name: string): BindingFact | undefined {
    return this.bindings.get(`${scope}|${name}`);
  }

  /** The function around `scope` that has a parameter of this name. */
  parameterScope(scope: Scope, name: string): Scope | undefined {
    for (let at = scope; at >= 0; at = this.parentOf(at))
      if (this.paramsOf(at).some((p) => declares(p, name))) return at;
    return undefined;
  }

  /** Type of a parameter, or of what the method is called on, as written. */
  parameterType(scope: Scope, name: string): string | undefined {
    for (const { names, types, receiver, parts } of this.paramsOf(scope)) {
      const index = names.indexOf(name);
      if (index >= 0) return types?.[index];
      if (receiver?.name === name) return receiver.type;
      const part = parts?.find((p) => p.name === name);
      if (part !== undefined) return part.type;
    }
    return undefined;
  }

  parameterTypes(scope: Scope): readonly string[] | undefined {
    return this.paramsOf(scope)[0]?.types;
  }

  private paramsOf(scope: Scope): readonly ParamsFact[] {
    if (this.params === undefined) {
      this.params = new Map();
      for (const fact of this.facts.params) {
        const known = this.params.get(fact.scope);
        if (known) known.push(fact);
        else this.params.set(fact.scope, [fact]);
      }
    }
    return this.params.get(scope) ?? [];
  }

  parameters(scope: Scope): readonly string[] {
    return this.paramsOf(scope)[0]?.names ?? [];
  }

  paramsFact(scope: Scope): ParamsFact | undefined {
    return this.paramsOf(scope)[0];
  }

  returned(scope: Scope): Expr | undefined {
    return this.facts.returns.find((r) => r.scope === scope)?.value;
  }

  /** Whether what a function returns has code of that function in it. */
  returnsLiteral(scope: Scope): boolean {
    return this.facts.returns.find((r) => r.scope === scope)?.literal === true;
  }

  /** A function written inside of a function around `scope`, or in the class that `scope` is. */
  innerNamed(scope: Scope, name: string): number | undefined {
    for (let at = scope; at >= 0; at = this.parentOf(at)) {
      const found =
        at === scope || this.functions[at]?.kind !== 'class' ? this.method(at, name) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  topLevel(name: string): number | undefined {
    return this.tops.get(name);
  }

  /** A function declared inside of those around `scope`. */
  nested(scope: Scope, name: string): number | undefined {
    for (let at = scope; at >= 0; at = this.parentOf(at)) {
      const around = this.functions[at];
      const found =
        around === undefined || around.kind === 'class'
          ? undefined
          : this.methods.get(`${around.name}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A function by its whole dotted name in the file: of a class or an inline module. */
  qualified(name: string): number | undefined {
    return this.methods.get(name);
  }

  method(classIndex: number, name: string): number | undefined {
    const owner = this.functions[classIndex]?.name;
    return owner === undefined ? undefined : this.methods.get(`${owner}.${name}`);
  }

  /** A class's own methods; in Go also those declared elsewhere in the file. */
  methodsOf(classIndex: number): readonly { readonly name: string; readonly index: number }[] {
    const owner = this.functions[classIndex]?.name ?? '';
    const prefix = `${owner}.`;
    // Several blocks of one name (Rust's `impl`) have methods of their own each.
    const blocks = this.functions.filter((f) => f.kind === 'class' && f.name === owner).length;
    const found: { name: string; index: number }[] = [];
    for (const [index, decl] of this.functions.entries()) {
      const name = decl.name.slice(prefix.length);
      if (decl.kind === 'class' || decl.kind === 'constructor' || decl.anonymous) continue;
      if (!decl.name.startsWith(prefix) || name.includes('.') || this.isReplaced(index)) continue;
      if (blocks < 2 || this.parentOf(index) === classIndex) found.push({ name, index });
    }
    return found;
  }

  /** All of a class's own methods of a name, overloads included. */
  methodsNamed(classIndex: number, name: string): readonly number[] {
    const owner = this.functions[classIndex]?.name;
    const wanted = `${owner ?? ''}.${name}`;
    return this.functions.flatMap((f, i) =>
      f.name === wanted && this.parentOf(i) === classIndex ? [i] : [],
    );
  }

  /** Decorators and annotations of a function or class, as written. */
  decoratorsOf(target: number): readonly CallExpr[] {
    this.decorators ??= groupDecorators(this.facts.decorators);
    return this.decorators.get(target) ?? [];
  }

  /** The class's own members that carry decorators or annotations. */
  annotatedIn(classIndex: number): readonly number[] {
    this.decoratorsOf(-1);
    return [...(this.decorators?.keys() ?? [])].filter((t) => this.parentOf(t) === classIndex);
  }

  classIndexes(): readonly number[] {
    return this.functions.flatMap((f, i) => (f.kind === 'class' ? [i] : []));
  }

  classFact(classIndex: number): ClassFact | undefined {
    return this.facts.classes.find((c) => c.index === classIndex);
  }

  /** Parameter types of a method, '' where the language has no overloads. */
  signature(classIndex: number, method: number): string {
    return this.classFact(classIndex)?.signatures?.[method] ?? '';
  }

  supertypes(classIndex: number): readonly string[] {
    return this.classFact(classIndex)?.supertypes ?? [];
  }

  classAround(scope: Scope): number | undefined {
    for (let at = scope; at >= 0; at = this.parentOf(at))
      if (this.functions[at]?.kind === 'class') return at;
    return undefined;
  }

  parentOf(scope: Scope): Scope {
    this.parents ??= parentsOf(this.functions);
    return this.parents[scope] ?? -1;
  }
}

function groupDecorators(facts: readonly DecoratorFact[]): ReadonlyMap<number, CallExpr[]> {
  const groups = new Map<number, CallExpr[]>();
  for (const { target, call } of facts) {
    const group = groups.get(target);
    if (group) group.push(call);
    else groups.set(target, [call]);
  }
  return groups;
}
const declares = ({ names, receiver, parts }: ParamsFact, name: string): boolean =>
  names.includes(name) || receiver?.name === name || parts?.some((p) => p.name === name) === true;

const isLooped = (expr: Expr): boolean =>
  typeof expr === 'object' && expr !== null && 'each' in expr;

/** Index of the innermost function around each; functions are in order of appearance. */
function parentsOf(functions: readonly FunctionDecl[]): Scope[] {
  const parents: Scope[] = [];
  const open: number[] = [];
  for (const [i, decl] of functions.entries()) {
    const { start } = decl.range;
    while (open.length > 0) {
      const end = functions[open.at(-1) ?? 0]?.range.end;
      if (end === undefined || end.line > start.line) break;
      if (end.line === start.line && end.character > start.character) break;
      open.pop();
    }
    parents.push(open.at(-1) ?? -1);
    open.push(i);
  }
  return parents;
}
