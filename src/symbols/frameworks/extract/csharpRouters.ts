import type { Node } from 'web-tree-sitter';
import { builderWordsOf } from '../builderWords.ts';
import { isCall, isName, receiverOf, type CallExpr, type Expr } from '../expression.ts';
import { vocabularyOf } from '../registry.ts';
import { anyOf, type FactsCollector } from './collector.ts';
import { callAt, readCsharpCall, readCsharpExpr } from './csharpExpr.ts';

const vocabulary = vocabularyOf('csharp');
const words = builderWordsOf('csharp');
const memberSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.members) ?? ''})\\s*\\(`, 'g');
/** Methods of the program's own that register routes are called like the framework's. */
const extensionSeeds = new RegExp(`\\.\\s*(${anyOf(words.ownMembers) ?? ''}[A-Z]\\w*)\\s*\\(`, 'g');
/** A call of a framework's member, or of one of the program's own that is called like it. */
const registers = new RegExp(`\\b${anyOf(vocabulary.members) ?? ''}(?:[A-Z]\\w*)?\\s*[(<]`);
const parameterSeeds = new RegExp(
  `\\b(this\\s+)?${anyOf(words.signatureTypes) ?? ''}\\??\\s+(\\w+)\\s*[,)]`,
  'g',
);
const most = 300;

/** Routers of one file: calls on them, and the names and parameters they go through. */
export function readCsharpRouters(collector: FactsCollector): void {
  if (!registers.test(collector.file.text)) return;
  const { facts } = collector;
  const calls = new Set<number>();
  const add = (name: Node): void => {
    const access = name.parent?.type === 'generic_name' ? name.parent.parent : name.parent;
    const call = access?.parent;
    if (access?.type !== 'member_access_expression' || call?.type !== 'invocation_expression')
      return;
    if (calls.has(name.startIndex)) return;
    calls.add(name.startIndex);
    const expr = readCsharpCall(collector, call, name);
    if (words.passes.has(name.text)) readBlock(collector, call, expr);
    facts.calls.push({ scope: collector.scopeOf(call), call: expr });
  };
  for (const { node } of collector.seeds(memberSeeds)) add(node);
  for (const { node } of collector.seeds(extensionSeeds)) add(node);
  const names = new Set(readParameters(collector));
  for (const { call } of facts.calls) namesIn(call, names);
  readLocals(collector, names);
  const any = anyOf([...names].filter((name) => name !== 'this'));
  if (any !== undefined)
    for (const { node } of collector.seeds(new RegExp(`[(,]\\s*(${any})\\s*(?=[,)])`, 'g')))
      readGiven(collector, node, calls);
  facts.calls.sort((a, b) => a.call.at - b.call.at);
}

function readParameters(collector: FactsCollector): readonly string[] {
  const names: string[] = [];
  for (const match of collector.file.text.matchAll(parameterSeeds)) {
    const offset = match.index + match[0].lastIndexOf(match[2] ?? '');
    const parameter = collector.file.root.descendantForIndex(offset)?.parent;
    const list = parameter?.parent;
    const owner = list?.parent;
    const scope = owner == null ? undefined : collector.declared(owner);
    if (list?.type !== 'parameter_list' || scope === undefined) continue;
    names.push(match[2] ?? '');
    const { params, extensions } = collector.facts;
    if (params.some((p) => p.scope === scope)) continue;
    const given = list.namedChildren.filter((child) => child.type === 'parameter');
    params.push({ scope, names: given.map((one) => one.childForFieldName('name')?.text ?? '') });
    if (match[1] !== undefined) collector.facts.extensions = [...(extensions ?? []), scope];
  }
  return names;
}

/** `UseEndpoints(endpoints => …)`: the parameter is the router it is called on. */
function readBlock(collector: FactsCollector, call: Node, expr: CallExpr): void {
  const block = call.childForFieldName('arguments')?.namedChildren.at(-1)?.firstNamedChild;
  const name = /\w+/.exec(block?.childForFieldName('parameters')?.text ?? '')?.[0];
  const receiver = receiverOf(expr)?.receiver;
  if (block?.type !== 'lambda_expression' || name === undefined || receiver === undefined) return;
  collector.bindBlock(collector.scopeOf(call), name, receiver);
}

/** Locals that calls are made on, and those that these come from. */
function readLocals(collector: FactsCollector, names: Set<string>): void {
  const read = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    const wanted = [...names].filter((name) => !read.has(name)).slice(0, most);
    const any = anyOf(wanted);
    if (any === undefined) return;
    for (const name of wanted) read.add(name);
    for (const { node } of collector.seeds(new RegExp(`\\b(${any})\\s*=(?![=>])`, 'g'))) {
      const declarator = nameAt(node).parent;
      if (declarator?.type !== 'variable_declarator') continue;
      const value = readCsharpExpr(collector, declarator.namedChildren.at(-1) ?? null);
      if (value === null || (isName(value) && value.name === node.text)) continue;
      const root = rootOf(value);
      collector.facts.bindings.push({
        scope: collector.scopeOf(node),
        name: node.text,
        value: root,
      });
      namesIn(root, names);
    }
  }
}

/** `builder.Build()` is what `builder` is. */
function rootOf(expr: Expr): Expr {
  if (!isCall(expr)) return expr;
  const parts = receiverOf(expr);
  if (parts === undefined || words.groups.has(parts.member)) return expr;
  return isName(parts.receiver) && /^[a-z_]/.test(parts.receiver.name) ? parts.receiver : expr;
}

/** A plain call that is given a router: `UserEndpoints.Register(app)`. */
function readGiven(collector: FactsCollector, given: Node, calls: Set<number>): void {
  const argument = nameAt(given).parent;
  const list = argument?.type === 'argument' ? argument.parent : null;
  const call = list?.type === 'argument_list' ? list.parent : null;
  const callee = call?.childForFieldName('function');
  if (call == null || callee == null) return;
  const name = callee.childForFieldName('name') ?? callee;
  if (calls.has(name.startIndex)) return;
  calls.add(name.startIndex);
  const expr = callAt(collector, call, name, readCsharpExpr(collector, callee), 0);
  collector.facts.calls.push({ scope: collector.scopeOf(call), call: expr });
}

/** Words of queries (`group`, `from`) are tokens of their own inside of a name. */
const nameAt = (node: Node): Node =>
  node.type !== 'identifier' && node.parent?.type === 'identifier' ? node.parent : node;

function namesIn(expr: Expr, names: Set<string>): void {
  if (typeof expr !== 'object' || expr === null) return;
  if (isName(expr)) {
    const [first = ''] = expr.name.split('.');
    if (/^[a-z_]\w*$/.test(first)) names.add(first);
  } else if (isCall(expr)) namesIn(receiverOf(expr)?.receiver ?? null, names);
}
