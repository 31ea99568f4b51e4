import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import { memberOf, type FactsCollector } from './collector.ts';
import { readExpr, requiredModule, stringValue, unwrap } from './javascriptExpr.ts';

/** Imports, exports and module-level bindings, ES modules and CommonJS. */
export function readModuleStatements(collector: FactsCollector): void {
  const aliases = new Set<string>();
  for (const node of collector.file.root.namedChildren) readStatement(collector, node, aliases);
}

/** `aliases`: variables that stand for `module.exports`. */
function readStatement(collector: FactsCollector, node: Node, aliases: Set<string>): void {
  switch (node.type) {
    case 'import_statement':
      readImport(collector, node);
      break;
    case 'export_statement':
      readExport(collector, node, aliases);
      break;
    case 'lexical_declaration':
    case 'variable_declaration':
      readVariables(collector, node, aliases);
      break;
    case 'expression_statement':
      readAssignment(collector, node.namedChildren[0] ?? null, aliases);
      break;
    case 'class_declaration':
    case 'abstract_class_declaration':
    case 'function_declaration':
      bindDeclaration(collector, node);
      break;
    case 'enum_declaration':
      readEnum(collector, node);
      break;
  }
}

function readImport(collector: FactsCollector, node: Node): void {
  const { imports } = collector.facts;
  const equals = node.namedChildren.find((c) => c.type === 'import_require_clause');
  const source = (equals ?? node).childForFieldName('source');
  if (source === null) return;
  const module = stringValue(source);
  if (equals !== undefined) {
    const local = equals.namedChildren[0]?.text;
    if (local !== undefined) imports.push({ local, module, exported: '*' });
    return;
  }
  const clause = node.namedChildren.find((c) => c.type === 'import_clause');
  for (const child of clause?.namedChildren ?? []) {
    if (child.type === 'identifier')
      imports.push({ local: child.text, module, exported: 'default' });
    else if (child.type === 'namespace_import')
      imports.push({ local: child.namedChildren[0]?.text ?? '', module, exported: '*' });
    else
      for (const specifier of child.namedChildren) {
        const exported = specifier.childForFieldName('name')?.text;
        if (exported === undefined) continue;
        const local = specifier.childForFieldName('alias')?.text ?? exported;
        imports.push({ local, module, exported });
      }
  }
}

function readExport(collector: FactsCollector, node: Node, aliases: Set<string>): void {
  const { exports, reexports } = collector.facts;
  const source = node.childForFieldName('source');
  const declaration = node.childForFieldName('declaration');
  const isDefault = node.children.some((c) => c.type === 'default');
  const value = node.childForFieldName('value');
  if (isDefault) {
    const exported = value ?? declaration;
    // A list is often a table of routes, which nest.
    const depth = exported !== null && unwrap(exported).type === 'array' ? -8 : 0;
    const own: Expr = exported === null ? null : readExpr(collector, exported, depth);
    exports.push({ name: 'default', value: own });
    if (declaration !== null) bindDeclaration(collector, declaration);
    return;
  }
  if (declaration !== null) {
    readStatement(collector, declaration, aliases);
    for (const name of declaredNames(declaration)) exports.push({ name, value: { name } });
    return;
  }
  const clause = node.namedChildren.find((c) => c.type === 'export_clause');
  const module = source === null ? undefined : stringValue(source);
  for (const specifier of clause?.namedChildren ?? []) {
    const from = specifier.childForFieldName('name')?.text;
    if (from === undefined) continue;
    const name = specifier.childForFieldName('alias')?.text ?? from;
    if (module === undefined) exports.push({ name, value: { name: from } });
    else reexports.push({ name, module, exported: from });
  }
  if (clause === undefined && module !== undefined) {
    const namespace = node.namedChildren.find((c) => c.type === 'namespace_export');
    const name = namespace?.namedChildren[0]?.text;
    reexports.push({ name: name ?? '*', module, exported: '*' });
  }
  // `export = app` of TypeScript.
  if (node.children.some((c) => c.type === '=')) {
    const assigned = node.namedChildren.at(-1);
    if (assigned !== undefined) exports.push({ name: '*', value: readExpr(collector, assigned) });
  }
}

function declaredNames(node: Node): string[] {
  const own = node.childForFieldName('name')?.text;
  if (own !== undefined) return [own];
  return node.namedChildren.flatMap((child) => {
    const name = child.childForFieldName('name');
    if (name?.type === 'identifier') return [name.text];
    return name?.type === 'object_pattern' ? name.namedChildren.flatMap(patternName) : [];
  });
}

/** Local name in `{ GET, list: all }`. */
function patternName(child: Node): string[] {
  const local = child.childForFieldName('value')?.text ?? child.text;
  return /^[\w$]+$/.test(local) ? [local] : [];
}

function bindDeclaration(collector: FactsCollector, node: Node): void {
  const name = node.childForFieldName('name')?.text;
  const fn = collector.declared(node);
  if (name !== undefined && fn !== undefined)
    collector.facts.bindings.push({ scope: -1, name, value: { fn } });
}

function readVariables(collector: FactsCollector, node: Node, aliases: Set<string>): void {
  for (const declarator of node.namedChildren) {
    if (declarator.type !== 'variable_declarator') continue;
    const name = declarator.childForFieldName('name');
    const whole = declarator.childForFieldName('value');
    const given = whole === null ? null : unwrap(whole);
    // `const app = module.exports = express()`
    readAssignment(collector, given, aliases);
    const value = lastAssigned(given);
    if (name === null || value === null) continue;
    if (isExports(value) || (given !== null && assignsExports(given))) aliases.add(name.text);
    const module = requiredModule(value);
    if (name.type === 'object_pattern') destructure(collector, name, value, module);
    else if (module !== undefined)
      collector.facts.imports.push({ local: name.text, module, exported: '*' });
    else if (name.type === 'identifier')
      collector.facts.bindings.push({
        scope: -1,
        name: name.text,
        value: readExpr(collector, value),
      });
  }
}

function destructure(
  collector: FactsCollector,
  pattern: Node,
  value: Node,
  module: string | undefined,
): void {
  const whole = module === undefined ? readExpr(collector, value) : null;
  for (const child of pattern.namedChildren) {
    const exported = child.childForFieldName('key')?.text ?? child.text;
    const local = child.childForFieldName('value')?.text ?? exported;
    if (!/^[\w$]+$/.test(local)) continue;
    if (module !== undefined) collector.facts.imports.push({ local, module, exported });
    else if (whole !== null)
      collector.facts.bindings.push({ scope: -1, name: local, value: memberOf(whole, exported) });
  }
}

const isExports = ({ text }: Node): boolean => text === 'module.exports' || text === 'exports';

/** `const list = module.exports = {}`: the variable is the module as well. */
function assignsExports(node: Node): boolean {
  let at: Node | null = node;
  while (at !== null && unwrap(at).type === 'assignment_expression') {
    const left = unwrap(at).childForFieldName('left');
    if (left !== null && isExports(left)) return true;
    at = unwrap(at).childForFieldName('right');
  }
  return false;
}

/** `module.exports = x`, `exports.name = x`, also through a variable for them; `Thing.prototype.name = x`. */
function readAssignment(
  collector: FactsCollector,
  node: Node | null,
  aliases: ReadonlySet<string>,
): void {
  if (node?.type !== 'assignment_expression') return;
  const left = (node.childForFieldName('left')?.text ?? '').replace(
    /\[(['"])([\w$-]+)\1\]$/,
    '.$2',
  );
  const right = node.childForFieldName('right');
  if (right !== null) readAssignment(collector, unwrap(right), aliases);
  const match = /^(?:module\.)?exports(?:\.([\w$-]+))?$/.exec(left) ?? aliased(left, aliases);
  const innermost = lastAssigned(right);
  if (match !== null) {
    const module = innermost === null ? undefined : requiredModule(innermost);
    const name = match[1] ?? '*';
    if (module !== undefined) collector.facts.reexports.push({ name, module, exported: '*' });
    else collector.facts.exports.push({ name, value: readExpr(collector, innermost) });
  } else if (/^[\w$.]+$/.test(left) && !left.startsWith('window.'))
    collector.facts.bindings.push({ scope: -1, name: left, value: readExpr(collector, innermost) });
}

const aliased = (left: string, aliases: ReadonlySet<string>): RegExpExecArray | null => {
  const match = /^[\w$]+\.([\w$-]+)$/.exec(left);
  return match !== null && aliases.has(left.slice(0, left.indexOf('.'))) ? match : null;
};

function lastAssigned(node: Node | null): Node | null {
  let value = node;
  while (value !== null && unwrap(value).type === 'assignment_expression')
    value = unwrap(value).childForFieldName('right');
  return value;
}

function readEnum(collector: FactsCollector, node: Node): void {
  const name = node.childForFieldName('name')?.text;
  const body = node.childForFieldName('body');
  if (name === undefined || body === null) return;
  const object: Record<string, Expr> = {};
  for (const member of body.namedChildren) {
    const key = member.childForFieldName('name')?.text;
    const value = member.childForFieldName('value');
    if (key !== undefined && value !== null) object[key] = readExpr(collector, value);
  }
  collector.facts.bindings.push({ scope: -1, name, value: { object } });
}
