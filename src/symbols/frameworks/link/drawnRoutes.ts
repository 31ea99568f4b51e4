import type { DrawnFact, DrawnFramework } from '../drawn.ts';
import { isList, isName, type Expr } from '../expression.ts';
import { ControllerClasses, type Action } from './controllerClasses.ts';
import { below, only, readDrawn, scoped, textsOf, type DrawnContext } from './drawnContext.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { methodsOf } from './methods.ts';
import { known } from './text.ts';

const mostRoutes = 20_000;

/** Routes of tables that are drawn in nested blocks. */
export function* drawnRoutes(
  evaluator: Evaluator,
  framework: DrawnFramework,
): Generator<void, readonly LinkedRoute[]> {
  const table = new Table(evaluator, framework);
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family || file.facts.drawn === undefined) continue;
    yield;
    const own = framework.files.find(({ path }) => path.test(file.relativePath));
    if (own === undefined && (framework.include !== undefined || file.inTest)) continue;
    table.draw(file, file.facts.drawn, {
      path: known(own === undefined || own.prefix === '' ? '' : `/${own.prefix}`),
      ...(own === undefined ? { unresolved: 'a file that is included out of sight' } : {}),
      modules: [],
    });
  }
  return table.routes;
}

class Table {
  readonly routes: LinkedRoute[] = [];
  private readonly evaluator: Evaluator;
  private readonly framework: DrawnFramework;
  private readonly classes: ControllerClasses;
  private readonly concerns = new Map<string, readonly DrawnFact[]>();
  /** Statements under way: a table that includes itself is drawn once. */
  private readonly open = new Set<readonly DrawnFact[]>();

  constructor(evaluator: Evaluator, framework: DrawnFramework) {
    this.evaluator = evaluator;
    this.framework = framework;
    this.classes = new ControllerClasses(evaluator, framework);
  }

  draw(file: LinkedFile, facts: readonly DrawnFact[], context: DrawnContext): void {
    if (this.open.has(facts) || this.routes.length > mostRoutes) return;
    this.open.add(facts);
    for (const fact of facts) this.statement(file, fact, context);
    this.open.delete(facts);
  }

  private statement(file: LinkedFile, fact: DrawnFact, outer: DrawnContext): void {
    const { framework } = this;
    const { word, block } = fact;
    let context = outer;
    for (const link of fact.chain ?? []) context = scoped(framework, link, context);
    if (framework.verbs[word] !== undefined) this.route(file, fact, context);
    else if (framework.resources[word] !== undefined) this.resources(file, fact, context);
    else if (framework.places[word] !== undefined)
      this.draw(file, block ?? [], { ...context, place: framework.places[word] });
    else if (word === framework.concern?.keep) {
      const [name] = textsOf(fact.args[0]);
      if (name !== undefined) this.concerns.set(name, block ?? []);
    } else if (word === framework.concern?.draw)
      for (const name of fact.args.flatMap((arg) => textsOf(arg)))
        this.draw(file, this.concerns.get(name) ?? [], context);
    else if (word === framework.include?.word) this.include(file, fact, context);
    // A block of a word that nobody knows leaves path and controller alone: constraints, authentication.
    else if (block !== undefined) this.draw(file, block, scoped(framework, fact, context));
  }

  private include(from: LinkedFile, fact: DrawnFact, context: DrawnContext): void {
    const [name] = textsOf(fact.args[0]);
    const wanted = name === undefined ? undefined : this.framework.include?.file(name);
    if (wanted === undefined) return;
    for (const file of this.evaluator.files.values())
      if (file.folder === from.folder && wanted.test(file.relativePath))
        this.draw(file, file.facts.drawn ?? [], context);
  }

  private route(file: LinkedFile, fact: DrawnFact, context: DrawnContext): void {
    const { framework } = this;
    const given = readDrawn(fact, framework.path);
    const to = readDrawn(fact, framework.to);
    const isRoot = fact.word === 'root';
    const on = textsOf(fact.named?.['on'])[0];
    const place = on === 'member' || on === 'collection' ? on : context.place;
    const paths = isRoot ? [''] : textsOf(given ?? null);
    const more =
      isRoot || to !== undefined ? [] : fact.args.slice(1).flatMap((arg) => textsOf(arg));
    const apart =
      framework.pathApart === undefined
        ? undefined
        : textsOf(readDrawn(fact, framework.pathApart) ?? null)[0];
    const via = readDrawn(fact, framework.via);
    const methods =
      via === undefined || textsOf(via)[0] === 'all'
        ? [framework.verbs[fact.word] ?? '*']
        : methodsOf(via, '*');
    for (const path of [...paths, ...more]) {
      const action = this.action(file, isRoot ? (to ?? given) : to, fact, context, path);
      for (const method of methods)
        this.add(
          file,
          fact,
          method,
          below(framework, context, place, apart ?? path),
          context,
          action,
        );
    }
  }

  /** What a route runs; `get 'photos/show'` and `get :preview` say it by their path. */
  private action(
    file: LinkedFile,
    to: Expr | undefined,
    fact: DrawnFact,
    context: DrawnContext,
    path: string,
  ): Action | undefined {
    const { separator, invoked, moduleActs = false } = this.framework;
    if (typeof to === 'object' && to !== null) {
      if ('fn' in to) return { file, index: to.fn };
      if (isName(to))
        return invoked === undefined ? undefined : this.classes.action(file, [], to, invoked);
      const [owner, name] = isList(to) ? to.list : [];
      return owner !== undefined && owner !== null && typeof name === 'string'
        ? this.classes.action(file, [], owner, name)
        : undefined;
    }
    if (to === null) return undefined;
    const named = textsOf(fact.named?.['action'])[0];
    const controller = fact.named?.['controller'] ?? context.controller;
    const text = to ?? named ?? path.replace(/^\//, '');
    const at = text.lastIndexOf(separator);
    if (at > 0)
      return this.classes.action(file, context.modules, text.slice(0, at), text.slice(at + 1));
    if (controller !== undefined && /^\w+$/.test(text))
      return this.classes.action(file, context.modules, controller, text);
    // `namespace :webhooks do post 'stripe' end` is webhooks#stripe.
    const [around, ...further] = [...context.modules].reverse();
    if (to === undefined && around !== undefined && moduleActs && /^\w+$/.test(text))
      return this.classes.action(file, further.reverse(), around, text);
    const slash = text.lastIndexOf('/');
    return slash > 0 && to === undefined && /^[\w/]+$/.test(text)
      ? this.classes.action(file, context.modules, text.slice(0, slash), text.slice(slash + 1))
      : undefined;
  }

  private resources(file: LinkedFile, fact: DrawnFact, context: DrawnContext): void {
    const { framework } = this;
    const kind = framework.resources[fact.word];
    if (kind === undefined) return;
    const byClass = framework.invoked !== undefined;
    const names = byClass ? textsOf(fact.args[0]) : fact.args.flatMap((arg) => textsOf(arg));
    for (const name of names) {
      const resource = scoped(framework, fact, context, { name, singular: kind.singular === true });
      const controller: Expr = byClass ? (fact.args[1] ?? null) : (resource.controller ?? null);
      const inner: DrawnContext = { ...resource, ...(controller === null ? {} : { controller }) };
      for (const action of only(fact, kind.actions)) {
        const answers = framework.actions[action];
        if (answers === undefined || controller === null) continue;
        const place = answers.member ? 'member' : 'collection';
        const path = below(framework, inner, place, answers.path.replace(/^\//, ''));
        const runs = this.classes.action(file, inner.modules, controller, action);
        for (const method of answers.methods) this.add(file, fact, method, path, inner, runs);
      }
      for (const concern of textsOf(fact.named?.['concerns']))
        this.draw(file, this.concerns.get(concern) ?? [], inner);
      this.draw(file, fact.block ?? [], inner);
    }
  }

  private add(
    file: LinkedFile,
    fact: DrawnFact,
    method: string,
    path: string,
    context: DrawnContext,
    handler: Action | undefined,
  ): void {
    const unresolved = context.unresolved ?? context.path.unresolved;
    this.routes.push({
      framework: this.framework.id,
      method,
      path: { text: path === '' ? '/' : path, ...(unresolved === undefined ? {} : { unresolved }) },
      handler,
      file,
      line: fact.line,
    });
  }
}
