import type { BindingFact, Scope } from '../../fileFacts.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { parameterKey } from './routerOrigin.ts';
import { declaredValue, type Value } from './value.ts';

/** What names mean where they are written: in the scopes around, among the imports, in the class or package. */
export class ScopedNames {
  private readonly evaluator: Evaluator;
  private readonly reading = new Set<BindingFact>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** A name, also with members: `config.routes`. */
  named(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    // What wraps a function and takes its name (`view = login_required(view)`) still runs it.
    const inner = file.innerNamed(scope, name);
    if (inner !== undefined) return declaredValue(file, inner);
    const whole = isPlain(file, name) ? undefined : this.free(file, scope, name);
    if (whole !== undefined) return this.bound(file, whole);
    // An element of what a function was given: `args.0`.
    const given = /\.-?\d$/.test(name) ? file.parameterScope(scope, name) : undefined;
    if (given !== undefined) return this.parameter(file, given, name);
    const [first = '', ...rest] = name.replace(/^module\.exports(?![\w$])/, 'exports').split('.');
    const own = rest.length > 0 ? file.qualified(name) : undefined;
    if (own !== undefined) return declaredValue(file, own);
    let value = this.local(file, scope, first);
    if (value === undefined && rest.length > 0 && file.family?.pathsNameLibraries)
      value = this.evaluator.exports.named(file, first, '*') ?? {
        kind: 'external',
        name: `${first}:`,
      };
    for (const member of rest) value = this.evaluator.member(value, member);
    return value;
  }

  /** What an assignment changes: the field or variable as it is declared, not its value here. */
  target(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    const [first = '', ...rest] = name.split('.');
    let value =
      rest.length === 0 ? this.evaluator.typed.name(file, first) : this.local(file, scope, first);
    for (const member of rest) value = this.evaluator.member(value, member);
    return value;
  }

  /** The value that a name was given; of a loop's variable, the element of this turn. */
  bound(file: LinkedFile, binding: BindingFact): Value | undefined {
    const turn = this.evaluator.turns.get(binding);
    if (turn !== undefined) return turn;
    this.reading.add(binding);
    try {
      const scope = binding.from ?? binding.scope;
      const value = this.evaluator.evaluate(file, scope, binding.value);
      const others = file.alternativesOf(binding);
      if (others.length === 0 || (value?.kind !== 'function' && value?.kind !== 'text'))
        return value;
      return oneOrNone(
        binding.name,
        value,
        others.map((other) => this.evaluator.evaluate(file, scope, other)),
      );
    } finally {
      this.reading.delete(binding);
    }
  }

  /** A name without members, from the innermost scope outwards. */
  local(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    if (name === 'this' || name === 'self' || name === 'Self') {
      const owner = file.classAround(scope);
      const now = this.instance(file, scope);
      if (now !== undefined) return now;
      return owner === undefined ? undefined : { kind: 'instance', file, index: owner };
    }
    const parameter = file.parameterScope(scope, name);
    if (file.family?.foldersAreModules)
      return this.typed(file, name, parameter, this.free(file, scope, name));
    const inner = file.innerNamed(scope, name);
    if (inner !== undefined) return declaredValue(file, inner);
    const bound = file.binding(scope, name);
    if (bound !== undefined && (parameter === undefined || bound.scope >= parameter))
      return this.bound(file, bound);
    if (parameter !== undefined)
      return file.family?.clients?.test(name) ? undefined : this.parameter(file, parameter, name);
    const imported = file.imports.get(name);
    if (imported !== undefined) {
      const found = this.evaluator.exports.named(file, imported.module, imported.exported);
      if (found !== undefined) return found;
    }
    if (name === 'exports' && file.family?.exportsAreNamed === true)
      return { kind: 'module', file };
    const own = file.nested(scope, name) ?? file.topLevel(name);
    if (own !== undefined) return declaredValue(file, own);
    return file.family?.classesByPackage
      ? this.evaluator.classes.packagedName(file, scope, name)
      : undefined;
  }

  /** What a method is called on at the moment: an object of a class below its own. */
  private instance(file: LinkedFile, scope: Scope): Value | undefined {
    const { given } = this.evaluator;
    if (given.size === 0) return undefined;
    for (let at = scope; at >= 0; at = file.parentOf(at)) {
      const found = given.get(parameterKey(file, at, 'this'));
      if (found !== undefined) return found;
    }
    return undefined;
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

  /** Names where everything has a type: values of functions, parameters, then what the folder shares. */
  private typed(
    file: LinkedFile,
    name: string,
    parameter: Scope | undefined,
    bound: BindingFact | undefined,
  ): Value | undefined {
    const { typed } = this.evaluator;
    if (bound !== undefined && bound.scope >= Math.max(0, parameter ?? 0)) {
      const { scope, value } = bound;
      return typeof value === 'object' && value !== null && 'type' in value
        ? (this.givenLater(file, bound) ??
            typed.ofType(file, value.type, parameterKey(file, scope, name)))
        : this.bound(file, bound);
    }
    if (parameter === undefined) return typed.name(file, name);
    const given = this.evaluator.given.get(parameterKey(file, parameter, name));
    if (given !== undefined) return given;
    const type = file.parameterType(parameter, name);
    return type === undefined
      ? undefined
      : typed.ofType(file, type, parameterKey(file, parameter, name));
  }

  /** Of a variable that is declared without a value, the functions that branches give it. */
  private givenLater(file: LinkedFile, binding: BindingFact): Value | undefined {
    const scope = binding.from ?? binding.scope;
    const [first, ...others] = file
      .alternativesOf(binding)
      .map((given) => this.evaluator.evaluate(file, scope, given));
    return first?.kind === 'function' ? oneOrNone(binding.name, first, others) : undefined;
  }

  /** What a parameter is: what its only visible caller gives, an instance of its type, else a router that some caller fills. */
  private parameter(file: LinkedFile, scope: Scope, name: string): Value | undefined {
    const set = this.evaluator.given.get(parameterKey(file, scope, name));
    if (set !== undefined) return set;
    const type = file.parameterType(scope, name) ?? '';
    const typed = type === '' ? undefined : this.named(file, -1, type);
    if (typed?.kind === 'class') return { ...typed, kind: 'instance' };
    const given = this.evaluator.arguments?.givenTo(file, scope, name);
    const value =
      given === undefined
        ? undefined
        : this.evaluator.evaluate(given.file, given.scope, given.expr);
    if (value !== undefined && value.kind !== 'router') return value;
    const { routers } = this.evaluator;
    const key = parameterKey(file, scope, name);
    const byType = typed?.kind === 'external' ? routers.ofType(file, typed.name, key) : undefined;
    return byType ?? routers.ofParameter(file, scope, name);
  }
}

/** What a name is that was given several values: all functions that it may be; no text, where they differ. */
function oneOrNone(
  name: string,
  value: Extract<Value, { kind: 'text' | 'function' }>,
  others: readonly (Value | undefined)[],
): Value {
  if (value.kind === 'text')
    return others.some((o) => o?.kind === 'text' && o.text.text !== value.text.text)
      ? { kind: 'text', text: { text: '', unresolved: name } }
      : value;
  const found: Found[] = [value];
  for (const other of others)
    if (other?.kind === 'function' && !found.some((f) => isSame(f, other))) found.push(other);
  return found.length === 1 ? value : { kind: 'oneOf', found };
}

const isSame = (a: Found, b: Found): boolean => a.file === b.file && a.index === b.index;

/** Names with declared types are looked up with their types. */
const isPlain = (file: LinkedFile, name: string): boolean =>
  file.family?.foldersAreModules === true && !name.includes('.');
