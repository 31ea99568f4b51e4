import type { Node } from 'web-tree-sitter';

const branches: ReadonlySet<string> = new Set([
  'if_statement',
  'try_statement',
  'match_statement',
  'while_statement',
]);

/** Whether a statement may not be run where its function, or the module, is. */
export function branchOf(from: Node): { readonly branch?: true } {
  for (let node = from.parent; node !== null; node = node.parent) {
    if (node.type === 'function_definition' || node.type === 'class_definition') return {};
    if (branches.has(node.type) && !isMain(node)) return { branch: true };
  }
  return {};
}

/** `if __name__ == "__main__":` */
const isMain = (node: Node): boolean =>
  node.childForFieldName('condition')?.text.startsWith('__name__') === true;
