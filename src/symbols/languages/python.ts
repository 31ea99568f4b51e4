import type { Node } from 'web-tree-sitter';
import type { Container, Declaration, LanguageDefinition } from './language.ts';

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  const name = node.childForFieldName('name');
  if (name === null) return undefined;
  const parent = node.parent;
  const decorated = parent?.type === 'decorated_definition' ? parent : undefined;
  const common = { name: name.text, at: name, ...(decorated && { from: decorated }) };
  if (node.type === 'class_definition') return { ...common, kind: 'class' };
  if (container?.kind !== 'class') return { ...common, kind: 'function' };
  if (common.name === '__init__') return { ...common, kind: 'constructor' };
  const accessor = decorated?.namedChildren.some(
    (child) =>
      child.type === 'decorator' &&
      /^@\s*(?:(?:functools\.)?(?:cached_)?property|\w+\.(?:setter|deleter|getter))\s*$/.test(
        child.text,
      ),
  );
  return { ...common, kind: accessor === true ? 'accessor' : 'method' };
}

/** Lambdas have no line of their own worth an annotation: they belong to what contains them. */
export const python: LanguageDefinition = {
  id: 'python',
  grammar: 'python',
  extensions: ['.py', '.pyi'],
  family: 'python',
  testFiles: /_test\.py$|(?:^|\/)(?:test_[^/]*|conftest)\.py$/,
  query: '[(function_definition) (class_definition)] @declaration',
  declare,
};
