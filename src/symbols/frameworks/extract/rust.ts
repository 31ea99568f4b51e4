import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { builderWordsOf } from '../builderWords.ts';
import { isName, receiverOf, type CallExpr, type Expr } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, FactsCollector } from './collector.ts';
import { chainOf, readRustCall, readRustChain, readRustExpr } from './rustExpr.ts';
import { rustImports } from './rustModule.ts';
import { readRustSpans, rustAttribute } from './rustSpans.ts';

const vocabulary = vocabularyOf('rust');
const texts: TextSyntax = { family: 'rust', read: readRustExpr };
const words = builderWordsOf('rust');
const frameworkSeen = new RegExp(`\\b${anyOf(vocabulary.creatorModules) ?? ''}\\b`);
const memberSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.members) ?? ''})\\s*\\(`, 'g');
const verbSeeds = new RegExp(`\\.\\s*(${anyOf(words.pathless) ?? ''})\\s*\\(`, 'g');
const attributeSeeds = new RegExp(
  `#\\[\\s*(?:[\\w:]+::)?(${anyOf(vocabulary.decorators) ?? ''})\\s*\\(`,
  'g',
);
const types = anyOf(words.signatureTypes) ?? '';
const returnSeeds = new RegExp(`->[^{;]{0,400}?\\b(${types})\\b`, 'g');
const parameterSeeds = new RegExp(
  `\\b(\\w+)\\s*:\\s*&?\\s*(?:mut\\s+)?(?:\\w+::)*${types}\\b`,
  'g',
);
const serveSeeds = new RegExp(`\\b(${anyOf(words.serves) ?? ''})\\s*\\(`, 'g');
const constantSeeds =
  /^[ \t]*(?:pub(?:\([^)]*\))?\s+)?(?:const|static)\s+(\w+)\s*:\s*&[^=;]{0,100}\bstr\s*=/gm;
const serviceSeeds = /^[ \t]*(impl)\b[^{};]{1,300}\sfor\s/gm;
const testModules = /#\[cfg\(test\)\]\s*(?:#\[[^\]]{0,400}\]\s*){0,10}(?:pub\s+)?(mod)\s+\w+\s*\{/g;

/** Functions whose tail is read, and names looked for, per file. */
const most = 300;

export function extractRust(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  const { facts } = collector;
  for (const one of rustImports(file.text)) facts.imports.push(one);
  for (const { node } of collector.seeds(constantSeeds)) readConstant(collector, node);
  readRustSpans(collector);
  const inTest = testModulesOf(collector);
  readServices(collector, inTest);
  readCallTexts(collector, texts);
  if (frameworkSeen.test(file.text)) new RouterReader(collector, inTest).read();
  return facts;
}

/** Whether a place is in one of the file's own test modules. */
function testModulesOf(collector: FactsCollector): (at: number) => boolean {
  const ranges = [...collector.seeds(testModules)].map(({ node }) => ({
    start: node.startIndex,
    end: node.parent?.endIndex ?? node.endIndex,
  }));
  return (at) => ranges.some(({ start, end }) => start <= at && at < end);
}

function readConstant(collector: FactsCollector, name: Node): void {
  const value = readRustExpr(collector, name.parent?.childForFieldName('value') ?? null);
  if (value !== null)
    collector.facts.bindings.push({ scope: collector.scopeOf(name), name: name.text, value });
}

/** `impl Greeter for MyGreeter`, where the trait is a generated service's: `use hello::greeter_server::Greeter`. */
function readServices(collector: FactsCollector, inTest: (at: number) => boolean): void {
  const { facts, file } = collector;
  if (!file.text.includes('_server::')) return;
  for (const { node } of collector.seeds(serviceSeeds)) {
    const block = node.parent?.type === 'impl_item' ? node.parent : null;
    const index = block === null ? undefined : collector.declared(block);
    const written = block?.childForFieldName('trait')?.text.replace(/<.*$/s, '');
    if (index === undefined || written === undefined || inTest(node.startIndex)) continue;
    const [first = ''] = written.split('::');
    const imported = facts.imports.find((i) => i.local === first);
    const module = imported === undefined ? '' : `${imported.module}::`;
    const below = written.slice(first.length + 2);
    const own =
      imported === undefined
        ? written
        : imported.exported === '*'
          ? below
          : `${imported.exported}::${below}`;
    const path = `${module}${own}`.split('::').filter((part) => part !== '');
    // `crate`, and `pb` for a module beside, say no more than the file does.
    if (path.at(-2)?.endsWith('_server') === true)
      facts.classes.push({ index, supertypes: [path.join('.')] });
  }
}

/** Routers of one file: calls on them, and the names, parameters and results they go through. */
class RouterReader {
  private readonly collector: FactsCollector;
  private readonly inTest: (at: number) => boolean;
  private readonly functions = new Map<number, Node>();
  private readonly calls = new Set<number>();
  private readonly params = new Set<string>();

  constructor(collector: FactsCollector, inTest: (at: number) => boolean) {
    this.collector = collector;
    this.inTest = inTest;
  }

  read(): void {
    const { collector } = this;
    for (const { node } of this.seeds(attributeSeeds)) {
      const attribute = rustAttribute(collector, node);
      if (attribute !== undefined) collector.facts.decorators.push(attribute);
    }
    for (const { node } of this.seeds(memberSeeds)) this.readMember(node);
    for (const { node } of this.seeds(verbSeeds)) this.readVerb(node);
    for (const { node } of this.seeds(serveSeeds)) this.readPlainCall(node);
    for (const { node } of this.seeds(returnSeeds)) this.remember(node);
    for (const { node } of this.seeds(parameterSeeds)) this.readParameter(node);
    this.readResults();
    this.readNames();
    collector.facts.calls.sort((a, b) => a.call.at - b.call.at);
  }

  /** Places outside of the file's own test modules. */
  private *seeds(pattern: RegExp): Generator<{ readonly node: Node }> {
    for (const { node } of this.collector.seeds(pattern))
      if (!this.inTest(node.startIndex)) yield { node };
  }

  private readMember(name: Node): void {
    const call = memberCall(name);
    if (call === undefined || this.calls.has(name.startIndex)) return;
    this.calls.add(name.startIndex);
    this.remember(call);
    const expr = readRustCall(this.collector, { call, name });
    if (words.passes.has(name.text)) this.readBlock(call, expr);
    this.collector.facts.calls.push({ scope: this.collector.scopeOf(call), call: expr });
  }

  /** `.configure(|cfg| …)`: the parameter is the router it is called on. */
  private readBlock(call: Node, expr: CallExpr): void {
    const block = call.childForFieldName('arguments')?.namedChildren.at(-1);
    const parameter = block?.childForFieldName('parameters')?.namedChildren[0];
    const name = /^(?:mut\s+)?(\w+)/.exec(parameter?.text ?? '')?.[1];
    const receiver = receiverOf(expr)?.receiver;
    if (block?.type !== 'closure_expression' || name === undefined || receiver === undefined)
      return;
    this.collector.bindBlock(this.collector.scopeOf(call), name, receiver);
  }

  /** `.get(…)` is everybody's: only on what a call has just made. */
  private readVerb(name: Node): void {
    const call = memberCall(name);
    if (call !== undefined && chainOf(call).root.type === 'call_expression') this.readMember(name);
  }

  /** A call of a plain function that is given a router. */
  private readPlainCall(inside: Node): void {
    let call: Node | null = inside;
    while (call !== null && call.type !== 'call_expression') {
      if (/block|_item$|statement/.test(call.type)) return;
      call = call.parent;
    }
    if (call === null || this.calls.has(call.startIndex)) return;
    if (call.childForFieldName('function')?.type === 'field_expression') return;
    const expr = readRustChain(this.collector, call, () => false);
    if (typeof expr !== 'object' || expr === null || !('call' in expr)) return;
    this.calls.add(call.startIndex);
    this.remember(call);
    this.collector.facts.calls.push({ scope: this.collector.scopeOf(call), call: expr });
  }

  /** The function around a place: its result may be a router. */
  private remember(node: Node): void {
    for (let at: Node | null = node; at !== null; at = at.parent) {
      if (at.type !== 'function_item') continue;
      if (this.functions.size < most) this.functions.set(at.startIndex, at);
      return;
    }
  }

  private readParameter(name: Node): void {
    let at: Node | null = name;
    while (at !== null && !/^(?:function_item|closure_expression)$/.test(at.type)) at = at.parent;
    const scope = at?.type === 'function_item' ? this.collector.declared(at) : undefined;
    if (at === null || scope === undefined) return;
    this.params.add(name.text);
    if (this.collector.facts.params.some((p) => p.scope === scope)) return;
    const names = (at.childForFieldName('parameters')?.namedChildren ?? [])
      .filter((p) => p.type === 'parameter')
      .map((p) => /\b(\w+)$/.exec(p.childForFieldName('pattern')?.text ?? '')?.[1] ?? '');
    this.collector.facts.params.push({ scope, names });
  }

  /** The tail of a block is its value; `Ok(router)` is the router. */
  private readResults(): void {
    for (const node of this.functions.values()) {
      const scope = this.collector.declared(node);
      let tail = node.childForFieldName('body')?.namedChildren.at(-1);
      if (tail?.type === 'call_expression' && /^(?:Ok|Some)\(/.test(tail.text))
        tail = tail.childForFieldName('arguments')?.namedChildren[0];
      const value = tail === undefined ? null : readRustExpr(this.collector, tail);
      if (scope !== undefined && value !== null)
        this.collector.facts.returns.push({ scope, value });
    }
  }

  /** Local names that calls and results speak of, and functions that get a router by its name. */
  private readNames(): void {
    const { facts } = this.collector;
    const wanted = new Set<string>();
    for (const { call } of facts.calls) namesIn(call, wanted);
    for (const { value } of facts.returns) namesIn(value, wanted);
    const read = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      const names = [...wanted].filter((name) => !read.has(name)).slice(0, most);
      const any = anyOf(names);
      if (any === undefined) break;
      for (const name of names) read.add(name);
      const lets = new RegExp(`\\blet\\s+(?:mut\\s+)?(${any})\\s*(?::[^=;]{1,400})?=`, 'g');
      for (const { node } of this.seeds(lets)) this.readLet(node, wanted);
    }
    const routers = anyOf([...this.params, ...read].filter((name) => name !== 'self'));
    if (routers === undefined) return;
    const given = new RegExp(`[(,]\\s*(?:&mut\\s+)?(${routers})\\s*(?=[,)])`, 'g');
    for (const { node } of this.seeds(given))
      if (node.type === 'identifier') this.readPlainCall(node);
  }

  private readLet(name: Node, wanted: Set<string>): void {
    let statement: Node | null = name.parent;
    if (statement?.type === 'mut_pattern') statement = statement.parent;
    if (statement?.type !== 'let_declaration') return;
    const value = readRustExpr(this.collector, statement.childForFieldName('value'));
    const own = new Set<string>();
    if (value !== null) namesIn(value, own);
    // `let app = app.layer(…)` is the same router.
    if (value === null || own.has(name.text)) return;
    const scope = this.collector.scopeOf(name);
    this.collector.facts.bindings.push({ scope, name: name.text, value });
    for (const one of own) wanted.add(one);
  }
}

function memberCall(name: Node): Node | undefined {
  const field = name.type === 'field_identifier' ? name.parent : null;
  const callee = field?.parent?.type === 'generic_function' ? field.parent : field;
  const call = callee?.parent;
  return call?.type === 'call_expression' ? call : undefined;
}

/** Plain names that an expression starts from or is given. */
function namesIn(expr: Expr, names: Set<string>): void {
  if (typeof expr !== 'object' || expr === null) return;
  if (isName(expr)) {
    const [first = ''] = expr.name.split('.');
    if (/^[a-z_]\w*$/.test(first)) names.add(first);
  } else if ('call' in expr) {
    namesIn(receiverOf(expr)?.receiver ?? null, names);
    for (const arg of expr.args) namesIn(arg, names);
  } else if ('of' in expr) namesIn(expr.of, names);
  else if ('list' in expr) for (const item of expr.list) namesIn(item, names);
}
