import type { Node } from 'web-tree-sitter';
import { freeNames, isCall, isList, renamed, type Expr } from '../expression.ts';
import type { FactsCollector } from './collector.ts';
import { readPythonCall, readPythonExpr } from './pythonExpr.ts';

const importSeeds = /^[ \t]*(from|import)\s/gm;

/** Imports wherever they stand; assignments of the module and of its classes' bodies. */
export function readPythonModule(collector: FactsCollector): void {
  for (const { node } of collector.seeds(importSeeds)) readImport(collector, node.parent);
  for (const node of collector.file.root.namedChildren) readStatement(collector, node, -1);
}

/** A list that is added to: `urlpatterns += […]`, `urlpatterns.append(…)`. */
function addTo(
  collector: FactsCollector,
  scope: number,
  name: string | undefined,
  added: Expr,
): void {
  const { bindings } = collector.facts;
  const at = bindings.findLastIndex((b) => b.scope === scope && b.name === name);
  const known = bindings[at];
  if (known === undefined) return;
  bindings[at] = { ...known, value: { join: [known.value, added] } };
}

const adding: Readonly<Record<string, (given: Expr[]) => Expr>> = {
  append: ([item = null]) => ({ list: [item] }),
  extend: ([list = null]) => list,
  insert: ([, item = null]) => ({ list: [item] }),
};

export function readAddition(
  collector: FactsCollector,
  node: Node | undefined,
  scope: number,
): void {
  if (node?.type === 'augmented_assignment') {
    const name = node.childForFieldName('left')?.text;
    const right = node.childForFieldName('right');
    if (node.childForFieldName('operator')?.text === '+=')
      addTo(collector, scope, name, readPythonExpr(collector, right, 1));
  } else if (node?.type === 'call') {
    const callee = node.childForFieldName('function');
    const member = callee?.childForFieldName('attribute')?.text ?? '';
    const read = Object.hasOwn(adding, member) ? adding[member] : undefined;
    const list = callee?.childForFieldName('object')?.text;
    if (read === undefined || list === undefined) return;
    if (!collector.facts.bindings.some((b) => b.scope === scope && b.name === list)) return;
    const call = readPythonCall(collector, node);
    if (isCall(call)) addTo(collector, scope, list, read([...call.args]));
  }
}

function readStatement(collector: FactsCollector, node: Node, scope: number): void {
  switch (node.type) {
    case 'expression_statement':
      readAssignment(collector, node.namedChildren[0], scope);
      readAddition(collector, node.namedChildren[0], scope);
      break;
    case 'if_statement':
    case 'try_statement':
    case 'with_statement':
    case 'else_clause':
    case 'except_clause':
      for (const child of node.namedChildren) readStatement(collector, child, scope);
      break;
    case 'block':
      for (const child of node.namedChildren) readStatement(collector, child, scope);
      break;
    case 'decorated_definition': {
      const definition = node.childForFieldName('definition');
      if (definition !== null) readStatement(collector, definition, scope);
      break;
    }
    case 'class_definition': {
      const index = collector.declared(node);
      const body = node.childForFieldName('body');
      if (index !== undefined && body !== null)
        for (const child of body.namedChildren)
          if (child.type === 'expression_statement')
            readAssignment(collector, child.namedChildren[0], index);
      break;
    }
  }
}

export function readAssignment(
  collector: FactsCollector,
  node: Node | undefined,
  scope: number,
): void {
  if (node?.type !== 'assignment') return;
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (left?.type !== 'identifier' || right === null) return;
  const value = readPythonExpr(collector, right);
  if (value === null) return;
  const name = left.text;
  const { bindings } = collector.facts;
  const at = bindings.findLastIndex((b) => b.scope === scope && b.name === name);
  const before = bindings[at];
  // `urlpatterns = [path('app/', include(urlpatterns))]`: the list around the one of before.
  if (before !== undefined && isList(value) && freeNames(value).has(name)) {
    const earlier = `${name}@${node.startIndex}`;
    bindings[at] = { ...before, name: earlier };
    bindings.push({ scope, name, value: renamed(value, name, earlier) });
  } else bindings.push({ scope, name, value });
}

function readImport(collector: FactsCollector, node: Node | null): void {
  const { imports } = collector.facts;
  if (node?.type === 'import_statement') {
    for (const child of node.namedChildren) {
      const name = (child.childForFieldName('name') ?? child).text;
      const alias = child.childForFieldName('alias')?.text;
      if (alias !== undefined) imports.push({ local: alias, module: name, exported: '*' });
      // `import a.b` binds `a`: what follows is read member by member.
      else {
        const [local = name] = name.split('.', 1);
        imports.push({ local, module: local, exported: '*' });
      }
    }
  } else if (node?.type === 'import_from_statement') {
    const module = node.childForFieldName('module_name');
    if (module === null) return;
    for (const child of node.namedChildren) {
      if (child.id === module.id) continue;
      if (child.type === 'wildcard_import') {
        imports.push({ local: '*', module: module.text, exported: '*' });
        continue;
      }
      const exported = (child.childForFieldName('name') ?? child).text;
      const local = child.childForFieldName('alias')?.text ?? exported;
      imports.push({ local, module: module.text, exported });
    }
  }
}
