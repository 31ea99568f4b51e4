import type { Node } from 'web-tree-sitter';
import { before } from '../../../domain/cutText.ts';
import type { CallExpr, Expr } from '../expression.ts';
import { callExpr, escapeForPattern, type FactsCollector } from './collector.ts';
import { bindAssigned, type EndpointSyntax } from './endpoints.ts';
import { readJavaExpr } from './javaExpr.ts';

function readAnnotation(
  collector: FactsCollector,
  name: Node,
): { readonly target: number; readonly call: CallExpr } | undefined {
  let annotation: Node | null = name.parent;
  while (annotation?.type.endsWith('identifier')) annotation = annotation.parent;
  const owner = annotation?.parent?.type === 'modifiers' ? annotation.parent.parent : null;
  if (annotation?.type.endsWith('annotation') !== true || owner === null) return undefined;
  const target = collector.declared(owner);
  return target === undefined
    ? undefined
    : { target, call: annotationCall(collector, annotation, name.text) };
}

function annotationCall(collector: FactsCollector, annotation: Node, name: string): CallExpr {
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  for (const given of annotation.childForFieldName('arguments')?.namedChildren ?? []) {
    if (given.type.endsWith('comment')) continue;
    const key = given.type === 'element_value_pair' ? given.childForFieldName('key')?.text : '';
    if (key === '') args.push(readValue(collector, given));
    else if (key !== undefined) named[key] = readValue(collector, given.childForFieldName('value'));
  }
  return callExpr(annotation, { name }, args, named);
}

/** Values of annotations may be annotations: `bindings = @QueueBinding(…)`. */
function readValue(collector: FactsCollector, value: Node | null, depth = 0): Expr {
  if (value === null || depth > 4) return null;
  if (value.type === 'annotation')
    return annotationCall(collector, value, value.childForFieldName('name')?.text ?? '');
  return value.type === 'element_value_array_initializer'
    ? { list: value.namedChildren.map((child) => readValue(collector, child, depth + 1)) }
    : readJavaExpr(collector, value);
}

function callOf(name: Node): Node | undefined {
  const call = name.parent;
  if (call?.type === 'method_invocation' && call.childForFieldName('name')?.id === name.id)
    return call;
  let type: Node | null = call;
  while (type?.type === 'scoped_type_identifier') type = type.parent;
  return type !== null && bodyOf(type) !== undefined ? type : undefined;
}

/** The body of a class that is written where an object is made of it. */
const bodyOf = (made: Node): Node | undefined =>
  made.type === 'object_creation_expression'
    ? made.namedChildren.find((n) => n.type === 'class_body')
    : undefined;

/** `new Base(…) { … }`: called with its methods. */
function readBody(collector: FactsCollector, made: Node, body: Node): CallExpr {
  const methods = body.namedChildren.flatMap((member): [string, Expr][] => {
    const name = member.type === 'method_declaration' && member.childForFieldName('name');
    const fn = collector.declared(member);
    return name && fn !== undefined ? [[name.text, { fn }]] : [];
  });
  const type = made.childForFieldName('type')?.text ?? '';
  return callExpr(made, { name: before(type, '<').replace(/\s/g, '') }, [
    { object: Object.fromEntries(methods) },
  ]);
}

/** Calls among arguments make lists: `List.of("orders")`. */
const readArgument = (collector: FactsCollector, given: Node): Expr =>
  given.type === 'method_invocation' && given.childForFieldName('object') !== null
    ? callExpr(
        given,
        { name: given.childForFieldName('name')?.text ?? '' },
        (given.childForFieldName('arguments')?.namedChildren ?? []).map((inner) =>
          readJavaExpr(collector, inner),
        ),
      )
    : readJavaExpr(collector, given);

/** `Dispatcher orders = …`, `orders = …`. */
function valueOf(collector: FactsCollector, name: Node): Expr {
  const target = name.parent;
  if (target?.type === 'variable_declarator')
    return readJavaExpr(collector, target.childForFieldName('value'));
  return target?.type === 'assignment_expression' &&
    target.childForFieldName('left')?.id === name.id
    ? readJavaExpr(collector, target.childForFieldName('right'))
    : null;
}

export const javaEndpoints: EndpointSyntax = {
  family: 'java',
  callOf,
  readCall: (collector, call) => {
    const body = bodyOf(call);
    if (body !== undefined) return readBody(collector, call, body);
    const object = call.childForFieldName('object');
    const member = call.childForFieldName('name')?.text ?? '';
    const callee: Expr =
      object?.type === 'identifier'
        ? { name: `${object.text}.${member}` }
        : { of: readJavaExpr(collector, object), member };
    const args = (call.childForFieldName('arguments')?.namedChildren ?? [])
      .filter((given) => !given.type.endsWith('comment'))
      .map((given) => readArgument(collector, given));
    return callExpr(call, callee, args);
  },
  decorator: readAnnotation,
  bindLocals: (collector, names) => {
    bindAssigned(collector, names, (name) => `\\b(${escapeForPattern(name)})\\s*=(?!=)`, valueOf);
  },
};
