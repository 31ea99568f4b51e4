import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { deepestDrawn, mostDrawn, type DrawnFact } from '../drawn.ts';
import type { Expr } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, deepest, FactsCollector, longestList } from './collector.ts';

const vocabulary = vocabularyOf('php');
const texts: TextSyntax = {
  family: 'php',
  read: readPhpExpr,
  heredoc: `<<<[ \\t]*["']?\\w+["']?[ \\t]*\\n`,
};
const namespaces = /^[ \t]*namespace\s+([\w\\]+)\s*[;{]/m;
const uses = /^[ \t]*use\s+([\w\\]+)(?:\s+as\s+(\w+))?\s*;/gm;
const useGroups = /^[ \t]*use\s+([\w\\]+)\\\{([^}]*)\}\s*;/gm;
const classSeeds = /^[ \t]*(?:(?:abstract|final|readonly)\s+){0,3}(?:class|interface)\s+(\w+)/gm;
const commandSeeds = /^[ \t]+protected\s+(?:\??string\s+)?(\$signature|\$name)\s*=\s*["']/gm;
const traitSeeds = /^[ \t]+(use)\s+[\w\\][^;{(]{0,2000}[;{]/gm;
const spanSeeds = new RegExp(`->\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const routeTable = /\bRoute::\w+\s*\(/;

export function extractPhp(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  const { facts } = collector;
  const [, namespace] = namespaces.exec(file.text) ?? [];
  if (namespace !== undefined) facts.package = dotted(namespace);
  for (const [, name = '', alias] of file.text.matchAll(uses)) addUse(collector, name, alias);
  for (const [, base = '', list = ''] of file.text.matchAll(useGroups))
    for (const part of list.split(',')) {
      const [name = '', alias] = part.trim().split(/\sas\s/);
      if (name !== '') addUse(collector, `${base}\\${name.trim()}`, alias?.trim());
    }
  readClasses(collector);
  for (const { node } of collector.seeds(commandSeeds)) readCommand(collector, node);
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  readCallTexts(collector, texts);
  if (routeTable.test(file.text)) {
    const drawn: DrawnFact[] = [];
    for (const node of file.root.namedChildren) drawn.push(...readStatement(collector, node, 0));
    if (drawn.length > 0) facts.drawn = drawn.slice(0, mostDrawn);
  }
  return facts;
}

const dotted = (name: string): string => name.replace(/^\\/, '').replace(/\\/g, '.');

function addUse(collector: FactsCollector, name: string, alias: string | undefined): void {
  const module = dotted(name);
  const local = alias ?? module.slice(module.lastIndexOf('.') + 1);
  collector.facts.imports.push({ local, module, exported: '*' });
}

function readClasses(collector: FactsCollector): void {
  const supertypes = new Map<number, { above: string[]; abstract: boolean; interface: boolean }>();
  for (const { node } of collector.seeds(classSeeds)) {
    const declared = node.parent;
    const index = declared === null ? undefined : collector.declared(declared);
    if (declared === null || index === undefined) continue;
    const above = declared.namedChildren
      .filter((child) => /^(?:base_clause|class_interface_clause)$/.test(child.type))
      .flatMap((child) => child.namedChildren.map((name) => dotted(name.text)));
    const abstract = declared.namedChildren.some((child) => child.type === 'abstract_modifier');
    supertypes.set(index, { above, abstract, interface: declared.type.startsWith('interface') });
  }
  for (const { node } of collector.seeds(traitSeeds)) {
    if (node.parent?.type !== 'use_declaration') continue;
    const known = supertypes.get(collector.scopeOf(node));
    for (const trait of node.parent.namedChildren)
      if (trait.type !== 'comment') known?.above.push(dotted(trait.text));
  }
  for (const [index, { above, abstract, interface: isInterface }] of supertypes)
    collector.facts.classes.push({
      index,
      supertypes: above,
      ...(abstract ? { abstract: true as const } : {}),
      ...(isInterface ? { interface: true as const } : {}),
    });
}

/** `protected $signature = 'mail:send {user}'`: the command's name is its first word. */
function readCommand(collector: FactsCollector, given: Node): void {
  let property: Node | null = given;
  while (property !== null && property.type !== 'property_element') property = property.parent;
  const value = readPhpExpr(collector, property?.namedChildren.at(-1) ?? null);
  const name = typeof value === 'string' ? /^\s*(\S+)/.exec(value)?.[1] : undefined;
  if (property !== null && name !== undefined)
    collector.facts.bindings.push({
      scope: collector.scopeOf(property),
      name: 'name',
      value: name,
    });
}

/** `$tracer->spanBuilder('name')`. */
function readSpan(collector: FactsCollector, name: Node): void {
  const call = name.parent;
  if (call?.type !== 'member_call_expression') return;
  const [given] = call.childForFieldName('arguments')?.namedChildren ?? [];
  collector.facts.spans.push({
    name: readPhpExpr(collector, given?.firstNamedChild ?? null),
    owner: collector.scopeOf(call),
    line: name.startPosition.row,
    form: name.text,
  });
}

function readStatement(collector: FactsCollector, node: Node, depth: number): DrawnFact[] {
  if (depth > deepestDrawn) return [];
  if (/^(?:if_statement|compound_statement|else_clause)$/.test(node.type))
    return node.namedChildren.flatMap((child) => readStatement(collector, child, depth + 1));
  const calls: DrawnFact[] = [];
  let at = node.type === 'expression_statement' ? node.firstNamedChild : null;
  while (at?.type === 'member_call_expression' && calls.length < 50) {
    calls.unshift(readCall(collector, at, depth));
    at = at.childForFieldName('object');
  }
  if (at?.type !== 'scoped_call_expression' || at.childForFieldName('scope')?.text !== 'Route')
    return [];
  calls.unshift(readCall(collector, at, depth));
  // The one that registers, or holds the block; the others only add to it.
  const main =
    calls.find(({ block }) => block !== undefined) ??
    calls.find(({ args }) => args.length > 1) ??
    calls.at(-1);
  if (main === undefined) return [];
  const chain = calls.filter((call) => call !== main);
  return [chain.length === 0 ? main : { ...main, chain }];
}

function readCall(collector: FactsCollector, call: Node, depth: number): DrawnFact {
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  let block: DrawnFact[] | undefined;
  const word = call.childForFieldName('name')?.text ?? '';
  for (const argument of call.childForFieldName('arguments')?.namedChildren ?? []) {
    const value = argument.namedChildren.at(-1) ?? null;
    if (word === 'group' && /^(?:anonymous|arrow)_function$/.test(value?.type ?? '')) {
      const body = value?.childForFieldName('body');
      block = (body?.namedChildren ?? []).flatMap((child) =>
        readStatement(collector, child, depth + 1),
      );
      continue;
    }
    const expr = readPhpExpr(collector, value);
    // Options of an older form: `['prefix' => 'admin', 'only' => ['index']]`.
    if (typeof expr === 'object' && expr !== null && 'object' in expr)
      Object.assign(named, expr.object);
    else args.push(expr);
  }
  return {
    word,
    args: word === 'match' ? args.slice(1) : args,
    ...(word === 'match' ? { named: { ...named, methods: args[0] ?? null } } : {}),
    ...(word !== 'match' && Object.keys(named).length > 0 ? { named } : {}),
    line: (call.childForFieldName('name') ?? call).startPosition.row,
    ...(block === undefined ? {} : { block }),
  };
}

/** A text put together, with what can't be read left open; a text alone where all of it can be. */
const joined = (parts: readonly Expr[]): Expr =>
  parts.every((part) => typeof part === 'string') ? parts.join('') : { join: parts };

/** `[UserController::class, 'show']` reads as a list, `UserController::class` as the class's name. */
function readPhpExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string':
      return node.text.slice(1, -1).replace(/\\([\\'])/g, '$1');
    case 'encapsed_string':
    case 'heredoc_body':
    case 'nowdoc_body':
      return joined(
        node.namedChildren.map((part) =>
          /string$|^string_|content$/.test(part.type) ? part.text : null,
        ),
      );
    case 'heredoc':
    case 'nowdoc':
      return readPhpExpr(collector, node.childForFieldName('value'), depth);
    case 'binary_expression':
      return node.childForFieldName('operator')?.text === '.'
        ? joined(
            ['left', 'right'].map((side) =>
              readPhpExpr(collector, node.childForFieldName(side), depth + 1),
            ),
          )
        : null;
    case 'class_constant_access_expression': {
      const [owner, member] = node.namedChildren;
      if (owner === undefined) return null;
      const name = dotted(owner.text);
      return { name: member?.text === 'class' ? name : `${name}.${member?.text ?? ''}` };
    }
    case 'anonymous_function':
    case 'arrow_function': {
      const declared = collector.declared(node);
      return declared === undefined ? null : { fn: declared };
    }
    case 'array_creation_expression':
      return readArray(collector, node, depth);
    default:
      return null;
  }
}

function readArray(collector: FactsCollector, node: Node, depth: number): Expr {
  const items = node.namedChildren.slice(0, longestList);
  if (!items.some((item) => item.namedChildCount > 1))
    return { list: items.map((item) => readPhpExpr(collector, item.firstNamedChild, depth + 1)) };
  const object: Record<string, Expr> = {};
  for (const item of items) {
    const [key, value] = item.namedChildren;
    const name = readPhpExpr(collector, key ?? null, depth + 1);
    if (typeof name === 'string') object[name] = readPhpExpr(collector, value ?? null, depth + 1);
  }
  return { object };
}
