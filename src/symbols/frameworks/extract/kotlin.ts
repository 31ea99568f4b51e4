import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import type { AnnotationAlias, ClassFact, FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, FactsCollector } from './collector.ts';
import { readEndpoints } from './endpoints.ts';
import { addAnnotation, annotationSeeds, wantedAnnotations } from './jvmAnnotations.ts';
import { kotlinAnnotation, kotlinEndpoints } from './kotlinAnnotations.ts';
import { argumentsOf, readKotlinExpr } from './kotlinExpr.ts';
import { readKotlinRoutes } from './kotlinRoutes.ts';
import { membersOf, parametersOf, plainType } from './kotlinSyntax.ts';

const vocabulary = vocabularyOf('java');
const texts: TextSyntax = { family: 'java', read: readKotlinExpr };
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const constantSeeds = /\bval\s+(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:"|[A-Z][\w.]*\s*\+|arrayOf)/g;
const classTypes = ['class_declaration', 'object_declaration'];

export function extractKotlin(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  for (const node of file.root.namedChildren) readTopLevel(collector, node);
  for (const { node } of collector.seeds(constantSeeds)) readConstant(collector, node);
  const wanted = wantedAnnotations(collector);
  for (const { node } of collector.seeds(annotationSeeds, wanted)) readAnnotation(collector, node);
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  for (const node of file.root.descendantsOfType(classTypes)) readClass(collector, node);
  readKotlinRoutes(collector, vocabulary);
  readCallTexts(collector, texts);
  readEndpoints(collector, kotlinEndpoints);
  return collector.facts;
}

function readTopLevel(collector: FactsCollector, node: Node): void {
  const { facts } = collector;
  const [path, alias] = node.namedChildren;
  if (path?.type !== 'qualified_identifier') return;
  if (node.type === 'package_header') facts.package = path.text;
  if (node.type !== 'import') return;
  const name = path.text;
  if (/\.\*\s*$/.test(node.text)) {
    facts.imports.push({ local: '*', module: name, exported: '*' });
    return;
  }
  const dot = name.lastIndexOf('.');
  const last = name.slice(dot + 1);
  const owner = name.slice(0, dot);
  // A member of an object is imported like a class; by custom only types begin with a capital and go on in small letters.
  const member = /(?:^|\.)[A-Z]\w*$/.test(owner) && !/^[A-Z]\w*[a-z]/.test(last);
  const local = alias?.text ?? last;
  if (member) facts.imports.push({ local, module: owner, exported: last });
  else facts.imports.push({ local, module: name, exported: '*' });
}

function readConstant(collector: FactsCollector, name: Node): void {
  const property = name.parent?.parent;
  if (property?.type !== 'property_declaration') return;
  const value = readKotlinExpr(collector, property.namedChildren.at(-1) ?? null);
  if (value !== null)
    collector.facts.bindings.push({ scope: collector.scopeOf(name), name: name.text, value });
}

function readAnnotation(collector: FactsCollector, seed: Node): void {
  const found = kotlinAnnotation(collector, seed);
  if (found !== undefined) addAnnotation(collector, found.target, seed.text, found.call);
}

function readSpan(collector: FactsCollector, name: Node): void {
  const call = name.parent?.parent;
  if (call?.type !== 'call_expression') return;
  const [given] = argumentsOf(collector, call).args;
  collector.facts.spans.push({
    name: given ?? null,
    owner: collector.scopeOf(call),
    line: name.startPosition.row,
    form: name.text,
  });
}

function readClass(collector: FactsCollector, node: Node): void {
  const index = collector.declared(node);
  if (index === undefined) return;
  const specifiers = node.namedChildren.find((n) => n.type === 'delegation_specifiers');
  const supertypes = (specifiers?.namedChildren ?? [])
    .map((n) => plainType(n.text))
    .filter((name) => /^[\w.]+$/.test(name));
  const annotated = new Set(collector.facts.decorators.map((d) => d.target));
  const signatures: Record<number, string> = {};
  const results: Record<number, string> = {};
  for (const member of membersOf(node)) {
    const method = collector.declared(member);
    if (method === undefined || member.type !== 'function_declaration') continue;
    signatures[method] = parametersOf(member)
      .map(([, type]) => type)
      .join(',');
    const result = resultOf(member);
    if (annotated.has(method) && result !== undefined) results[method] = result;
  }
  const modifiers = node.namedChildren.find((n) => n.type === 'modifiers')?.namedChildren ?? [];
  const says = (word: string): boolean => modifiers.some((n) => n.text === word);
  const fact: ClassFact = {
    index,
    supertypes,
    signatures,
    ...(Object.keys(results).length === 0 ? {} : { results }),
    ...(node.children.some((n) => n.type === 'interface') ? { interface: true } : {}),
    ...(says('abstract') || says('sealed') ? { abstract: true } : {}),
    ...(says('annotation') ? { aliases: aliasesOf(node) } : {}),
  };
  collector.facts.classes.push(fact);
}

/** Type after the parameters, as written and without type arguments. */
function resultOf(fn: Node): string | undefined {
  const at = fn.namedChildren.findIndex((n) => n.type === 'function_value_parameters');
  const type = fn.namedChildren[at + 1];
  return type?.type.endsWith('_type') === true
    ? plainType(/^(?:Class|KClass)\s*<(.*)>$/s.exec(type.text)?.[1] ?? type.text)
    : undefined;
}

/** `@get:AliasFor(annotation = RequestMapping::class, attribute = "path") val value: Array<String>`. */
function aliasesOf(node: Node): Record<string, AnnotationAlias> {
  const aliases: Record<string, AnnotationAlias> = {};
  const constructor = node.namedChildren.find((n) => n.type === 'primary_constructor');
  for (const parameter of constructor?.namedChildren[0]?.namedChildren ?? []) {
    const alias = /AliasFor\s*\(([^)]*)\)/.exec(parameter.text)?.[1];
    const element = /\bval\s+(\w+)/.exec(parameter.text)?.[1];
    if (alias === undefined || element === undefined) continue;
    const annotation = /\bannotation\s*=\s*(?:\w+\.)*(\w+)::class/.exec(alias)?.[1];
    const attribute = /"(\w+)"/.exec(alias)?.[1] ?? element;
    aliases[element] = { ...(annotation === undefined ? {} : { annotation }), attribute };
  }
  return aliases;
}
