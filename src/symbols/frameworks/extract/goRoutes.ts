import type { Node } from 'web-tree-sitter';
import { freeNames, isCall, isName, receiverOf, type CallExpr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { anyOf, escapeForPattern, type FactsCollector } from './collector.ts';
import { argumentsOf, readGoCall, readGoExpr } from './goExpr.ts';
import { chainedOn, isInside, readLocals, separateRebindings } from './goLocals.ts';
import { isNamedType, unversioned } from './goPackage.ts';
import { readConstructors, readReturns } from './goReturns.ts';
import { longestHead, readSignature, type GoSignature } from './goSignature.ts';

const vocabulary = vocabularyOf('go');
const members = anyOf(vocabulary.members) ?? '';
const memberSeeds = new RegExp(`\\.\\s*(${members})\\(`, 'g');
/** A registration in a file that imports no framework: its router is a field that another file declares. */
const registration = new RegExp(`\\.(?:${members})\\(\\s*"(?:[A-Z]+ )?/`);
/** A call that may be a registration by a function of the program's own: a path, then what handles it. */
const ownRegistration =
  /(?<![\w.])((?:\w+\.){0,3}\w+)\(\s*(?:[\w.]+\s*,\s*|"[A-Z]+"\s*,\s*){0,2}"(?:[A-Z]+ )?\/[^"\n]*"\s*,\s*[A-Za-z_]/g;
const mostOwn = 1_000;
const oneText = /\(\s*"[^"\n]*"\s*\)/y;
const functionTypes = new Set(['func_literal', 'function_declaration', 'method_declaration']);
/** Types of functions, by their names: handlers for the most part. */
const callable = /^func\b|Handler|Func/;

/** Routers: where they are made, what is registered on them, and how they travel through the file. */
export function readGoRoutes(
  collector: FactsCollector,
  signatures: ReadonlyMap<number, GoSignature>,
): void {
  const { facts, file } = collector;
  const makers = facts.imports.filter((i) => vocabulary.creatorModules.has(unversioned(i.module)));
  const own = ownCalls(collector);
  if (makers.length === 0 && own.length === 0 && !registration.test(file.text)) {
    readConstructors(collector, signatures);
    return;
  }
  const reader = new GoRoutes(collector, signatures);
  for (const { node, match } of collector.seeds(memberSeeds)) {
    oneText.lastIndex = match.index + match[0].length - 1;
    reader.readMember(node, oneText.test(file.text));
  }
  reader.readOwn(own);
  reader.readRouters(makers.map((i) => i.local));
  readReturns(collector, signatures, () => true);
  for (const { value } of facts.returns) freeNames(value, reader.names);
  readLocals(collector, reader.names, reader.blocks);
  reader.readTravels();
  separateRebindings(collector, reader.blocks);
  facts.calls.sort((a, b) => a.call.at - b.call.at);
}

/** Offsets of calls of the package's own functions that look like registrations. */
function ownCalls({ file, facts }: FactsCollector): readonly number[] {
  const libraries = new Set(facts.imports.map((i) => i.local));
  const found: number[] = [];
  for (const match of file.text.matchAll(ownRegistration)) {
    const [first = ''] = (match[1] ?? '').split('.');
    if (first === 'func' || libraries.has(first)) continue;
    found.push(match.index + (match[1] ?? '').length - 1);
    if (found.length >= mostOwn) break;
  }
  return found;
}

class GoRoutes {
  /** Where bindings end that stand in a block of their own. */
  readonly blocks = new Map<number, number>();
  /** Names whose values are needed. */
  readonly names = new Set<string>();
  /** Names of routers, as they are written: `r`, `s.router`. */
  private readonly routers = new Set<string>();
  private readonly calls = new Set<number>();
  private readonly scopes = new Set<number>();
  private readonly collector: FactsCollector;
  private readonly signatures: ReadonlyMap<number, GoSignature>;

  constructor(collector: FactsCollector, signatures: ReadonlyMap<number, GoSignature>) {
    this.collector = collector;
    this.signatures = signatures;
    for (const [scope, { params }] of signatures)
      if (params.some((p) => this.ofFramework(p.type))) this.keepParameters(scope);
  }

  /** Types of the frameworks' packages, as a file that imports them writes them. */
  private ofFramework(type: string): boolean {
    const local = /^\*?(\w+)\./.exec(type)?.[1];
    return (
      local !== undefined &&
      this.collector.facts.imports.some(
        (i) => i.local === local && vocabulary.creatorModules.has(unversioned(i.module)),
      )
    );
  }

  private keepParameters(scope: Scope): void {
    const signature = this.signatures.get(scope);
    if (signature === undefined || this.scopes.has(scope)) return;
    this.scopes.add(scope);
    const { params, receiver } = signature;
    const called = this.calledIn(scope, params);
    this.collector.facts.params.push({
      scope,
      names: params.map((p) => p.name),
      types: params.map((p) => p.type),
      ...(receiver === undefined ? {} : { receiver }),
      ...(called.length > 0 ? { called } : {}),
    });
    for (const { name, type } of params) if (this.ofFramework(type)) this.routers.add(name);
  }

  /** Functions that a function is given and calls, for the most part from what it registers. */
  private calledIn(scope: Scope, params: GoSignature['params']): { name: string; by: Scope }[] {
    const { functions } = this.collector.file;
    const names = params
      .filter((p) => callable.test(p.type) || (isNamedType(p.type) && !p.type.startsWith('*')))
      .map((p) => p.name);
    const any = anyOf(names.filter((name) => /^\w+$/.test(name) && name !== '_'));
    if (any === undefined) return [];
    const called: { name: string; by: Scope }[] = [];
    for (const { node } of this.collector.seeds(new RegExp(`(?<![\\w.])(${any})\\(`, 'g'))) {
      const by = this.collector.scopeOf(node);
      if (!isInside(functions[by]?.range, functions[scope]?.range)) continue;
      if (!called.some((c) => c.by === by && c.name === node.text))
        called.push({ name: node.text, by });
    }
    return called;
  }

  readMember(name: Node, oneText: boolean): void {
    const call = name.parent?.parent;
    if (name.type !== 'field_identifier' || call?.type !== 'call_expression') return;
    if (name.parent?.endIndex !== name.endIndex || call.startIndex !== name.parent.startIndex)
      return;
    const chained = receiverIsCall(name);
    // `header.Get("x")` is everywhere; a registration has a handler besides its path, or hangs on a chain.
    if (oneText && !chained && !vocabulary.openers.has(name.text)) return;
    const expr = this.keep(call);
    const receiver = expr === undefined ? undefined : receiverOf(expr)?.receiver;
    if (isName(receiver)) this.routers.add(receiver.name);
    if (vocabulary.openers.has(name.text)) this.nameRouter(call.parent);
    if (call.parent?.type === 'argument_list') this.keepOuter(call.parent);
    for (const argument of argumentsOf(call))
      if (argument.type === 'func_literal') this.readLiteral(argument, receiver);
  }

  /** Calls of functions that may register their arguments: those that are given, and those of the file's own. */
  readOwn(offsets: readonly number[]): void {
    const { root, functions } = this.collector.file;
    for (const offset of offsets) this.keepCallOf(root.descendantForIndex(offset));
    const names: string[] = [];
    const types = new Set<string>();
    for (const { name, callable: isOne } of this.collector.facts.types ?? [])
      if (isOne === true) types.add(name);
    for (const [scope, { params }] of this.signatures)
      if (
        params.some((p) => p.type === 'string') &&
        params.some((p) => callable.test(p.type) || types.has(p.type))
      )
        names.push((functions[scope]?.name ?? '').replace(/^.*\./, ''));
    const any = anyOf(names.filter((name) => /^\w+$/.test(name)));
    if (any === undefined) return;
    for (const { node } of this.collector.seeds(new RegExp(`\\b(${any})\\(`, 'g')))
      this.keepCallOf(node);
  }

  private keepCallOf(name: Node | null): void {
    const callee = name?.parent?.type === 'selector_expression' ? name.parent : name;
    const call = callee?.parent;
    if (call?.type === 'call_expression' && call.childForFieldName('function')?.id === callee?.id)
      this.keep(call);
  }

  /** The call that this one's result is given to: `users.Register(v1.Group("/users"))`. */
  private keepOuter(list: Node): void {
    const outer = list.parent;
    if (outer?.type === 'call_expression') this.keep(outer);
  }

  private keep(call: Node): CallExpr | undefined {
    if (this.calls.has(call.startIndex * 2_097_152 + call.endIndex)) return undefined;
    this.calls.add(call.startIndex * 2_097_152 + call.endIndex);
    const expr =
      call.type === 'call_expression'
        ? readGoCall(this.collector, call)
        : readGoExpr(this.collector, call);
    if (!isCall(expr)) return undefined;
    const chained = call.type === 'call_expression' ? chainedOn(this.collector, call) : [];
    const scope = this.collector.scopeOf(call);
    this.collector.facts.calls.push({
      scope,
      call: expr,
      ...(chained.length > 0 ? { chained } : {}),
    });
    freeNames(expr, this.names);
    this.readScopes(call);
    return expr;
  }

  /** Parameters of every function around a call. */
  private readScopes(from: Node): void {
    for (let node = from.parent; node !== null; node = node.parent) {
      if (!functionTypes.has(node.type)) continue;
      const scope = this.collector.declared(node);
      if (scope !== undefined) {
        if (this.scopes.has(scope)) return;
        this.keepParameters(scope);
      }
      if (node.type === 'func_literal') this.readLiteral(node, undefined);
    }
  }

  /** Parameters of a function literal; those of one that is no function of its own are names of the function around it. */
  private readLiteral(node: Node, receiver: CallExpr['call'] | undefined): void {
    const { facts } = this.collector;
    const scope = this.collector.declared(node);
    const text = this.collector.file.text.slice(
      node.startIndex,
      Math.min(node.endIndex, node.startIndex + longestHead),
    );
    const params = readSignature(text, false)?.params ?? [];
    if (scope !== undefined) {
      if (this.scopes.has(scope)) return;
      this.scopes.add(scope);
      facts.params.push({
        scope,
        names: params.map((p) => p.name),
        types: params.map((p) => p.type),
      });
      for (const { name, type } of params) if (this.ofFramework(type)) this.routers.add(name);
      return;
    }
    const around = this.collector.scopeOf(node);
    for (const { name, type } of params) {
      if (name === '' || !isNamedType(type)) continue;
      if (isName(receiver) && receiver.name === name) continue;
      if (facts.bindings.some((b) => b.scope === around && b.name === name)) continue;
      if (facts.params.some((p) => p.scope === around && p.names.includes(name))) continue;
      const router = this.ofFramework(type);
      const value = router && receiver !== undefined ? receiver : { type };
      facts.bindings.push({ scope: around, name, value });
      freeNames(value, this.names);
      if (router) this.routers.add(name);
    }
  }

  /** Routers made by calls or literals of the frameworks' packages. */
  readRouters(makers: readonly string[]): void {
    const making = anyOf(makers);
    const creators = anyOf(vocabulary.creatorNames);
    if (making === undefined || creators === undefined) return;
    const made = new RegExp(`\\b${making}\\.(${creators})[({)]`, 'g');
    for (const { node } of this.collector.seeds(made)) {
      let at: Node | null = node.parent;
      while (
        at !== null &&
        !/^(?:call_expression|composite_literal)$/.test(at.type) &&
        at.parent !== null &&
        at.endIndex - at.startIndex < 200
      )
        at = at.parent;
      if (at === null || !/^(?:call_expression|composite_literal)$/.test(at.type)) continue;
      let outer = at.parent;
      while (outer !== null && /^(?:unary_expression|literal_element)$/.test(outer.type))
        outer = outer.parent;
      if (outer?.type === 'argument_list') this.keepOuter(outer);
      if (outer?.type === 'keyed_element') this.keepLiteral(outer);
      this.nameRouter(outer);
    }
  }

  /** What a router is bound to: `v1` of `v1 := r.Group("/v1")`. */
  private nameRouter(around: Node | null): void {
    const statement = around?.type === 'expression_list' ? around.parent : around;
    const left = statement?.childForFieldName('left') ?? statement?.childForFieldName('name');
    const name = left?.type === 'expression_list' ? left.namedChildren[0]?.text : left?.text;
    if (statement == null || name === undefined || !/^[\w.]+$/.test(name)) return;
    this.routers.add(name);
    this.names.add(name.split('.')[0] ?? '');
    this.readScopes(statement);
  }

  /** `&Server{Router: r}`. */
  private keepLiteral(element: Node): void {
    let at: Node | null = element.parent;
    while (at !== null && at.type !== 'composite_literal') at = at.parent;
    if (at !== null) this.keep(at);
  }

  /** Routers given to other functions, or kept in fields. */
  readTravels(): void {
    for (const { name, value } of this.collector.facts.bindings) {
      const receiver = isCall(value) ? receiverOf(value)?.receiver : undefined;
      if (isName(receiver) && this.routers.has(receiver.name)) this.routers.add(name);
    }
    const names = [...this.routers].filter((name) => /^[\w.]+$/.test(name) && name !== '_');
    if (names.length === 0) return;
    const any = `(?:${names
      .sort((a, b) => b.length - a.length)
      .map(escapeForPattern)
      .join('|')})`;
    const given = new RegExp(`[(,:]\\s*&?(${any})\\s*(?=[,)}\\n])`, 'g');
    for (const match of this.collector.file.text.matchAll(given)) {
      const name = match[1] ?? '';
      const end = match.index + match[0].lastIndexOf(name) + name.length;
      let node = this.collector.file.root.descendantForIndex(end - 1);
      while (
        node !== null &&
        /^(?:identifier|field_identifier|selector_expression|unary_expression|literal_element)$/.test(
          node.type,
        )
      )
        node = node.parent;
      if (node?.type === 'argument_list') this.keepOuter(node);
      else if (node?.type === 'keyed_element' || node?.type === 'literal_value')
        this.keepLiteral(node);
    }
    readLocals(this.collector, this.names, this.blocks);
  }
}

/** `r.Group("/x").GET(…)`: what the member is called on is itself a call. */
const receiverIsCall = (name: Node): boolean =>
  name.parent?.childForFieldName('operand')?.type === 'call_expression';
