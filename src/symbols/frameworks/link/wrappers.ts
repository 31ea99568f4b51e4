import { isCall, isName, type CallExpr } from '../expression.ts';
import type { CallFact, Scope } from '../fileFacts.ts';
import { lastNameOf } from './annotations.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { turnsOf } from './loops.ts';
import { parametersIn } from './parameters.ts';
import { parameterKey } from './values/routerOrigin.ts';
import type { Value } from './values/value.ts';

/** A call of a function that registers what it is given. */
export interface CallSite {
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly call: CallExpr;
  /** The function that is called is what another call gives: a decorator with arguments. */
  readonly made?: { readonly by: Scope; readonly site: CallSite };
}

/** A function literal of a call stands for what it calls: `raw(path, func(…) { return f(…) })`. */
function passedOn({ file, scope, call }: CallSite, at: number): { name: string } | undefined {
  if (call.args[at] !== null) return undefined;
  const called = file.paramsFact(scope)?.called?.filter((c) => c.by === scope) ?? [];
  const [only] = called;
  return called.length === 1 && only !== undefined ? { name: only.name } : undefined;
}

interface Decorated {
  readonly file: LinkedFile;
  readonly target: number;
  readonly call: CallExpr;
}

const deepest = 3;
const mostSites = 2_000;
const verb = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)$/;
/** Types of what is registered: paths, methods and functions. Values that have them as members are no wrapper's arguments. */
const registrable = /^(?:(?:\.\.\.)?string|func\b.*|(?:.*\.)?\w*(?:Handler|Func|Function)\w*)$/s;

/**
 * Functions of the workspace that register their own arguments: `func (a *App) Get(path string, h Handler) { a.router.HandleFunc(path, h) }`.
 * The call in one is read once for each call of the function, with the parameters set to what that one gives.
 */
export class Wrappers {
  private readonly evaluator: Evaluator;
  /** Calls by the last part of what they call. */
  private sites: Map<string, CallSite[]> | undefined;
  private decorators: Map<string, Decorated[]> | undefined;
  private readonly found = new Map<string, readonly CallSite[]>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** Once per call of the function around that says what is registered; once with nothing, where there is none. */
  *turns(
    file: LinkedFile,
    { scope, call, chained = [] }: CallFact,
    member: string,
    depth = 0,
  ): Generator<CallSite | undefined, void> {
    const args = [...call.args, ...chained.flatMap((c) => c.args)];
    const owner = depth < deepest ? this.ownerOf(file, scope, call, args) : undefined;
    const sites = owner === undefined ? [] : this.sitesOf(file, owner);
    if (owner === undefined || sites.length === 0) {
      yield undefined;
      return;
    }
    for (const site of sites)
      for (const outer of this.turns(site.file, site, member, depth + 1)) {
        const loops = turnsOf(this.evaluator, site.file, site.scope, site.call);
        while (loops.next().done !== true) {
          const given = this.give(file, owner, site);
          if (site.made !== undefined) given.push(...this.give(file, site.made.by, site.made.site));
          if (!this.otherVerb(given, member)) yield outer ?? site;
          for (const key of given) this.evaluator.given.delete(key);
        }
      }
  }

  /** With the parameters of a function set to what a call gives. */
  during(owner: Found, site: CallSite, run: () => void): void {
    const given = this.give(owner.file, owner.index, site);
    run();
    for (const key of given) this.evaluator.given.delete(key);
  }

  /** The function whose parameters are registered. */
  private ownerOf(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    args: readonly CallExpr['args'][number][],
  ): Scope | undefined {
    const typed = file.family?.foldersAreModules === true;
    const { call: callee, named = {} } = call;
    // What the path and the method are read from may be parts of one parameter: `app[route.method](route.path, …)`.
    const key = typeof callee === 'object' && callee !== null && 'item' in callee ? callee.key : '';
    const candidates = [
      ...parametersIn(file, scope, key, true),
      ...[...args, ...Object.values(named)].flatMap((arg, i) =>
        parametersIn(file, scope, arg, i === 0 && !typed),
      ),
    ].filter(({ scope: declared, name }) => {
      const type = file.parameterType(declared, name);
      if (typed && !registrable.test(type ?? '')) return false;
      return !this.evaluator.given.has(parameterKey(file, declared, name));
    });
    // The innermost function is called last, when what is around it is known.
    return candidates.length === 0 || typed
      ? candidates[0]?.scope
      : Math.max(...candidates.map((c) => c.scope));
  }

  /** Sets the parameters; the keys that were set. */
  private give(file: LinkedFile, owner: Scope, site: CallSite): string[] {
    const keys: string[] = [];
    const values: (readonly [string, Value])[] = [];
    const defaults = file.paramsFact(owner)?.defaults ?? {};
    const names = file.parameters(owner).filter((name) => !/^(?:self|cls)$/.test(name));
    for (const [i, name] of names.entries()) {
      const [, fromEnd] = /\.-(\d)$/.exec(name) ?? [];
      const at = fromEnd === undefined ? i : site.call.args.length - Number(fromEnd);
      const given = site.call.named?.[name] ?? passedOn(site, at) ?? site.call.args[at];
      const expr = given ?? defaults[name];
      const key = parameterKey(file, owner, name);
      if (name === '' || expr === undefined || expr === null || this.evaluator.given.has(key))
        continue;
      const place = given == null ? { file, scope: file.parentOf(owner) } : site;
      const read = this.evaluator.evaluate(place.file, place.scope, expr);
      const isCalled = file.paramsFact(owner)?.called?.some((c) => c.name === name) === true;
      // Of a function that is only called, the type says nothing: which one it is may be written further in.
      const useful = !isCalled || read?.kind === 'function' || read?.kind === 'oneOf';
      values.push([
        key,
        read !== undefined && useful
          ? read
          : { kind: 'written', file: place.file, scope: place.scope, expr },
      ]);
    }
    const instance = this.instanceOf(site);
    if (instance !== undefined) values.push([parameterKey(file, owner, 'this'), instance]);
    for (const [key, value] of values) {
      this.evaluator.given.set(key, value);
      keys.push(key);
    }
    return keys;
  }

  /** `this.add('/x', list)` in a class below the one that has `add`. */
  private instanceOf({ file, scope, call }: CallSite): Value | undefined {
    if (!isName(call.call) || !/^(?:this|self|super)\.\w+$/.test(call.call.name)) return undefined;
    return this.evaluator.names.local(file, scope, 'this');
  }

  /** `case "GET": r.GET(path, h)` with `handle("POST", path, h)`: the branch for another method isn't taken. */
  private otherVerb(keys: readonly string[], member: string): boolean {
    const own = member.toUpperCase();
    if (!verb.test(own)) return false;
    return keys.some((key) => {
      const value = this.evaluator.given.get(key);
      const text = value?.kind === 'text' ? value.text.text.toUpperCase() : '';
      return verb.test(text) && text !== own;
    });
  }

  private sitesOf(file: LinkedFile, owner: Scope): readonly CallSite[] {
    const key = `${file.path}#${owner}`;
    const known = this.found.get(key);
    if (known !== undefined) return known;
    this.found.set(key, []);
    const name = file.functions[owner]?.name ?? '';
    const all = (this.byName().get(name.slice(name.lastIndexOf('.') + 1)) ?? []).filter((site) => {
      if (site.file.family !== file.family) return false;
      const callee = this.evaluator.evaluate(site.file, site.scope, site.call.call);
      const called = callee?.kind === 'oneOf' ? callee.found : [callee];
      return called.some(
        (c) => c !== undefined && 'index' in c && c.file === file && c.index === owner,
      );
    });
    all.push(...this.decorated(file, owner));
    const outside = all.filter((site) => !site.file.inTest);
    const sites = (outside.length > 0 ? outside : all).slice(0, mostSites);
    this.found.set(key, sites);
    return sites;
  }

  /** Functions that are decorated with what `owner` is: `def route(path): def register(fn): …; return register`. */
  private decorated(file: LinkedFile, owner: Scope): readonly CallSite[] {
    const by = file.parentOf(owner);
    const maker = file.functions[by];
    if (maker === undefined || maker.kind === 'class') return [];
    const found: CallSite[] = [];
    for (const { file: used, target, call } of this.decoratorsNamed(maker.name)) {
      const scope = used.parentOf(target);
      const callee = this.evaluator.evaluate(used, scope, call.call);
      if (callee?.kind !== 'function' || callee.file !== file || callee.index !== by) continue;
      const site = { file: used, scope, call };
      found.push({ ...site, call: { ...call, args: [{ fn: target }] }, made: { by, site } });
    }
    return found;
  }

  private decoratorsNamed(name: string): readonly Decorated[] {
    if (this.decorators === undefined) {
      this.decorators = new Map();
      for (const file of this.evaluator.files.values())
        for (const { target, call } of file.facts.decorators) {
          const last = lastNameOf(call);
          const list = this.decorators.get(last);
          if (list) list.push({ file, target, call });
          else this.decorators.set(last, [{ file, target, call }]);
        }
    }
    return this.decorators.get(name.slice(name.lastIndexOf('.') + 1)) ?? [];
  }

  private byName(): ReadonlyMap<string, readonly CallSite[]> {
    if (this.sites !== undefined) return this.sites;
    this.sites = new Map();
    for (const file of this.evaluator.files.values())
      for (const { scope, call } of callsOf(file)) {
        const callee = call.call;
        const name = isName(callee)
          ? callee.name.slice(callee.name.lastIndexOf('.') + 1)
          : typeof callee === 'object' && callee !== null && 'of' in callee
            ? callee.member
            : undefined;
        if (name === undefined) continue;
        const list = this.sites.get(name);
        if (list) list.push({ file, scope, call });
        else this.sites.set(name, [{ file, scope, call }]);
      }
    return this.sites;
  }
}

/** Calls of a file, also those of which only the result is kept: `app = create_app(router)`. */
function* callsOf({ facts }: LinkedFile): Generator<{ scope: Scope; call: CallExpr }> {
  yield* facts.calls;
  const read = new Set(facts.calls.map(({ call }) => call.at));
  for (const { scope, value } of facts.bindings)
    if (scope < 0 && isCall(value) && !read.has(value.at)) yield { scope, call: value };
}
