import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import type { Expr } from '../expression.ts';
import type { ClassFact, FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { spanPatterns } from '../spanPatterns.ts';
import { anyOf, callExpr, deepest, FactsCollector, memberOf } from './collector.ts';

const vocabulary = vocabularyOf('java');
const spans = spanPatterns.find((p) => p.family === 'java');
const annotationSeeds = new RegExp(
  `@(?:[\\w.]+\\.)?(${anyOf(vocabulary.decorators) ?? ''})\\b`,
  'g',
);
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const constantSeeds = /\bString\s+(\w+)\s*=/g;
const classTypes = ['class_declaration', 'interface_declaration', 'record_declaration'];

export function extractJava(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  for (const node of file.root.namedChildren) readTopLevel(collector, node);
  for (const { node } of collector.seeds(constantSeeds)) readConstant(collector, node);
  for (const { node } of collector.seeds(annotationSeeds)) readAnnotation(collector, node);
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  for (const node of file.root.descendantsOfType(classTypes)) readClass(collector, node);
  return collector.facts;
}

function readTopLevel(collector: FactsCollector, node: Node): void {
  const { facts } = collector;
  const name = node.namedChildren.find((n) => n.type.endsWith('identifier'))?.text;
  if (name === undefined) return;
  if (node.type === 'package_declaration') facts.package = name;
  if (node.type !== 'import_declaration' || node.namedChildren.some((n) => n.type === 'asterisk'))
    return;
  const dot = name.lastIndexOf('.');
  const local = name.slice(dot + 1);
  if (node.children.some((n) => n.type === 'static'))
    facts.imports.push({ local, module: name.slice(0, dot), exported: local });
  else facts.imports.push({ local, module: name, exported: '*' });
}

function readConstant(collector: FactsCollector, name: Node): void {
  const declarator = name.parent;
  const field = declarator?.parent?.type;
  if (declarator?.type !== 'variable_declarator') return;
  if (field !== 'field_declaration' && field !== 'constant_declaration') return;
  const value = readJavaExpr(collector, declarator.childForFieldName('value'));
  if (value !== null)
    collector.facts.bindings.push({ scope: collector.scopeOf(name), name: name.text, value });
}

function readAnnotation(collector: FactsCollector, seed: Node): void {
  let annotation: Node | null = seed.parent;
  while (annotation?.type.endsWith('identifier')) annotation = annotation.parent;
  if (!annotation?.type.endsWith('annotation')) return;
  const owner = annotation.parent?.type === 'modifiers' ? annotation.parent.parent : null;
  const target = owner === null ? undefined : collector.declared(owner);
  if (target === undefined) return;
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  for (const given of annotation.childForFieldName('arguments')?.namedChildren ?? []) {
    if (given.type.endsWith('comment')) continue;
    if (given.type === 'element_value_pair') {
      const key = given.childForFieldName('key')?.text;
      if (key !== undefined) named[key] = readJavaExpr(collector, given.childForFieldName('value'));
    } else args.push(readJavaExpr(collector, given));
  }
  const call = callExpr(annotation, { name: seed.text }, args, named);
  if (spans?.decorators[seed.text] === undefined) {
    collector.facts.decorators.push({ target, call });
    return;
  }
  // Without a name, the agent calls the span Class.method, with the class's simple name.
  const own = collector.file.functions[target]?.name.split('.').slice(-2).join('.') ?? null;
  const name = args[0] ?? named['value'] ?? own;
  collector.facts.spans.push({ name, owner: target, line: call.line, form: `@${seed.text}` });
}

function readSpan(collector: FactsCollector, name: Node): void {
  const call = name.parent;
  if (call?.type !== 'method_invocation') return;
  const given = call.childForFieldName('arguments')?.namedChildren[0] ?? null;
  collector.facts.spans.push({
    name: readJavaExpr(collector, given),
    owner: collector.scopeOf(call),
    line: name.startPosition.row,
    form: name.text,
  });
}

function readClass(collector: FactsCollector, node: Node): void {
  const index = collector.declared(node);
  if (index === undefined) return;
  const supertypes = node.namedChildren
    .filter((n) => ['superclass', 'super_interfaces', 'extends_interfaces'].includes(n.type))
    .flatMap((n) => typesIn(n));
  const signatures: Record<number, string> = {};
  for (const member of node.childForFieldName('body')?.namedChildren ?? []) {
    if (member.type !== 'method_declaration') continue;
    const method = collector.declared(member);
    const parameters = member.childForFieldName('parameters')?.namedChildren ?? [];
    if (method !== undefined)
      signatures[method] = parameters
        .map((p) => (p.childForFieldName('type')?.text ?? '').replace(/<.*>|\s/gs, ''))
        .join(',');
  }
  const fact: ClassFact = {
    index,
    supertypes,
    signatures,
    ...(node.type === 'interface_declaration' ? { interface: true } : {}),
  };
  collector.facts.classes.push(fact);
}

/** Type names of an `extends` or `implements` clause, without type arguments. */
function typesIn(clause: Node): string[] {
  const list = clause.namedChildren.find((n) => n.type === 'type_list');
  return (list ?? clause).namedChildren.map((n) => n.text.replace(/<.*$/s, '').trim());
}

function readJavaExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string_literal':
      return node.text.slice(1, -1);
    case 'identifier':
      return { name: node.text };
    case 'field_access':
      return memberOf(
        readJavaExpr(collector, node.childForFieldName('object'), depth + 1),
        node.childForFieldName('field')?.text ?? '',
      );
    case 'scoped_identifier':
      return { name: node.text };
    case 'parenthesized_expression':
      return readJavaExpr(collector, node.namedChildren[0] ?? null, depth + 1);
    case 'element_value_array_initializer':
    case 'array_initializer':
      return { list: node.namedChildren.map((n) => readJavaExpr(collector, n, depth + 1)) };
    case 'binary_expression':
      return node.childForFieldName('operator')?.text === '+'
        ? {
            join: ['left', 'right'].map((side) =>
              readJavaExpr(collector, node.childForFieldName(side), depth + 1),
            ),
          }
        : null;
    default:
      return null;
  }
}
