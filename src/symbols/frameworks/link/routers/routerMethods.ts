import { isName, type CallExpr, type Expr } from '../../expression.ts';
import type { RouterMethodFact, Scope } from '../../fileFacts.ts';
import { replacedNames } from '../../replacedNames.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { classOfKey } from '../values/routerValues.ts';
import type { RouterValue } from '../values/value.ts';

interface Method {
  readonly file: LinkedFile;
  readonly fact: RouterMethodFact;
}

/** What a call of a router's own method registers, written as a call of the framework's where the method is called. */
export interface MethodCall {
  readonly call: CallExpr;
  /** Library name of an entry that is added to a list of the router. */
  readonly entry?: string;
}

const mostArguments = 200;

/**
 * Methods that a program's class adds to the framework's router that it extends: `def add_page(self, path, view): self.add_url_rule(path, view_func=view)`.
 * A call of one is read as the calls in it, with the arguments in place of the parameters.
 */
export class RouterMethods {
  private readonly evaluator: Evaluator;
  private readonly methods = new Map<string, Method[]>();
  private readonly bodies = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
    for (const file of evaluator.files.values())
      for (const fact of file.facts.routerMethods ?? []) {
        const key = `${file.path}#${fact.scope}`;
        this.methods.set(key, [...(this.methods.get(key) ?? []), { file, fact }]);
        this.bodies.add(`${file.path}@${fact.call.at}`);
      }
  }

  /** Whether a call is read where the method around it is called. */
  isInside(file: LinkedFile, call: CallExpr): boolean {
    return this.bodies.has(`${file.path}@${call.at}`);
  }

  /** Undefined where the router's class has no such method. */
  of(
    receiver: RouterValue,
    member: string,
    file: LinkedFile,
    call: CallExpr,
  ): readonly MethodCall[] | undefined {
    if (this.methods.size === 0) return undefined;
    const { ofClass } = this.evaluator.routers.get(receiver.key) ?? {};
    const owner = classOfKey(ofClass ?? receiver.key);
    const of = owner === undefined ? undefined : this.evaluator.files.get(owner.path);
    if (owner === undefined || of === undefined) return undefined;
    const method = this.evaluator.classes.member(of, owner.index, member);
    if (method?.kind !== 'function') return undefined;
    const inside = this.methods.get(`${method.file.path}#${method.index}`);
    return inside?.map((one) => this.inPlace(one, file, call));
  }

  private inPlace({ file, fact }: Method, site: LinkedFile, call: CallExpr): MethodCall {
    const { names, rest, keywords, defaults = {}, call: inner } = fact;
    const named = call.named ?? {};
    const others = call.args.slice(names.length, mostArguments);
    const given = (name: string): Expr | undefined => {
      const at = names.indexOf(name);
      if (at >= 0) return named[name] ?? call.args[at] ?? defaults[name] ?? null;
      if (name === rest) return { list: others };
      return this.ofModule(file, fact.scope, site, name);
    };
    const put = (expr: Expr): readonly Expr[] => {
      const read = replacedNames(expr, given);
      return hasEach(expr) ? others.map((each) => elementOf(read, rest, each)) : [read];
    };
    const more = Object.entries(inner.named ?? {}).flatMap(([name, value]) => {
      if (name !== '**') return [[name, put(value)[0] ?? null] as const];
      const handed = isName(value) && value.name === keywords;
      if (!handed) return [['**', null] as const];
      return Object.entries(named).filter(([key]) => !names.includes(key));
    });
    const made: CallExpr = {
      ...call,
      call: isName(inner.call) ? inner.call : null,
      args: inner.args.flatMap(put),
      named: Object.fromEntries(more),
    };
    if (fact.listed !== true) return { call: made };
    const callee = this.evaluator.evaluate(file, fact.scope, inner.call);
    return { call: made, entry: callee?.kind === 'external' ? callee.name : '' };
  }

  /** What the method's own module says: a text is written out, anything else stays a name only in that module. */
  private ofModule(
    file: LinkedFile,
    scope: Scope,
    site: LinkedFile,
    name: string,
  ): Expr | undefined {
    const value = this.evaluator.evaluate(file, scope, { name });
    if (value?.kind === 'text' && value.text.unresolved === undefined) return value.text.text;
    return site === file ? undefined : { of: null, member: name };
  }
}

/** `each` stands for one argument: `scoped(each)`. */
function hasEach(expr: Expr): boolean {
  if (expr === null || typeof expr === 'string') return false;
  if ('each' in expr) return true;
  if ('join' in expr) return expr.join.some(hasEach);
  return 'call' in expr && expr.args.some(hasEach);
}

function elementOf(expr: Expr, rest: string | undefined, element: Expr): Expr {
  const again = (part: Expr): Expr => elementOf(part, rest, element);
  if (expr === null || typeof expr === 'string') return expr;
  if ('each' in expr) return isName(expr.each) && expr.each.name === rest ? element : expr;
  if ('join' in expr) return { join: expr.join.map(again) };
  return 'call' in expr ? { ...expr, args: expr.args.map(again) } : expr;
}
