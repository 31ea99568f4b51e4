import type { Node } from 'web-tree-sitter';
import { before } from '../../../domain/cutText.ts';
import type { SourceFile } from '../../sourceFile.ts';
import { argument, type Expr } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { spanPatterns } from '../spanPatterns.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, callExpr, FactsCollector } from './collector.ts';
import { callAt, readCsharpExpr } from './csharpExpr.ts';
import { readCsharpRouters } from './csharpRouters.ts';

const vocabulary = vocabularyOf('csharp');
const texts: TextSyntax = { family: 'csharp', read: readCsharpExpr };
const patterns = spanPatterns.find((p) => p.family === 'csharp');
const usings = /^[ \t]*(global\s+)?using\s+(?:static\s+)?([\w.]+)\s*;/gm;
const aliases = /^[ \t]*(?:global\s+)?using\s+(\w+)\s*=\s*([\w.]+)\s*;/gm;
const namespaces = /^[ \t]*namespace\s+([\w.]+)/m;
const attributeSeeds = new RegExp(
  `[[,]\\s*(?:\\w+\\.)*(${anyOf(vocabulary.decorators) ?? ''})(?:Attribute)?\\s*(?=[(\\],])`,
  'g',
);
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const constantSeeds =
  /\b(?:const\s+string|static\s+readonly\s+string|readonly\s+static\s+string)\s+(\w+)\s*=/g;
const classSeeds = /\b(class|record|interface|struct)\s+\w+[^;{]{0,400}?:/g;

export function extractCsharp(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  const { facts } = collector;
  const [, namespace] = namespaces.exec(file.text) ?? [];
  if (namespace !== undefined) facts.package = namespace;
  for (const [, global, module = ''] of file.text.matchAll(usings)) {
    const everywhere = global === undefined ? {} : { everywhere: true as const };
    facts.imports.push({ local: '*', module, exported: '*', ...everywhere });
  }
  for (const [, local = '', module = ''] of file.text.matchAll(aliases))
    facts.imports.push({ local, module, exported: '*' });
  for (const { node } of collector.seeds(constantSeeds)) readConstant(collector, node);
  for (const { node } of collector.seeds(attributeSeeds)) readAttribute(collector, node);
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  for (const { node } of collector.seeds(classSeeds)) readClass(collector, node);
  readCsharpRouters(collector);
  readCallTexts(collector, texts);
  return facts;
}

function readConstant(collector: FactsCollector, name: Node): void {
  const declarator = name.parent;
  if (declarator?.type !== 'variable_declarator') return;
  const value = readCsharpExpr(collector, declarator.namedChildren.at(-1) ?? null);
  if (value !== null)
    collector.facts.bindings.push({ scope: collector.scopeOf(name), name: name.text, value });
}

function readAttribute(collector: FactsCollector, seed: Node): void {
  let attribute: Node | null = seed;
  while (attribute !== null && attribute.type !== 'attribute') {
    if (!/identifier|name$/.test(attribute.type)) return;
    attribute = attribute.parent;
  }
  const owner = attribute?.parent?.parent ?? null;
  const target = owner === null ? undefined : collector.declared(owner);
  if (attribute === null || target === undefined) return;
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  const list = attribute.namedChildren.find((n) => n.type === 'attribute_argument_list');
  for (const given of list?.namedChildren ?? []) {
    const inner = given.namedChildren.at(-1) ?? null;
    const label = given.childForFieldName('name')?.text;
    if (inner?.type === 'assignment_expression')
      named[inner.childForFieldName('left')?.text ?? ''] = readCsharpExpr(
        collector,
        inner.childForFieldName('right'),
      );
    else if (label !== undefined) named[label] = readCsharpExpr(collector, inner);
    else args.push(readCsharpExpr(collector, inner));
  }
  const name = seed.text.replace(/Attribute$/, '');
  collector.facts.decorators.push({ target, call: callExpr(attribute, { name }, args, named) });
}

/** `source.StartActivity("name")`. */
function readSpan(collector: FactsCollector, name: Node): void {
  const call = name.parent?.parent;
  if (call?.type !== 'invocation_expression') return;
  const expr = callAt(collector, call, name, null, 0);
  const given = argument(expr, patterns?.calls[name.text]);
  // Without a name it is that of the calling member: https://learn.microsoft.com/dotnet/api/system.diagnostics.activitysource.startactivity
  const owner = collector.scopeOf(call);
  const own = collector.file.functions[owner]?.name.split('.').at(-1) ?? null;
  const unnamed =
    expr.args.length === 0 ||
    (given !== undefined &&
      typeof given === 'object' &&
      given !== null &&
      'name' in given &&
      given.name.startsWith('ActivityKind.'));
  collector.facts.spans.push({
    name: unnamed ? own : (given ?? null),
    owner,
    line: expr.line,
    form: name.text,
  });
}

function readClass(collector: FactsCollector, keyword: Node): void {
  const node = keyword.parent;
  const index = node === null ? undefined : collector.declared(node);
  const bases = node?.namedChildren.find((n) => n.type === 'base_list');
  if (node == null || index === undefined || bases === undefined) return;
  const supertypes = bases.namedChildren
    .filter((n) => /name$|identifier$|primary_constructor_base_type/.test(n.type))
    .map((n) => before(n.text, '<(').trim());
  const abstract = node.children.some((n) => n.type === 'modifier' && n.text === 'abstract');
  collector.facts.classes.push({
    index,
    supertypes,
    ...(node.type === 'interface_declaration' ? { interface: true as const } : {}),
    ...(abstract ? { abstract: true as const } : {}),
  });
}
