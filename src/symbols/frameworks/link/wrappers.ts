import { isName, type CallExpr } from '../expression.ts';
import type { CallFact, Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
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
    const owner = depth < deepest ? this.ownerOf(file, scope, args) : undefined;
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
          if (!this.otherVerb(given, member)) yield outer ?? site;
          for (const key of given) this.evaluator.given.delete(key);
        }
      }
  }

  /** The function whose parameters are registered. */
  private ownerOf(
    file: LinkedFile,
    scope: Scope,
    args: readonly CallExpr['args'][number][],
  ): Scope | undefined {
    const found = args
      .flatMap((arg) => parametersIn(file, scope, arg))
      .find(({ scope: declared, name }) => {
        const type = file.parameterType(declared, name);
        if (file.family?.foldersAreModules === true && !registrable.test(type ?? '')) return false;
        return !this.evaluator.given.has(parameterKey(file, declared, name));
      });
    return found?.scope;
  }

  /** Sets the parameters; the keys that were set. */
  private give(file: LinkedFile, owner: Scope, site: CallSite): readonly string[] {
    const keys: string[] = [];
    const values: (readonly [string, Value])[] = [];
    const names = file.parameters(owner).filter((name) => !/^(?:self|cls)$/.test(name));
    for (const [i, name] of names.entries()) {
      const expr = site.call.named?.[name] ?? site.call.args[i];
      const key = parameterKey(file, owner, name);
      if (name === '' || expr === undefined || expr === null || this.evaluator.given.has(key))
        continue;
      const value = this.evaluator.evaluate(site.file, site.scope, expr) ?? {
        kind: 'written' as const,
        file: site.file,
        scope: site.scope,
        expr,
      };
      values.push([key, value]);
    }
    for (const [key, value] of values) {
      this.evaluator.given.set(key, value);
      keys.push(key);
    }
    return keys;
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
    const outside = all.filter((site) => !site.file.inTest);
    const sites = (outside.length > 0 ? outside : all).slice(0, mostSites);
    this.found.set(key, sites);
    return sites;
  }

  private byName(): ReadonlyMap<string, readonly CallSite[]> {
    if (this.sites !== undefined) return this.sites;
    this.sites = new Map();
    for (const file of this.evaluator.files.values())
      for (const { scope, call } of file.facts.calls) {
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
