import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import type { TypeFact } from '../fileFacts.ts';
import type { FactsCollector } from './collector.ts';
import { goString, readGoExpr } from './goExpr.ts';
import { commaSeparated, longestHead, readSignature, type GoSignature } from './goSignature.ts';

const mostConstants = 500;
const longestConstant = 200;
const longestVariable = 20_000;
/** Longer ones are not written without the fields' names. */
const mostOrdered = 6;

/** What a file adds to its package: imports, constants, variables, types, and the heads of its functions. */
export function readGoPackage(collector: FactsCollector): ReadonlyMap<number, GoSignature> {
  const signatures = new Map<number, GoSignature>();
  const results: Record<number, string> = {};
  for (const node of collector.file.root.namedChildren)
    switch (node.type) {
      case 'package_clause': {
        const name = node.namedChildren[0]?.text;
        if (name !== undefined) collector.facts.package = name;
        break;
      }
      case 'import_declaration':
        readImports(collector, node);
        break;
      case 'const_declaration':
        readConstants(collector, node);
        break;
      case 'var_declaration':
        readVariables(collector, node);
        break;
      case 'type_declaration':
        readTypes(collector, node);
        break;
      case 'function_declaration':
      case 'method_declaration':
        readHead(collector, node, signatures, results);
        break;
    }
  if (Object.keys(results).length > 0) collector.facts.results = results;
  return signatures;
}

function readImports(collector: FactsCollector, node: Node): void {
  for (const match of node.text.matchAll(/(?:(?<![\w.])([\w.]+)[ \t]+)?(["`])([^"`\n]+)\2/g)) {
    const module = match[3] ?? '';
    const alias = match[1] === 'import' ? undefined : match[1];
    if (alias === '_') continue;
    const local = alias === '.' ? '*' : (alias ?? packageName(module));
    collector.facts.imports.push({ local, module, exported: '*' });
  }
}

/** The last part of the path that isn't a version is the package's name, by convention. */
export function packageName(module: string): string {
  const parts = module.split('/');
  const last = parts.pop() ?? '';
  const name = /^v\d+$/.test(last) ? (parts.pop() ?? last) : last;
  return name.replace(/\.v\d+$/, '');
}

/** Versions of one module are one framework: `github.com/go-chi/chi/v5`. */
export const unversioned = (module: string): string =>
  module.replace(/\/v\d+(?=\/|$)/, '').replace(/\.v\d+$/, '');

const constant = /^[ \t]*(?:const[ \t]+)?(\w+)(?:[ \t]+[\w.]+)?[ \t]*=[ \t]*(\S.*)$/gm;

function readConstants(collector: FactsCollector, node: Node): void {
  const { bindings } = collector.facts;
  let left = mostConstants - bindings.length;
  for (const match of node.text.matchAll(constant)) {
    const value = textOf(match[2] ?? '');
    if (value === undefined || left <= 0) continue;
    bindings.push({ scope: -1, name: match[1] ?? '', value });
    left -= 1;
  }
}

const part = /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|[A-Za-z_][\w.]*)\s*(\+|$|\/\/)/y;

/** `"/api" + version`: concatenations of strings and names, with a string in them. */
function textOf(written: string): Expr | undefined {
  if (written.length > longestConstant || !/["`]/.test(written)) return undefined;
  const parts: Expr[] = [];
  part.lastIndex = 0;
  for (;;) {
    const match = part.exec(written);
    const token = match?.[1];
    if (token === undefined) return undefined;
    parts.push(/^["`]/.test(token) ? goString(token) : { name: token });
    if (match?.[2] !== '+') break;
  }
  return parts.length === 1 ? parts[0] : { join: parts };
}

function readVariables(collector: FactsCollector, node: Node): void {
  if (node.endIndex - node.startIndex > longestVariable) return;
  const list = node.namedChildren.find((child) => child.type === 'var_spec_list') ?? node;
  for (const spec of list.namedChildren) {
    if (spec.type !== 'var_spec') continue;
    const name = spec.childForFieldName('name')?.text;
    const given = spec.childForFieldName('value')?.namedChildren[0];
    const type = spec.childForFieldName('type')?.text;
    if (name === undefined || name === '_') continue;
    const read = given === undefined ? null : readGoExpr(collector, given);
    const value = read ?? (type !== undefined && isNamedType(type) ? { type } : null);
    if (value !== null) collector.facts.bindings.push({ scope: -1, name, value });
  }
}

const basic =
  /^(?:bool|string|u?int(?:8|16|32|64)?|uintptr|byte|rune|float(?:32|64)|complex(?:64|128)|error|any|context\.Context|time\.\w+|sync\.\w+)$/;
const namedType = /^\*?(?:\w+\.)?[A-Za-z_]\w*(?:\[[^\]]*\])?$/;

/** A type that a package declares: what methods can be called on. */
export const isNamedType = (type: string): boolean =>
  namedType.test(type) && !basic.test(type.replace(/^\*/, ''));

function readTypes(collector: FactsCollector, node: Node): void {
  const types: TypeFact[] = [];
  for (const spec of node.namedChildren) {
    const name = spec.childForFieldName('name')?.text;
    const type = spec.childForFieldName('type');
    if (name === undefined || type === null) continue;
    if (type.type === 'struct_type') types.push(structOf(name, type.text));
    else if (type.type === 'interface_type') types.push(interfaceOf(name, type.text));
    else if (isNamedType(type.text)) types.push({ name, alias: type.text });
    else if (type.type === 'function_type') types.push({ name, callable: true });
    else if (type.type === 'slice_type')
      types.push({
        name,
        list: (type.childForFieldName('element')?.text ?? '').replace(/^\*/, ''),
      });
    else types.push({ name });
  }
  if (types.length > 0) collector.facts.types = [...(collector.facts.types ?? []), ...types];
}

const field = /^([\p{L}_][\p{L}\p{N}_]*(?:\s*,\s*[\p{L}_][\p{L}\p{N}_]*)*)\s+(\S[^`]*)$/u;

function structOf(name: string, text: string): TypeFact {
  const fields: Record<string, string> = {};
  const embeds: string[] = [];
  const order: string[] = [];
  for (const line of text.slice(text.indexOf('{') + 1, -1).split(/\n|;/)) {
    const written = line
      .split('//', 1)
      .join('')
      .replace(/`[^`]*`\s*$/, '')
      .trim();
    if (written === '') continue;
    if (namedType.test(written)) {
      embeds.push(written);
      continue;
    }
    const match = field.exec(written);
    const type = match?.[2] ?? '';
    if (match === null) continue;
    for (const one of commaSeparated(match[1] ?? '')) {
      order.push(one);
      if (isNamedType(type)) fields[one] = type;
    }
  }
  return {
    name,
    ...(order.length > 1 && order.length <= mostOrdered && embeds.length === 0 ? { order } : {}),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(embeds.length > 0 ? { embeds } : {}),
  };
}

function interfaceOf(name: string, text: string): TypeFact {
  const methods: string[] = [];
  const embeds: string[] = [];
  for (const line of text.slice(text.indexOf('{') + 1, -1).split(/\n|;/)) {
    const method = /^\s*(\w+)\(/.exec(line)?.[1];
    const written = line.split('//', 1).join('').trim();
    if (method !== undefined) methods.push(method);
    else if (namedType.test(written)) embeds.push(written);
  }
  return { name, methods, ...(embeds.length > 0 ? { embeds } : {}) };
}

function readHead(
  collector: FactsCollector,
  node: Node,
  signatures: Map<number, GoSignature>,
  results: Record<number, string>,
): void {
  const scope = collector.declared(node);
  if (scope === undefined) return;
  const { startIndex } = node;
  const head = collector.file.text.slice(
    startIndex,
    Math.min(node.endIndex, startIndex + longestHead),
  );
  const signature = readSignature(head, node.type === 'method_declaration');
  if (signature === undefined) return;
  signatures.set(scope, signature);
  const [result] = signature.results;
  if (result !== undefined && isNamedType(result)) results[scope] = result;
}
