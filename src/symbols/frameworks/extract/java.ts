import type { Node } from 'web-tree-sitter';
import { before, withoutInside } from '../../../domain/cutText.ts';
import type { SourceFile } from '../../sourceFile.ts';
import type { Expr } from '../expression.ts';
import type { AnnotationAlias, ClassFact, FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, callExpr, FactsCollector } from './collector.ts';
import { readEndpoints } from './endpoints.ts';
import { javaEndpoints } from './javaEndpoints.ts';
import { readJavaExpr } from './javaExpr.ts';
import { addAnnotation, annotationSeeds, wantedAnnotations } from './jvmAnnotations.ts';
import { readRoutesFunctions } from './javaRoutes.ts';

const vocabulary = vocabularyOf('java');
const texts: TextSyntax = { family: 'java', read: readJavaExpr };
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const constantSeeds = /\bString(?:\s*\[\s*\])?\s+(\w+)\s*=/g;
const classTypes = [
  'class_declaration',
  'interface_declaration',
  'record_declaration',
  'annotation_type_declaration',
];

export function extractJava(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  for (const node of file.root.namedChildren) readTopLevel(collector, node);
  for (const { node } of collector.seeds(constantSeeds)) readConstant(collector, node);
  const wanted = wantedAnnotations(collector);
  for (const { node } of collector.seeds(annotationSeeds, wanted)) readAnnotation(collector, node);
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  for (const node of file.root.descendantsOfType(classTypes)) readClass(collector, node);
  readEndpoints(collector, javaEndpoints);
  readRoutesFunctions(collector, vocabulary.routesTypes);
  readCallTexts(collector, texts);
  return collector.facts;
}

function readTopLevel(collector: FactsCollector, node: Node): void {
  const { facts } = collector;
  const name = node.namedChildren.find((n) => n.type.endsWith('identifier'))?.text;
  if (name === undefined) return;
  if (node.type === 'package_declaration') facts.package = name;
  if (node.type !== 'import_declaration') return;
  if (node.namedChildren.some((n) => n.type === 'asterisk')) {
    facts.imports.push({ local: '*', module: name, exported: '*' });
    return;
  }
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
  // As it is written: a full name says where the annotation comes from.
  const written = annotation.childForFieldName('name')?.text ?? seed.text;
  addAnnotation(collector, target, seed.text, callExpr(annotation, { name: written }, args, named));
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
  const results: Record<number, string> = {};
  const annotated = new Set(collector.facts.decorators.map((d) => d.target));
  const members = node.childForFieldName('body')?.namedChildren ?? [];
  for (const member of members) {
    if (member.type !== 'method_declaration') continue;
    const method = collector.declared(member);
    if (method === undefined) continue;
    const parameters = member.childForFieldName('parameters')?.namedChildren ?? [];
    signatures[method] = parameters
      .map((p) => withoutTypeArguments(p.childForFieldName('type')?.text ?? ''))
      .join(',');
    if (annotated.has(method)) results[method] = resultOf(member);
  }
  const modifiers = node.namedChildren.find((n) => n.type === 'modifiers')?.children ?? [];
  const fact: ClassFact = {
    index,
    supertypes,
    signatures,
    ...(Object.keys(results).length === 0 ? {} : { results }),
    ...(node.type === 'interface_declaration' ? { interface: true } : {}),
    ...(modifiers.some((n) => n.type === 'abstract') ? { abstract: true } : {}),
    ...(node.type === 'annotation_type_declaration' ? { aliases: aliasesIn(members) } : {}),
  };
  collector.facts.classes.push(fact);
}

const withoutTypeArguments = (type: string): string =>
  withoutInside(type, '<', '>').replace(/\s/g, '');

/** Of `Class<T>`, T: a class that is named to be made an object of. */
function resultOf(method: Node): string {
  const type = method.childForFieldName('type')?.text ?? '';
  return withoutTypeArguments(/^Class\s*<(.*)>$/s.exec(type)?.[1] ?? type);
}

/** `@AliasFor(annotation = RequestMapping.class, attribute = "path") String[] value()`. */
function aliasesIn(members: readonly Node[]): Record<string, AnnotationAlias> {
  const aliases: Record<string, AnnotationAlias> = {};
  for (const member of members) {
    if (member.type !== 'annotation_type_element_declaration') continue;
    const element = member.childForFieldName('name')?.text;
    const alias = /@AliasFor\s*\(([^)]{0,1000})\)/.exec(member.text)?.[1];
    if (element === undefined || alias === undefined) continue;
    const annotation = /\bannotation\s*=\s*(?:\w+\.)*(\w+)\.class/.exec(alias)?.[1];
    const attribute =
      /\b(?:attribute|value)\s*=\s*"(\w+)"/.exec(alias)?.[1] ?? /^\s*"(\w+)"/.exec(alias)?.[1];
    aliases[element] = {
      ...(annotation === undefined ? {} : { annotation }),
      attribute: attribute ?? element,
    };
  }
  return aliases;
}

/** Type names of an `extends` or `implements` clause, without type arguments. */
function typesIn(clause: Node): string[] {
  const list = clause.namedChildren.find((n) => n.type === 'type_list');
  return (list ?? clause).namedChildren.map((n) => before(n.text, '<').trim());
}
