import { argument, freeNames, isCall, receiverOf, type CallExpr } from '../expression.ts';
import type { BindingFact, CallFact, Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../routerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import { ExtensionMethods } from './extensions.ts';
import { GivenArguments } from './givenArguments.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { calledMember, turnsOf } from './loops.ts';
import { Registrations } from './registrations.ts';
import { RouteEmitter } from './routeEmitter.ts';
import { MemberCallReader } from './routers/memberCallReader.ts';
import { PlacedAttributes } from './routers/placedAttributes.ts';
import { RouterCandidates } from './routers/routerCandidates.ts';
import { RouterMethods } from './routers/routerMethods.ts';
import { RouterMounts } from './routers/routerMounts.ts';
import { known } from './text.ts';
import { Wrappers } from './wrappers.ts';
import type { RouterValue } from './values/value.ts';

interface Call {
  readonly file: LinkedFile;
  readonly fact: CallFact;
}

/** Rounds in which parameters are found to be routers: each goes one function deeper. */
const mostRounds = 12;

/** Routes registered on router values, with the prefixes of every mount above them, in the order the framework tries them. */
export class RouterGraph {
  private readonly evaluator: Evaluator;
  private readonly frameworks: readonly RouterFramework[];
  private readonly emitter: RouteEmitter;
  private readonly mounts: RouterMounts;
  private readonly attributes: PlacedAttributes;
  private readonly registrations: Registrations;
  private readonly members: MemberCallReader;
  private readonly candidates: RouterCandidates;
  private readonly extensions: ExtensionMethods;
  private readonly wrappers: Wrappers;
  private readonly methods: RouterMethods;
  /** Calls on parameters of which nothing says yet what they are. */
  private waiting = new Set<Call>();

  constructor(evaluator: Evaluator, frameworks: readonly RouterFramework[]) {
    this.evaluator = evaluator;
    this.frameworks = frameworks;
    this.emitter = new RouteEmitter(evaluator);
    this.mounts = new RouterMounts(evaluator, this.emitter);
    this.attributes = new PlacedAttributes(evaluator, this.emitter);
    this.registrations = new Registrations(evaluator, {
      add: (key, entry) => {
        this.emitter.add(key, entry);
      },
      mount: (parent, child, prefix, order) => {
        this.mounts.mount(parent, child, prefix, order);
      },
    });
    this.members = new MemberCallReader(evaluator, {
      emitter: this.emitter,
      mounts: this.mounts,
      attributes: this.attributes,
      registrations: this.registrations,
    });
    this.candidates = new RouterCandidates(evaluator, frameworks);
    this.extensions = new ExtensionMethods(evaluator.files);
    this.wrappers = new Wrappers(evaluator);
    this.methods = new RouterMethods(evaluator);
  }

  /** Functions that were registered to run before handlers. */
  get middleware(): readonly Found[] {
    return this.members.middleware;
  }

  *build(): Generator<void, readonly LinkedRoute[]> {
    const given = new GivenArguments();
    yield* given.gather(this.evaluator);
    this.evaluator.arguments = given;
    for (const file of this.evaluator.files.values()) {
      yield;
      for (const fact of file.facts.calls) this.readCall({ file, fact });
      for (const binding of file.facts.bindings)
        if (binding.assigned === true) this.readAssigned(file, binding);
        else this.readMade(file, binding);
      for (const { target, call, branch } of file.facts.decorators) {
        this.emitter.inBranch = branch === true;
        this.readDecorator(file, target, call);
      }
      this.emitter.inBranch = false;
    }
    yield* this.readWaiting();
    yield* this.registrations.readCreations(this.frameworks);
    for (const origin of this.evaluator.routers.values())
      if (origin.parent !== undefined && origin.call !== undefined) {
        const given = argument(
          origin.call,
          origin.framework?.groups?.[receiverOf(origin.call)?.member ?? ''],
        );
        const prefix = origin.prefix ?? this.evaluator.text(origin.file, origin.scope, given);
        this.emitter.add(origin.parent, { order: origin.call.at, child: origin.key, prefix });
      }
    for (const { key, includes } of this.evaluator.routers.values())
      if (includes !== undefined)
        this.mounts.mount(key, includes, known(''), -1, { overrides: true });
    this.attributes.addUnmounted(this.frameworks);
    return this.emitter.emitAll();
  }

  /** Parameters get the framework of the router they are given; those that nobody visible gives, that of their file's imports. */
  private *readWaiting(): Generator<void, void> {
    for (let round = 0; round < mostRounds && this.waiting.size > 0; round += 1) {
      yield;
      this.mounts.adoptFrameworks();
      const before = this.waiting;
      this.waiting = new Set();
      for (const call of before) this.readCall(call);
      if (this.waiting.size === before.size) break;
    }
    const rest = this.waiting;
    this.waiting = new Set();
    for (const call of rest) {
      yield;
      this.readCall(call, true);
    }
  }

  /** A call inside of a loop over a list that is written in the source is one call per element. */
  private readCall(at: Call, last = false): void {
    const { file, fact } = at;
    if (this.methods.isInside(file, fact.call)) return;
    this.emitter.inBranch = fact.branch === true;
    const member = calledMember(this.evaluator, file, fact.scope, fact.call)?.member;
    // A member that isn't known yet may be the parameter of a function that registers: `app[method](path, handler)`.
    const registering =
      member === undefined ? isComputed(fact.call) : this.isRegistering(file, member);
    const sites = registering ? this.wrappers.turns(file, fact, member ?? '') : [undefined];
    for (const site of sites) {
      this.emitter.registeredBy = site;
      const turns = turnsOf(this.evaluator, file, fact.scope, fact.call);
      while (turns.next().done !== true) this.readOnce(at, last);
    }
    this.emitter.registeredBy = undefined;
    this.emitter.inBranch = false;
  }

  private isRegistering({ family }: LinkedFile, member: string): boolean {
    return this.frameworks.some(
      (f) =>
        f.family === family?.id &&
        [f.verbs, f.verbLists, f.mounts].some(
          (table) => table !== undefined && Object.hasOwn(table, member),
        ),
    );
  }

  private readOnce(at: Call, last: boolean): void {
    const { file, fact } = at;
    const { scope, call } = fact;
    const parts = calledMember(this.evaluator, file, scope, call);
    const value =
      parts === undefined ? undefined : this.evaluator.evaluate(file, scope, parts.receiver);
    const receiver = this.evaluator.routers.of(file, value);
    if (receiver === undefined) this.readServe(file, scope, call);
    if (parts !== undefined && receiver !== undefined) {
      // A method of the workspace's own that is called like a member of the router inside it.
      const own = value?.kind === 'object' ? this.evaluator.member(value, parts.member) : undefined;
      if (own?.kind !== 'function') {
        if (this.passToExtension(file, fact, parts.member, receiver)) return;
        const framework = this.evaluator.routers.get(receiver.key)?.framework;
        if (framework !== undefined && this.readOwnMethod(file, fact, parts.member, receiver))
          return;
        if (framework === undefined && !last) this.waiting.add(at);
        else this.registerOne(file, fact, parts.member, receiver);
        return;
      }
    }
    this.registrations.readBase(file, scope, call);
    // Also where nothing is done with it, what the call makes may have routes.
    this.evaluator.evaluate(file, scope, call);
    this.mounts.passArguments(file, scope, call);
  }

  /** `app.MapUsers()`, where that is a function of the program's own; one by name, or nobody is given the router. */
  private passToExtension(
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const [only, second] = this.extensions.named(file, member);
    if (only === undefined || second !== undefined) return false;
    if (this.candidates.of(file, receiver, member).some((f) => member in f.verbs)) return false;
    const rest = this.mounts.routersAmong(file, scope, call);
    this.mounts.pass({ kind: 'function', ...only }, [[{ key: receiver.key }], ...rest], call);
    return true;
  }

  /** False where it is no method that the router's class has beside the framework's. */
  private readOwnMethod(
    file: LinkedFile,
    fact: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const calls = this.methods.of(receiver, member, file, fact.call);
    for (const { call, entry } of calls ?? []) {
      const name = receiverOf(call)?.member ?? '';
      if (entry === undefined) this.registerOne(file, { ...fact, call }, name, receiver);
      else this.registrations.readEntry(receiver.key, entry, { file, scope: fact.scope, call });
    }
    return calls !== undefined;
  }

  private registerOne(
    file: LinkedFile,
    fact: CallFact,
    member: string,
    receiver: RouterValue,
  ): void {
    const { scope, call, chained = [] } = fact;
    for (const framework of this.candidates.ofCall(file, fact, member, receiver))
      if (this.members.read({ framework, file, scope, call, chained, member, receiver })) {
        this.evaluator.routers.adopt(receiver.key, framework);
        return;
      }
  }

  /** `s.router = chi.NewRouter()`: what is registered on the field is registered on the router. */
  private readAssigned(file: LinkedFile, { scope, name, value }: BindingFact): void {
    const router = this.evaluator.evaluate(file, scope, value);
    if (router?.kind !== 'router') return;
    const target = this.evaluator.routers.of(file, this.evaluator.names.target(file, scope, name));
    if (target !== undefined) this.mounts.mount(router.key, target.key, known(''), 0);
  }

  /** `app = create_app(router=router)` in a file that has no other use for routers. */
  private readMade(file: LinkedFile, { scope, value }: BindingFact): void {
    if (scope >= 0 || !isCall(value) || file.family?.foldersAreModules === true) return;
    if (value.args.length === 0 && value.named === undefined) return;
    if (file.facts.calls.some(({ call }) => call.at === value.at)) return;
    const callee = this.evaluator.evaluate(file, scope, value.call);
    if (callee?.kind === 'function' && callee.file.paramsFact(callee.index) !== undefined)
      this.mounts.passArguments(file, scope, value);
  }

  /** Also one that a function of the program makes: `def api(path): return app.route("/api" + path)`. */
  private readDecorator(file: LinkedFile, index: number, call: CallExpr): void {
    const scope = file.parentOf(index);
    if (this.readDecorating(file, scope, call, { file, index })) return;
    const maker = this.evaluator.evaluate(file, scope, call.call);
    const made = maker?.kind === 'function' ? maker.file.returned(maker.index) : undefined;
    if (maker?.kind !== 'function' || !isCall(made)) return;
    const site = { file, scope, call };
    this.emitter.registeredBy = site;
    this.wrappers.during(maker, site, () => {
      this.readDecorating(maker.file, maker.index, handedOn(made, maker, call), { file, index });
    });
    this.emitter.registeredBy = undefined;
  }

  /** False where it is no decorator of a router. */
  private readDecorating(file: LinkedFile, scope: Scope, call: CallExpr, target: Found): boolean {
    const parts = receiverOf(call);
    if (parts === undefined || parts.member in Object.prototype) return false;
    const receiver = this.evaluator.evaluate(file, scope, parts.receiver);
    if (receiver?.kind !== 'router') return false;
    for (const framework of this.candidates.of(file, receiver, parts.member)) {
      const verb = framework.verbs[parts.member];
      const list = framework.verbLists?.[parts.member];
      if (framework.handler !== 'decorated' || (verb === undefined && list === undefined)) continue;
      this.registrations.addHandled(framework, file, scope, call, receiver, {
        path: list?.path ?? framework.path,
        methods: argument(call, list?.methods) ?? unknownRest(call),
        otherwise: verb ?? list?.otherwise ?? '*',
        target,
      });
      break;
    }
    return true;
  }

  /** `axum::serve(listener, app)`: nothing is above this router. */
  private readServe(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const frameworks = this.frameworks.filter(
      (f) => f.serves !== undefined && f.family === file.family?.id,
    );
    if (frameworks.length === 0) return;
    const callee = this.evaluator.evaluate(file, scope, call.call);
    if (callee?.kind !== 'external') return;
    for (const framework of frameworks) {
      const given = argument(call, framework.serves?.[callee.name]);
      const router = given === undefined ? undefined : this.evaluator.evaluate(file, scope, given);
      if (router?.kind === 'router') this.emitter.served.add(router.key);
    }
  }
}

/** `**options`: what the function was given by name and has no parameter for, as far as it is written in place. */
function handedOn(made: CallExpr, maker: Found, call: CallExpr): CallExpr {
  if (made.named?.['**'] === undefined) return made;
  const parameters = maker.file.parameters(maker.index);
  const rest = Object.entries(call.named ?? {})
    .filter(([name]) => !parameters.includes(name))
    .map(([name, value]) => [name, freeNames(value).size === 0 ? value : null] as const);
  const written = Object.entries(made.named).filter(([name]) => name !== '**');
  return { ...made, named: Object.fromEntries([...written, ...rest]) };
}

const isComputed = ({ call }: CallExpr): boolean =>
  typeof call === 'object' && call !== null && 'item' in call;

/** Where more is given by name than can be read, nothing is left at its default. */
const unknownRest = ({ named }: CallExpr): null | undefined =>
  named?.['**'] === undefined ? undefined : null;
