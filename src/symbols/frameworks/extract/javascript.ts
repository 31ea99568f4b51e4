import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { isCall, isName, receiverOf, type CallExpr, type Expr } from '../expression.ts';
import type { FileFacts, SpanFact } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, callExpr, FactsCollector } from './collector.ts';
import { readEndpoints } from './endpoints.ts';
import { decoratedBy, decoratorArguments } from './javascriptDecorator.ts';
import { javascriptEndpoints, readFactories } from './javascriptEndpoints.ts';
import { argumentsOf, readCall, readExpr } from './javascriptExpr.ts';
import { readFunctionCalls } from './javascriptFunctionCalls.ts';
import { readModuleStatements } from './javascriptModule.ts';
import { readModelQueries } from './javascriptModelQueries.ts';
import { readQueries } from './javascriptQueries.ts';
import { readReassigned } from './javascriptReassigned.ts';
import { ScopeReader } from './javascriptScopes.ts';
import { wrapperCalls } from './javascriptWrapperCalls.ts';

const classTypes = new Set([
  'class_declaration',
  'abstract_class_declaration',
  'class',
  'interface_declaration',
]);
const vocabulary = vocabularyOf('javascript');
const texts: TextSyntax = { family: 'javascript', read: readExpr };
const spanCalls = anyOf(vocabulary.spanCalls) ?? '';
const memberSeeds = new RegExp(
  `\\.\\s*(${anyOf([...vocabulary.members, ...vocabulary.spanCalls]) ?? ''})\\s*(?:<[^()<>]{0,200}>)?\\(`,
  'g',
);
const freeSpanSeeds = new RegExp(`(?:^|[^.\\w$])(${spanCalls})\\s*\\(`, 'gm');
const decoratorSeeds = new RegExp(`@(${anyOf(vocabulary.decorators) ?? ''})\\s*\\(`, 'g');
/** Registrations by a computed member: the path comes first. */
const computedSeeds = /[\w$)]\[\s*([\w$]+)[^\]\n]{0,60}\]\s*\(\s*[\w$'"`]/g;
const classSeeds = /\b(class|interface)\s+[\w$]+[^{]{0,300}?\b(?:extends|implements)\b/g;

export function extractJavascript(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  readModuleStatements(collector);
  const scopes = new ScopeReader(collector);
  for (const { node } of collector.seeds(memberSeeds)) readMemberCall(collector, scopes, node);
  for (const { node } of collector.seeds(computedSeeds)) readComputedCall(collector, scopes, node);
  for (const { node } of collector.seeds(freeSpanSeeds)) readFreeSpan(collector, node);
  for (const { node } of collector.seeds(decoratorSeeds)) readDecorator(collector, node);
  for (const { node } of collector.seeds(classSeeds)) readClass(collector, node);
  readFunctionCalls(collector, vocabulary);
  readRouterPlumbing(collector, scopes);
  readWrapperCalls(collector, scopes);
  readReassigned(collector);
  readQueries(collector);
  readModelQueries(collector);
  readEndpoints(collector, javascriptEndpoints);
  readFactories(collector);
  readCallTexts(collector, texts);
  collector.facts.calls.sort((a, b) => a.call.at - b.call.at);
  return collector.facts;
}

function readMemberCall(collector: FactsCollector, scopes: ScopeReader, name: Node): void {
  if (name.type !== 'property_identifier') return;
  const callee = name.parent;
  const call = callee?.parent;
  if (callee?.type !== 'member_expression' || call?.type !== 'call_expression') return;
  if (vocabulary.spanCalls.has(name.text)) {
    readSpanCall(collector, call, name.text);
    return;
  }
  const modules = vocabulary.gated.get(name.text);
  if (modules?.some((module) => collector.file.text.includes(module)) === false) return;
  const expr = readCall(collector, call);
  const receiver = receiverOf(expr)?.receiver;
  const chained = isCall(receiver);
  // `map.get(key)` is everywhere; a registration has a handler besides its path, or hangs on `.route(path)`.
  if (vocabulary.verbs.has(name.text) && !chained && expr.args.length < 2) return;
  keepCall(collector, scopes, call, expr);
}

/** `router[method](path, handler)` */
function readComputedCall(collector: FactsCollector, scopes: ScopeReader, name: Node): void {
  let callee: Node | null = name;
  while (callee !== null && callee.type !== 'subscript_expression') callee = callee.parent;
  const call = callee?.parent;
  if (call?.type !== 'call_expression' || call.childForFieldName('function')?.id !== callee?.id)
    return;
  const expr = readCall(collector, call);
  if (expr.args.length > 1) keepCall(collector, scopes, call, expr);
}

function keepCall(
  collector: FactsCollector,
  scopes: ScopeReader,
  node: Node,
  expr: CallExpr,
): void {
  const call = scopes.resolve(node, expr);
  if (isCall(call)) collector.facts.calls.push({ scope: collector.scopeOf(node), call });
}

function readSpanCall(collector: FactsCollector, call: Node, form: string): void {
  const name = argumentsOf(collector, call)[0] ?? null;
  const span: SpanFact = {
    name,
    owner: collector.scopeOf(call),
    line: call.startPosition.row,
    form,
  };
  collector.facts.spans.push(span);
}

function readFreeSpan(collector: FactsCollector, name: Node): void {
  const call = name.parent;
  if (name.type === 'identifier' && call?.type === 'call_expression')
    readSpanCall(collector, call, name.text);
}

function readDecorator(collector: FactsCollector, name: Node): void {
  const call = name.parent;
  const decorator = call?.parent;
  if (call?.type !== 'call_expression' || decorator?.type !== 'decorator') return;
  const target = decoratedBy(collector, decorator);
  const args = decoratorArguments(collector, call);
  if (target !== undefined)
    collector.facts.decorators.push({ target, call: callExpr(call, { name: name.text }, args) });
}

function readClass(collector: FactsCollector, keyword: Node): void {
  let node: Node | null = keyword;
  while (node !== null && !(node.isNamed && classTypes.has(node.type))) node = node.parent;
  if (node === null) return;
  const index = collector.declared(node);
  if (index === undefined) return;
  const supertypes = node.namedChildren
    .filter((child) => ['class_heritage', 'extends_type_clause'].includes(child.type))
    .flatMap((heritage) =>
      heritage.text.replace(/<[^<>]*>/g, '').split(/\bextends\b|\bimplements\b|,/),
    )
    .map((name) => name.trim())
    .filter((name) => /^[\w$.]+$/.test(name));
  if (supertypes.length === 0) return;
  const isInterface = node.type === 'interface_declaration';
  collector.facts.classes.push({ index, supertypes, ...(isInterface ? { interface: true } : {}) });
}

/** What parameters are called that are handed on to other functions, and only there are seen to be routers. */
const called = '(?:app|router|server|fastify|[\\w$]*(?:App|Router))';

/** Libraries that make handlers for routers, those called after a framework included (`express-rate-limit`): what a function returns of them isn't written in it. */
const companions = new RegExp(
  `^${anyOf(['passport', 'multer', 'celebrate', ...vocabulary.creatorModules]) ?? ''}\\b`,
);

/** How routers travel: made inside functions, returned from them, passed to other functions. */
function readRouterPlumbing(collector: FactsCollector, scopes: ScopeReader): void {
  const { facts } = collector;
  const makers = facts.imports
    .filter((i) => vocabulary.creatorModules.has(i.module))
    .map((i) => i.local);
  const making = anyOf(makers);
  if (making !== undefined) {
    const local = new RegExp(
      `(?<![\\w$])([\\w$]+)\\s*(?::[^=;\\n]{0,80})?=\\s*(?:await\\s+)?(?:new\\s+)?${making}\\b`,
      'g',
    );
    for (const { node } of collector.seeds(local))
      if (node.type === 'identifier') scopes.resolve(node, { name: node.text });
      else if (node.parent !== null) scopes.resolve(node.parent, { name: `this.${node.text}` });
  }
  const giving = anyOf([
    ...makers,
    ...facts.imports.filter((i) => companions.test(i.module)).map((i) => i.local),
  ]);
  if (giving !== undefined)
    for (const { node } of collector.seeds(
      new RegExp(`(?:\\breturn|=>)\\s*(?:new\\s+)?(${giving})\\b`, 'g'),
    ))
      readMade(collector, scopes, node);
  const names = new Set<string>();
  for (const { scope, name, value } of facts.bindings)
    if (makes(value, makers) || (scope >= 0 && isCall(value))) names.add(name.replace(/~\d+$/, ''));
  for (const { names: given, parts } of facts.params)
    for (const name of [...given, ...(parts ?? []).map((p) => p.name)]) names.add(name);
  const any = [anyOf([...names].filter((name) => /^[\w$]+$/.test(name))), called]
    .filter((pattern) => pattern !== undefined)
    .join('|');
  for (const { node } of collector.seeds(
    new RegExp(`\\breturn\\s+((?:this\\.)?(?:${any}))\\s*(?:;|\\n|\\})`, 'g'),
  )) {
    const value = scopes.resolve(node, { name: placeOf(node).text });
    facts.returns.push({ scope: collector.scopeOf(node), value });
  }
  const known = new Set(facts.calls.map((c) => c.call.at));
  for (const { node } of collector.seeds(
    new RegExp(`[({,:]\\s*((?:this\\.)?(?:${any}))\\s*(?=[,)}])`, 'g'),
  )) {
    const place = placeOf(node);
    const inside = place.parent?.type === 'pair' ? place.parent.parent : place.parent;
    const list = inside?.type === 'object' ? inside.parent : inside;
    const call = list?.type === 'arguments' ? list.parent : null;
    if (call?.type !== 'call_expression' && call?.type !== 'new_expression') continue;
    const expr = readCall(collector, call);
    if (known.has(expr.at)) continue;
    known.add(expr.at);
    keepCall(collector, scopes, call, expr);
  }
}

function readWrapperCalls(collector: FactsCollector, scopes: ScopeReader): void {
  const known = new Set(collector.facts.calls.map((c) => c.call.at));
  for (const call of wrapperCalls(collector))
    if (!known.has(call.startIndex)) keepCall(collector, scopes, call, readCall(collector, call));
}

/** `return new Hono().get(…)`, `() => express.Router()` */
function readMade(collector: FactsCollector, scopes: ScopeReader, maker: Node): void {
  let value: Node = maker;
  for (let parent = maker.parent; parent !== null; parent = parent.parent) {
    if (parent.type === 'return_statement' || parent.type === 'arrow_function') {
      const scope = collector.scopeOf(value);
      const returned = readExpr(collector, value);
      if (isCall(returned) && !collector.facts.returns.some((r) => r.scope === scope))
        collector.facts.returns.push({ scope, value: scopes.resolve(value, returned) });
      return;
    }
    if (parent.type === 'statement_block') return;
    value = parent;
  }
}

/** The whole of `this.router`, given its first word. */
const placeOf = (node: Node): Node =>
  node.type === 'this' && node.parent?.type === 'member_expression' ? node.parent : node;

/** `express()`, `new Hono().basePath('/x')`: a call on what was imported from a framework. */
function makes(value: Expr, makers: readonly string[]): boolean {
  let at: Expr = value;
  for (let depth = 0; depth < 8 && isCall(at); depth += 1) {
    if (isName(at.call) && makers.includes(at.call.name.split('.')[0] ?? '')) return true;
    at = receiverOf(at)?.receiver ?? null;
  }
  return false;
}
