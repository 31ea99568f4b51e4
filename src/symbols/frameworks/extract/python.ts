import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { argument, freeNames, isCall, isName, receiverOf, type CallExpr } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { spanPatterns } from '../spanPatterns.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, callExpr, FactsCollector } from './collector.ts';
import { readEndpoints } from './endpoints.ts';
import { branchOf } from './pythonBranches.ts';
import { pythonEndpoints } from './pythonEndpoints.ts';
import { readPythonCall, readPythonExpr } from './pythonExpr.ts';
import { inLoops } from './pythonLoops.ts';
import { readPythonModule } from './pythonModule.ts';
import { readRouterClasses } from './pythonRouterClasses.ts';
import { readRouterPlumbing } from './pythonRouters.ts';
import { wrapperCalls, wrapperDecorators } from './pythonWrapperCalls.ts';

const vocabulary = vocabularyOf('python');
const texts: TextSyntax = { family: 'python', read: readPythonExpr };
const patterns = spanPatterns.find((p) => p.family === 'python');
const memberSeeds = new RegExp(
  `\\.\\s*(${anyOf([...vocabulary.members, ...vocabulary.spanCalls]) ?? ''})\\s*\\(`,
  'g',
);
const decoratorSeeds = new RegExp(
  `@(?:[\\w.]+\\.)?(${anyOf(vocabulary.decorators) ?? ''})\\s*\\(`,
  'g',
);
const bareSeeds = new RegExp(
  `@(?:[\\w.]+\\.)?(${anyOf(vocabulary.bareDecorators) ?? '(?!)'})[ \\t]*$`,
  'gm',
);
const accessorSeeds = /^[ \t]*@(?:\w+\.)+(setter|deleter|getter)\b/gm;
const classSeeds = /^[ \t]*(class)\s+\w+\s*\(/gm;

export function extractPython(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  readPythonModule(collector);
  for (const { node } of collector.seeds(decoratorSeeds)) readDecorator(collector, node);
  for (const { node } of collector.seeds(bareSeeds)) readBareDecorator(collector, node);
  for (const { node } of collector.seeds(accessorSeeds)) readAccessor(collector, node);
  for (const { node } of collector.seeds(memberSeeds)) readMemberCall(collector, node);
  for (const { node } of collector.seeds(classSeeds)) readClass(collector, node);
  for (const node of wrapperDecorators(collector)) readDecorator(collector, node);
  for (const call of wrapperCalls(collector)) readWrapperCall(collector, call);
  readRouterClasses(collector);
  readRouterPlumbing(collector, readParams);
  readEndpoints(collector, pythonEndpoints);
  readCallTexts(collector, texts);
  collector.facts.calls.sort((a, b) => a.call.at - b.call.at);
  return collector.facts;
}

/** The call that a name is the (last part of the) callee of. */
function callOf(name: Node): Node | undefined {
  const attribute = name.parent;
  const call = attribute?.type === 'attribute' ? attribute.parent : attribute;
  return call?.type === 'call' ? call : undefined;
}

function readDecorator(collector: FactsCollector, name: Node): void {
  const call = callOf(name);
  const decorator = call?.parent;
  if (call === undefined || decorator?.type !== 'decorator') return;
  const definition = decorator.parent?.childForFieldName('definition');
  const target = definition == null ? undefined : collector.declared(definition);
  const expr = readPythonCall(collector, call);
  if (target === undefined || !isCall(expr)) return;
  const spanName = argument(expr, patterns?.decorators[name.text]);
  if (patterns?.decorators[name.text] !== undefined) {
    const line = call.startPosition.row;
    const form = `@${name.text}`;
    collector.facts.spans.push({ name: spanName ?? null, owner: target, line, form });
    return;
  }
  collector.facts.decorators.push({ target, call: expr, ...branchOf(call) });
  readReceiver(collector, call, expr);
}

function readBareDecorator(collector: FactsCollector, name: Node): void {
  const decorator = name.parent?.type === 'attribute' ? name.parent.parent : name.parent;
  const definition = decorator?.parent?.childForFieldName('definition');
  if (decorator?.type !== 'decorator' || definition == null) return;
  const target = collector.declared(definition);
  const call = callExpr(decorator, { name: name.text }, []);
  if (target !== undefined) collector.facts.decorators.push({ target, call });
}

/** `@total.setter`: does not take the place of the property. */
function readAccessor(collector: FactsCollector, name: Node): void {
  const decorator = name.parent?.type === 'attribute' ? name.parent.parent : null;
  const definition = decorator?.parent?.childForFieldName('definition');
  const target = definition == null ? undefined : collector.declared(definition);
  const { facts } = collector;
  if (target !== undefined) facts.accessors = [...(facts.accessors ?? []), target];
}

function readReceiver(collector: FactsCollector, call: Node, expr: CallExpr): void {
  const receiver = receiverOf(expr)?.receiver;
  if (isName(receiver)) readParams(collector, call, freeNames(receiver));
}

function readMemberCall(collector: FactsCollector, name: Node): void {
  const call = callOf(name);
  if (call === undefined || call.parent?.type === 'decorator') return;
  const expr = readPythonCall(collector, call);
  if (!isCall(expr)) return;
  const scope = collector.scopeOf(call);
  if (vocabulary.spanCalls.has(name.text)) {
    const given = argument(expr, patterns?.calls[name.text]) ?? null;
    collector.facts.spans.push({ name: given, owner: scope, line: expr.line, form: name.text });
    return;
  }
  collector.facts.calls.push({
    scope,
    call: inLoops(collector, call, expr),
    ...branchOf(call),
  });
  if (scope >= 0) readParams(collector, call, freeNames(expr));
}

function readWrapperCall(collector: FactsCollector, call: Node): void {
  const { calls } = collector.facts;
  if (calls.some((c) => c.call.at === call.startIndex)) return;
  const expr = readPythonCall(collector, call);
  if (isCall(expr))
    calls.push({ scope: collector.scopeOf(call), call: inLoops(collector, call, expr) });
}

/** Parameters of the functions around that have one of these names. */
function readParams(collector: FactsCollector, from: Node, wanted: ReadonlySet<string>): void {
  const left = new Set(wanted);
  for (let node = from.parent; node !== null && left.size > 0; node = node.parent) {
    if (node.type !== 'function_definition') continue;
    const given = node.childForFieldName('parameters')?.namedChildren ?? [];
    const names = given.map((p) => (p.childForFieldName('name') ?? p.namedChildren[0] ?? p).text);
    if (!names.some((name) => left.delete(name))) continue;
    for (const name of names) left.delete(name);
    const scope = collector.declared(node);
    if (scope === undefined || collector.facts.params.some((p) => p.scope === scope)) continue;
    const defaults = given.flatMap((p, i) => {
      const value = p.childForFieldName('value');
      return value === null ? [] : [[names[i] ?? '', readPythonExpr(collector, value, 1)] as const];
    });
    collector.facts.params.push({
      scope,
      names,
      ...(defaults.length === 0 ? {} : { defaults: Object.fromEntries(defaults) }),
    });
  }
}

function readClass(collector: FactsCollector, keyword: Node): void {
  const node = keyword.parent;
  const index = node?.type === 'class_definition' ? collector.declared(node) : undefined;
  if (node == null || index === undefined) return;
  const supertypes = (node.childForFieldName('superclasses')?.namedChildren ?? [])
    .filter((n) => n.type === 'identifier' || n.type === 'attribute')
    .map((n) => n.text);
  if (supertypes.length > 0) collector.facts.classes.push({ index, supertypes });
}
