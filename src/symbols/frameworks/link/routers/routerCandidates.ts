import { argument, isName, isObject, type Expr } from '../../expression.ts';
import type { CallFact, Scope } from '../../fileFacts.ts';
import type { RouterFramework } from '../../routerFramework.ts';
import { modulesOf } from '../../registry.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { registers } from '../registrations.ts';
import type { RouterValue } from '../values/value.ts';

/** Which frameworks a call of a router's member may belong to. */
export class RouterCandidates {
  private readonly evaluator: Evaluator;
  private readonly frameworks: readonly RouterFramework[];
  private used: ReadonlySet<RouterFramework> | undefined;

  constructor(evaluator: Evaluator, frameworks: readonly RouterFramework[]) {
    this.evaluator = evaluator;
    this.frameworks = frameworks;
  }

  /** Frameworks that a router may be of; one from out of sight: those that the file imports, else the program's that know the member. */
  of(file: LinkedFile, receiver: RouterValue, member: string): readonly RouterFramework[] {
    const own = this.evaluator.routers.get(receiver.key)?.framework;
    if (own !== undefined) return [own];
    const fitting = this.frameworks.filter(
      (f) =>
        f.family === file.family?.id &&
        (member in f.verbs ||
          member in f.mounts ||
          (f.chained !== undefined && member in f.chained.members) ||
          (f.passes !== undefined && member in f.passes) ||
          registers(f, member) ||
          (f.verbLists !== undefined && member in f.verbLists)),
    );
    const imported = fitting.filter((f) => importsOf(file, f));
    if (imported.length > 0) return imported;
    // Elsewhere, names of libraries may be there without an import.
    return file.family?.exportsAreNamed === true ? fitting.filter((f) => this.isUsed(f)) : fitting;
  }

  /** Whether some file imports the framework: `request.get('/users')` of a program without one is its client. */
  private isUsed(framework: RouterFramework): boolean {
    if (this.used === undefined) {
      const files = [...this.evaluator.files.values()].filter((f) => !f.inTest);
      const used = this.frameworks.filter((f) => files.some((file) => importsOf(file, f)));
      this.used = new Set(used);
    }
    return this.used.has(framework);
  }

  /** Those whose registration the call may be: all, where the receiver is known to be a router. */
  *ofCall(
    file: LinkedFile,
    fact: CallFact,
    member: string,
    receiver: RouterValue,
  ): Generator<RouterFramework, void> {
    // `toString` is in every object, also in the frameworks' tables.
    if (member in Object.prototype) return;
    const known = this.evaluator.routers.get(receiver.key)?.framework !== undefined;
    for (const framework of this.of(file, receiver, member))
      if (known || this.mayBeRoute(framework, file, fact, member)) yield framework;
  }

  /** `cache.get('key', load)` looks like a route of something that nobody says to be a router: there the path must be one. */
  private mayBeRoute(
    framework: RouterFramework,
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
  ): boolean {
    if (!(member in framework.verbs)) return true;
    if (framework.handler === 'last' && this.sendsData(framework, file, scope, call.args))
      return false;
    if (importsOf(file, framework)) return true;
    return this.evaluator
      .texts(file, scope, argument(call, framework.path))
      .some(({ text }) => /^[/*]/.test(text));
  }

  /** `api.post('/users', { name }, headers)` asks for a route: what registers one is given functions. */
  private sendsData(
    { handlerOption }: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    [, ...given]: readonly Expr[],
  ): boolean {
    return given.some((expr, i) => {
      const value = isName(expr) ? this.evaluator.evaluate(file, scope, expr) : undefined;
      const written = value?.kind === 'written' ? value.expr : expr;
      if (!isObject(written)) return false;
      const isLast = i === given.length - 1;
      return (
        handlerOption === undefined || (isLast && !Object.hasOwn(written.object, handlerOption))
      );
    });
  }
}

/** Whether the file is written for the framework. */
function importsOf(file: LinkedFile, framework: RouterFramework): boolean {
  const modules = modulesOf(framework);
  return file.facts.imports.some((i) => modules.has(i.module.split('::', 1)[0] ?? ''));
}
