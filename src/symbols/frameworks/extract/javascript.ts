import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { isCall, isName, receiverOf } from '../expression.ts';
import type { FileFacts, SpanFact } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { anyOf, callExpr, FactsCollector } from './collector.ts';
import { readEndpoints } from './endpoints.ts';
import { decoratedBy } from './javascriptDecorator.ts';
import { javascriptEndpoints } from './javascriptEndpoints.ts';
import { argumentsOf, functionTypes, readExpr } from './javascriptExpr.ts';
import { readModuleStatements } from './javascriptModule.ts';

const classTypes = new Set([
  'class_declaration',
  'abstract_class_declaration',
  'class',
  'interface_declaration',
]);
const vocabulary = vocabularyOf('javascript');
const spanCalls = anyOf(vocabulary.spanCalls) ?? '';
const memberSeeds = new RegExp(
  `\\.\\s*(${anyOf([...vocabulary.members, ...vocabulary.spanCalls]) ?? ''})\\s*(?:<[^()<>]{0,200}>)?\\(`,
  'g',
);
const freeSpanSeeds = new RegExp(`(?:^|[^.\\w$])(${spanCalls})\\s*\\(`, 'gm');
const decoratorSeeds = new RegExp(`@(${anyOf(vocabulary.decorators) ?? ''})\\s*\\(`, 'g');
const classSeeds = /\b(class|interface)\s+[\w$]+[^{]{0,300}?\b(?:extends|implements)\b/g;

export function extractJavascript(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  readModuleStatements(collector);
  for (const { node } of collector.seeds(memberSeeds)) readMemberCall(collector, node);
  for (const { node } of collector.seeds(freeSpanSeeds)) readFreeSpan(collector, node);
  for (const { node } of collector.seeds(decoratorSeeds)) readDecorator(collector, node);
  for (const { node } of collector.seeds(classSeeds)) readClass(collector, node);
  readRouterPlumbing(collector);
  readEndpoints(collector, javascriptEndpoints);
  collector.facts.calls.sort((a, b) => a.call.at - b.call.at);
  return collector.facts;
}

function readMemberCall(collector: FactsCollector, name: Node): void {
  if (name.type !== 'property_identifier') return;
  const callee = name.parent;
  const call = callee?.parent;
  if (callee?.type !== 'member_expression' || call?.type !== 'call_expression') return;
  if (vocabulary.spanCalls.has(name.text)) {
    readSpanCall(collector, call, name.text);
    return;
  }
  const expr = readExpr(collector, call);
  if (!isCall(expr)) return;
  const receiver = receiverOf(expr)?.receiver;
  const chained = isCall(receiver);
  // `map.get(key)` is everywhere; a registration has a handler besides its path, or hangs on `.route(path)`.
  const verb = !['use', 'route'].includes(name.text) && vocabulary.members.has(name.text);
  if (verb && !chained && expr.args.length < 2 && !/^(?:set|enable)/.test(name.text)) return;
  const scope = collector.scopeOf(call);
  collector.facts.calls.push({ scope, call: expr });
  if (isName(receiver)) readParams(collector, call, receiver.name.split('.')[0] ?? '');
}

/** Names the function's parameters when the receiver is one of them: `function routes(app) { app.get(…) }`. */
function readParams(collector: FactsCollector, from: Node, name: string): void {
  for (let node = from.parent; node !== null; node = node.parent) {
    if (!functionTypes.has(node.type)) continue;
    const list = node.childForFieldName('parameters') ?? node.childForFieldName('parameter');
    const names = (list?.type === 'identifier' ? [list] : (list?.namedChildren ?? [])).map(
      (p) => (p.childForFieldName('pattern') ?? p).text,
    );
    if (!names.includes(name)) continue;
    const scope = collector.declared(node);
    if (scope === undefined || collector.facts.params.some((p) => p.scope === scope)) return;
    collector.facts.params.push({ scope, names });
    return;
  }
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
  const args = argumentsOf(collector, call);
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

/** How routers travel: made inside functions, returned from them, passed to other functions. */
function readRouterPlumbing(collector: FactsCollector): void {
  const { facts } = collector;
  const makers = facts.imports
    .filter((i) => vocabulary.creatorModules.has(i.module))
    .map((i) => i.local);
  const names = new Set<string>();
  for (const { name, value } of facts.bindings)
    if (isCall(value) && isName(value.call) && makers.includes(value.call.name.split('.')[0] ?? ''))
      names.add(name);
  const making = anyOf(makers);
  if (making !== undefined) {
    const local = new RegExp(
      `\\b([\\w$]+)\\s*(?::[^=;\\n]{0,80})?=\\s*(?:await\\s+)?(?:new\\s+)?${making}\\b`,
      'g',
    );
    for (const { node } of collector.seeds(local)) {
      const scope = collector.scopeOf(node);
      const declarator = node.parent;
      if (scope < 0 || declarator?.type !== 'variable_declarator') continue;
      const value = declarator.childForFieldName('value');
      names.add(node.text);
      facts.bindings.push({ scope, name: node.text, value: readExpr(collector, value) });
    }
  }
  for (const { names: params } of facts.params) for (const param of params) names.add(param);
  const any = anyOf([...names].filter((name) => /^[\w$]+$/.test(name)));
  if (any === undefined) return;
  for (const { node } of collector.seeds(new RegExp(`\\breturn\\s+(${any})\\s*(?:;|\\n|\\})`, 'g')))
    facts.returns.push({ scope: collector.scopeOf(node), value: { name: node.text } });
  for (const { node } of collector.seeds(new RegExp(`[(,]\\s*(${any})\\s*(?=[,)])`, 'g'))) {
    const call = node.parent?.parent;
    if (node.parent?.type !== 'arguments' || call?.type !== 'call_expression') continue;
    const expr = readExpr(collector, call);
    if (!isCall(expr) || facts.calls.some((c) => c.call.at === expr.at)) continue;
    facts.calls.push({ scope: collector.scopeOf(call), call: expr });
    readParams(collector, call, node.text);
  }
}
