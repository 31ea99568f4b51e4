import type { Node } from 'web-tree-sitter';
import { isCall, type CallExpr, type Expr } from '../expression.ts';
import type { RouterMethodFact } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { replacedNames } from '../replacedNames.ts';
import { anyOf, callExpr, type FactsCollector } from './collector.ts';
import { readPythonCall, readPythonExpr } from './pythonExpr.ts';

const vocabulary = vocabularyOf('python');
const members = anyOf(vocabulary.members) ?? '(?!)';
const registering = new RegExp(`(?:\\bself|\\bsuper\\([^()]*\\))\\.(?:${members})\\s*\\(`);
const listing = /\bself\.\w+\.append\s*\(/;
const changing =
  /^(?:append|extend|insert|pop|popitem|remove|setdefault|update|clear|reverse|sort)$/;
const classSeeds = /^[ \t]*(class)\s+\w+\s*\(/gm;
const useSeeds = /^[ \t]*(\w+)\.((?:add|register|route)_\w+)\s*\(/gm;
/** `api = ShopApi(app)` in a function. */
const instances = /^[ \t]+(\w+)[ \t]*=[ \t]*(?:\w+\.)*[A-Z]\w*\(/gm;
const mostUses = 2_000;
const mostMethods = 50;

/** Methods that a program's own routers have beside the framework's, and the calls that may be of such methods. */
export function readRouterClasses(collector: FactsCollector): void {
  readUses(collector);
  const { facts } = collector;
  const imported = new Set(
    facts.imports.flatMap((i) => (vocabulary.creatorNames.has(i.exported) ? [i.local] : [])),
  );
  const roots = new Set(facts.imports.map((i) => i.local));
  const isRouter = (name: string): boolean => {
    const dot = name.lastIndexOf('.');
    return dot < 0
      ? imported.has(name)
      : roots.has(name.split('.', 1)[0] ?? '') && vocabulary.creatorNames.has(name.slice(dot + 1));
  };
  for (const { node } of collector.seeds(classSeeds)) {
    const owner = node.parent?.type === 'class_definition' ? node.parent : undefined;
    const supertypes = owner?.childForFieldName('superclasses')?.namedChildren ?? [];
    if (owner !== undefined && supertypes.some((s) => isRouter(s.text)))
      readOwner(collector, owner);
  }
}

function readUses(collector: FactsCollector): void {
  const { calls, imports, bindings } = collector.facts;
  const known = new Set([
    ...imports.map((i) => i.local),
    ...bindings.filter((b) => isCall(b.value)).map((b) => b.name),
    ...[...collector.file.text.matchAll(instances)].map(([, name = '']) => name),
  ]);
  const read = new Set(calls.map((c) => c.call.at));
  let found = 0;
  for (const { node, match } of collector.seeds(useSeeds, (name) => known.has(name))) {
    const call = node.parent?.parent;
    if (vocabulary.members.has(match[2] ?? '') || call?.type !== 'call') continue;
    if (read.has(call.startIndex) || found >= mostUses) continue;
    // In loops and branches it isn't told how often it is called.
    if (!goesStraight(call)) continue;
    const expr = readPythonCall(collector, call);
    found += 1;
    if (isCall(expr)) calls.push({ scope: collector.scopeOf(call), call: expr });
  }
}

/** A statement of the module or of a function. */
function goesStraight(call: Node): boolean {
  const around = call.parent?.type === 'expression_statement' ? call.parent.parent : null;
  return around?.type === 'module' || around?.parent?.type === 'function_definition';
}

function readOwner(collector: FactsCollector, owner: Node): void {
  const { facts } = collector;
  const methods = (owner.childForFieldName('body')?.namedChildren ?? []).filter(
    (n) => n.type === 'function_definition',
  );
  const given = methods
    .filter((m) => /^(?:get_urls|urls)$/.test(m.childForFieldName('name')?.text ?? ''))
    .map((m) => m.text)
    .join('\n');
  for (const method of methods.slice(0, mostMethods)) {
    const name = method.childForFieldName('name')?.text ?? '';
    const scope = collector.declared(method);
    if (scope === undefined || name.startsWith('__') || vocabulary.members.has(name)) continue;
    if (!registering.test(method.text) && !listing.test(method.text)) continue;
    const read = new MethodReader(collector, method, given).read();
    if (read.length > 0) facts.routerMethods = [...(facts.routerMethods ?? []), ...read];
  }
}

/** Reads one method as long as it goes straight on. */
class MethodReader {
  private readonly collector: FactsCollector;
  private readonly method: Node;
  /** Source of what hands out the router's own lists. */
  private readonly handsOut: string;
  private readonly values = new Map<string, Expr>();
  /** Lists made of another, element by element. */
  private readonly mapped = new Map<string, Expr>();
  private readonly found: { readonly call: CallExpr; readonly listed?: true }[] = [];

  constructor(collector: FactsCollector, method: Node, handsOut: string) {
    this.collector = collector;
    this.method = method;
    this.handsOut = handsOut;
  }

  read(): readonly RouterMethodFact[] {
    const scope = this.collector.declared(this.method);
    const parameters = this.parameters();
    const statements = this.method.childForFieldName('body')?.namedChildren ?? [];
    if (scope === undefined || parameters === undefined) return [];
    for (const statement of statements) {
      const returns = statement.type === 'return_statement';
      if (returns || statement.type === 'expression_statement') {
        const [inner] = statement.namedChildren;
        if (inner !== undefined) this.readStatement(inner);
        if (returns) break;
      } else if (registering.test(statement.text) || /\breturn\b|\.append\(/.test(statement.text))
        return [];
      else
        for (const [, name = ''] of statement.text.matchAll(/\b(\w+)\s*(?:[-+|:]?=(?!=)|\bin\b)/g))
          this.forget(name);
    }
    return this.found.map((one) => ({ scope, ...parameters, ...one }));
  }

  private parameters():
    Pick<RouterMethodFact, 'names' | 'rest' | 'keywords' | 'defaults'> | undefined {
    const names: string[] = [];
    const defaults: Record<string, Expr> = {};
    let rest: string | undefined;
    let keywords: string | undefined;
    for (const p of this.method.childForFieldName('parameters')?.namedChildren.slice(1) ?? []) {
      const [first] = p.namedChildren;
      const inner = p.type === 'typed_parameter' ? (first ?? p) : p;
      const name = (inner.childForFieldName('name') ?? inner.namedChildren[0] ?? inner).text;
      if (inner.type === 'list_splat_pattern') rest = name;
      else if (inner.type === 'dictionary_splat_pattern') keywords = name;
      else if (rest !== undefined || !/^\w+$/.test(name)) return undefined;
      else names.push(name);
      const value = inner.childForFieldName('value');
      if (value !== null) defaults[name] = readPythonExpr(this.collector, value, 1);
    }
    return {
      names,
      ...(rest === undefined ? {} : { rest }),
      ...(keywords === undefined ? {} : { keywords }),
      ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
    };
  }

  private readStatement(node: Node): void {
    if (node.type === 'assignment') this.readAssignment(node);
    else if (node.type === 'augmented_assignment')
      this.forget(node.childForFieldName('left')?.text ?? '');
    else if (node.type === 'call') this.readCall(node);
  }

  private readAssignment(node: Node): void {
    const left = node.childForFieldName('left');
    const right = node.childForFieldName('right');
    // `options["methods"] = ["POST"]`
    if (left?.type === 'subscript') this.forget(left.childForFieldName('value')?.text ?? '');
    if (left?.type !== 'identifier') return;
    const mapped = right === null ? undefined : this.readMapped(right);
    const value = mapped === undefined ? this.readExpr(right) : null;
    this.forget(left.text);
    this.values.set(left.text, value);
    if (mapped !== undefined) this.mapped.set(left.text, mapped);
    if (right?.type === 'call') this.readCall(right);
  }

  /** `[scoped(url) for url in urls]` */
  private readMapped(node: Node): Expr | undefined {
    if (node.type !== 'list_comprehension' && node.type !== 'generator_expression')
      return undefined;
    const [body, loop, more] = node.namedChildren;
    const element = loop?.childForFieldName('left');
    const over = loop?.childForFieldName('right');
    if (body === undefined || loop?.type !== 'for_in_clause' || more !== undefined)
      return undefined;
    if (element?.type !== 'identifier' || over?.type !== 'identifier') return undefined;
    const each = this.spread(over.text);
    const read = this.readExpr(body);
    return each === null
      ? null
      : replacedNames(read, (name) => (name === element.text ? each : undefined));
  }

  private spread(name: string): Expr {
    return this.mapped.get(name) ?? (this.values.has(name) ? null : { each: { name } });
  }

  private readCall(node: Node): void {
    const callee = node.childForFieldName('function');
    const member = callee?.childForFieldName('attribute')?.text ?? '';
    const object = callee?.childForFieldName('object')?.text ?? '';
    if (vocabulary.members.has(member) && /^(?:self|super\([^()]*\))$/.test(object))
      this.found.push({ call: this.readGiven(node, { name: `self.${member}` }) });
    if (changing.test(member)) this.forget(object);
    const [entry] = node.childForFieldName('arguments')?.namedChildren ?? [];
    if (member !== 'append' || !/^self\.\w+$/.test(object) || entry?.type !== 'call') return;
    // A list that nobody is given is no route.
    if (!new RegExp(`${object.replace('.', '\\.')}\\b`).test(this.handsOut)) return;
    const made = readPythonExpr(this.collector, entry.childForFieldName('function'), 1);
    this.found.push({ call: this.readGiven(entry, made), listed: true });
  }

  private readGiven(node: Node, callee: Expr): CallExpr {
    const args: Expr[] = [];
    const named: Record<string, Expr> = {};
    for (const given of node.childForFieldName('arguments')?.namedChildren ?? []) {
      const value = given.childForFieldName('value');
      const inner = given.namedChildren[0];
      if (given.type === 'comment') continue;
      if (given.type === 'keyword_argument')
        named[given.childForFieldName('name')?.text ?? ''] = this.readExpr(value);
      else if (given.type === 'dictionary_splat')
        named['**'] = inner?.type === 'identifier' ? this.readExpr(inner) : null;
      else if (given.type === 'list_splat')
        args.push(
          inner?.type === 'identifier'
            ? this.spread(inner.text)
            : (this.readMapped(inner ?? given) ?? null),
        );
      else args.push(this.readExpr(given));
    }
    return callExpr(node, callee, args, named);
  }

  private readExpr(node: Node | null): Expr {
    const read = readPythonExpr(this.collector, node, 1);
    return replacedNames(read, (name) => this.values.get(name));
  }

  private forget(name: string): void {
    this.values.set(name, null);
    this.mapped.delete(name);
  }
}
