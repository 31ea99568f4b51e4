import type { Node } from 'web-tree-sitter';
import { freeNames, renamed, type Expr } from '../expression.ts';
import type { ParamsFact, Scope } from '../fileFacts.ts';
import { memberOf, type FactsCollector } from './collector.ts';
import { classMembers, typeOf, type ClassMember } from './javascriptClasses.ts';
import { functionTypes, readExpr } from './javascriptExpr.ts';

const deepestValue = 4;
const longestBlock = 2_000;

/**
 * What names inside of functions and classes are bound to, read only for names that a call of interest needs: local variables,
 * parameters, variables of loops, fields of `this`.
 */
export class ScopeReader {
  private readonly collector: FactsCollector;
  private readonly blocks = new Map<number, ReadonlyMap<string, Node>>();
  private readonly classes = new Map<number, ReadonlyMap<string, ClassMember>>();
  /** `scope|name` → where it was bound first, or -1 for the module's own statements. */
  private readonly bound = new Map<string, number>();

  constructor(collector: FactsCollector) {
    this.collector = collector;
    for (const { scope, name } of collector.facts.bindings) this.bound.set(`${scope}|${name}`, -1);
  }

  /** Records the bindings around `from` that the expression needs; the result is the expression with names that are unique per function. */
  resolve(from: Node, given: Expr, depth = 0): Expr {
    const wanted = freeNames(given);
    let expr = given;
    if (depth > deepestValue || wanted.size === 0) return expr;
    for (let node = from.parent; node !== null && wanted.size > 0; node = node.parent) {
      if (node.type === 'statement_block') expr = this.fromBlock(node, wanted, expr, depth);
      else if (node.type === 'for_in_statement') expr = this.fromLoop(node, wanted, expr, depth);
      else if (node.type === 'class_body') this.fromClass(node, wanted, depth);
      else if (functionTypes.has(node.type)) expr = this.fromFunction(node, wanted, expr, depth);
    }
    return expr;
  }

  private fromBlock(block: Node, wanted: Set<string>, given: Expr, depth: number): Expr {
    const declared = this.declarationsOf(block);
    let expr = given;
    for (const name of [...wanted]) {
      const declarator = declared.get(name);
      if (declarator === undefined) continue;
      wanted.delete(name);
      expr = renamed(expr, name, this.bind(declarator, name, depth, valueOf(declarator, name)));
    }
    return expr;
  }

  /** Variables that a block declares itself. */
  private declarationsOf(block: Node): ReadonlyMap<string, Node> {
    const known = this.blocks.get(block.id);
    if (known !== undefined) return known;
    const declared = new Map<string, Node>();
    for (const statement of block.namedChildren.slice(0, longestBlock)) {
      if (statement.type === 'function_declaration') {
        const name = statement.childForFieldName('name')?.text;
        if (name !== undefined) declared.set(name, statement);
      }
      if (statement.type !== 'lexical_declaration' && statement.type !== 'variable_declaration')
        continue;
      for (const declarator of statement.namedChildren)
        for (const name of namesIn(declarator.childForFieldName('name')))
          declared.set(name, declarator);
    }
    this.blocks.set(block.id, declared);
    return declared;
  }

  /** `for (const route of routes)` */
  private fromLoop(loop: Node, wanted: Set<string>, given: Expr, depth: number): Expr {
    const left = loop.childForFieldName('left');
    const right = loop.childForFieldName('right');
    if (loop.childForFieldName('operator')?.text !== 'of' || left === null || right === null)
      return given;
    return this.bindEach(left, right, wanted, given, depth);
  }

  private bindEach(
    pattern: Node,
    list: Node,
    wanted: Set<string>,
    given: Expr,
    depth: number,
  ): Expr {
    let expr = given;
    const each = (): Expr => ({ each: readExpr(this.collector, list) });
    const taken = namesIn(pattern).filter((name) => wanted.delete(name));
    for (const name of taken) {
      if (pattern.type !== 'object_pattern' && pattern.type !== 'array_pattern') {
        expr = renamed(expr, name, this.bind(pattern, name, depth, each));
        continue;
      }
      // One variable for the whole element: its parts change together.
      const whole = this.bind(pattern, `each~${pattern.startIndex}`, depth, each);
      const part = partOf(pattern, name, { name: whole });
      if (typeof part === 'object' && part !== null && 'name' in part)
        expr = renamed(expr, name, part.name);
    }
    return expr;
  }

  private fromFunction(fn: Node, wanted: Set<string>, given: Expr, depth: number): Expr {
    const parameters = parametersOf(fn);
    if (!parameters.some((p) => namesIn(p).some((name) => wanted.has(name)))) return given;
    const scope = this.collector.declared(fn);
    if (scope !== undefined) {
      this.addParams(scope, parameters);
      for (const p of parameters) for (const name of namesIn(p)) wanted.delete(name);
      return given;
    }
    const list = loopedList(fn);
    const [first] = parameters;
    const expr =
      list === undefined || first === undefined
        ? given
        : this.bindEach(patternOf(first), list, wanted, given, depth);
    for (const p of parameters) for (const name of namesIn(p)) wanted.delete(name);
    return expr;
  }

  private addParams(scope: Scope, parameters: readonly Node[]): void {
    const { params } = this.collector.facts;
    if (params.some((p) => p.scope === scope)) return;
    params.push(paramsFact(scope, parameters));
  }

  private fromClass(body: Node, wanted: Set<string>, depth: number): void {
    const owner = body.parent;
    const fields = [...wanted].filter((name) => name.startsWith('this.'));
    const scope = owner === null ? undefined : this.collector.declared(owner);
    if (scope === undefined || fields.length === 0) return;
    let members = this.classes.get(body.id);
    if (members === undefined) this.classes.set(body.id, (members = classMembers(body)));
    for (const field of fields) {
      wanted.delete(field);
      const name = field.slice('this.'.length);
      const member = members.get(name);
      if (member === undefined || this.bound.has(`${scope}|${name}`)) continue;
      this.bound.set(`${scope}|${name}`, member.node.startIndex);
      const { constructor: made } = member;
      const from = made === undefined ? undefined : this.collector.declared(made);
      if (made !== undefined && from !== undefined) this.addParams(from, parametersOf(made));
      const value = this.resolve(member.node, member.read(this.collector), depth + 1);
      this.collector.facts.bindings.push({
        scope,
        name,
        value,
        ...(from === undefined ? {} : { from }),
      });
    }
  }

  /** Records a binding once; the name it goes by, another one where the function has two variables of one name. */
  private bind(
    at: Node,
    name: string,
    depth: number,
    valueOfName: (collector: FactsCollector) => Expr,
  ): string {
    const scope = this.scopeAround(at);
    const first = this.bound.get(`${scope}|${name}`);
    if (first === at.startIndex) return name;
    const own = first === undefined ? name : `${name}~${at.startIndex}`;
    if (this.bound.has(`${scope}|${own}`)) return own;
    this.bound.set(`${scope}|${own}`, at.startIndex);
    const value = this.resolve(at, valueOfName(this.collector), depth + 1);
    this.collector.facts.bindings.push({ scope, name: own, value });
    return own;
  }

  /** A function's own declaration is bound in the function around it. */
  private scopeAround(at: Node): Scope {
    const around = at.type === 'function_declaration' ? at.parent : at;
    return around === null ? -1 : this.collector.scopeOf(around);
  }
}

const valueOf =
  (declarator: Node, name: string) =>
  (collector: FactsCollector): Expr => {
    if (declarator.type === 'function_declaration') return readExpr(collector, declarator);
    const pattern = declarator.childForFieldName('name');
    const value = readExpr(collector, declarator.childForFieldName('value'));
    return pattern === null ? null : partOf(pattern, name, value);
  };

/** What a name in a pattern takes of the whole: `{ a: name }`, `[, name]`. */
function partOf(pattern: Node, name: string, whole: Expr): Expr {
  if (pattern.type === 'array_pattern') {
    const at = pattern.namedChildren.findIndex((child) => child.text === name);
    return at < 0 ? null : memberOf(whole, String(at));
  }
  if (pattern.type !== 'object_pattern') return whole;
  for (const child of pattern.namedChildren) {
    const key = child.childForFieldName('key')?.text ?? plainName(child);
    const local = child.childForFieldName('value');
    if (key !== undefined && (local === null ? key : plainName(local)) === name)
      return memberOf(whole, key);
  }
  return null;
}

function plainName(node: Node): string | undefined {
  if (node.type.includes('identifier')) return node.text;
  return node.type.includes('assignment') ? node.childForFieldName('left')?.text : undefined;
}

/** Names that a pattern declares, one level deep. */
function namesIn(given: Node | null): readonly string[] {
  const pattern = given === null ? null : patternOf(given);
  if (pattern === null) return [];
  if (pattern.type === 'identifier') return [pattern.text];
  if (pattern.type === 'rest_pattern') return namesIn(pattern.firstNamedChild);
  if (pattern.type !== 'object_pattern' && pattern.type !== 'array_pattern') return [];
  return pattern.namedChildren.flatMap(
    (child) => plainName(child.childForFieldName('value') ?? child) ?? [],
  );
}

/** The pattern of a parameter, without type and default. */
function patternOf(parameter: Node): Node {
  const typed = parameter.childForFieldName('pattern') ?? parameter;
  return typed.type === 'assignment_pattern' ? (typed.childForFieldName('left') ?? typed) : typed;
}

/** `...[router, context]`: parameters by position, written as a list. */
function listedIn(parameter: Node): readonly Node[] | undefined {
  const pattern = patternOf(parameter);
  const rest = pattern.type === 'rest_pattern' ? pattern.firstNamedChild : null;
  return rest?.type === 'array_pattern' ? rest.namedChildren : undefined;
}

export function parametersOf(fn: Node): readonly Node[] {
  const single = fn.childForFieldName('parameter');
  if (single !== null) return [single];
  return (fn.childForFieldName('parameters')?.namedChildren ?? [])
    .filter((p) => p.type !== 'comment')
    .flatMap((p) => listedIn(p) ?? [p]);
}

/** `...args`: what is given there is `args[0]`, `args[1]`, …, and from the end: `const [router, name] = args`. */
const restNames = [0, 1, 2, 3, 4, 5, -1, -2] as const;

function paramsFact(scope: Scope, parameters: readonly Node[]): ParamsFact {
  const types = parameters.map((p) => typeOf(p.childForFieldName('type')) ?? '');
  const parts = parameters.flatMap((p, at) => {
    const pattern = patternOf(p);
    if (pattern.type !== 'object_pattern') return [];
    const written = p.childForFieldName('type')?.namedChildren[0]?.namedChildren ?? [];
    return pattern.namedChildren.flatMap((child) => {
      const of = child.childForFieldName('key')?.text ?? plainName(child);
      const name = plainName(child.childForFieldName('value') ?? child);
      if (of === undefined || name === undefined) return [];
      const property = written.find((t) => t.childForFieldName('name')?.text === of);
      const type = typeOf(property?.childForFieldName('type') ?? null);
      return [{ at, of, name, ...(type === null ? {} : { type }) }];
    });
  });
  return {
    scope,
    names: parameters.flatMap((p) => {
      const pattern = patternOf(p);
      if (pattern.type === 'identifier') return [pattern.text];
      const rest = pattern.type === 'rest_pattern' ? (pattern.firstNamedChild?.text ?? '') : '';
      return /^[\w$]+$/.test(rest) ? restNames.map((at) => `${rest}.${at}`) : [''];
    }),
    ...(types.some((t) => t !== '') ? { types } : {}),
    ...(parts.length > 0 ? { parts } : {}),
  };
}

/** The list whose elements an inline callback gets: `routes.forEach((route) => …)`. */
function loopedList(fn: Node): Node | undefined {
  const list = fn.parent;
  const callee = list?.type === 'arguments' ? list.parent?.childForFieldName('function') : null;
  if (callee?.type !== 'member_expression' || list?.namedChildren[0]?.id !== fn.id)
    return undefined;
  const name = callee.childForFieldName('property')?.text ?? '';
  return /^(?:forEach|map|flatMap)$/.test(name)
    ? (callee.childForFieldName('object') ?? undefined)
    : undefined;
}
