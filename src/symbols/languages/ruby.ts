import type { Node } from 'web-tree-sitter';
import {
  readable,
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  switch (node.type) {
    case 'class':
    case 'module': {
      const name = node.childForFieldName('name');
      if (name === null) return undefined;
      return { name: name.text.replace(/^::/, '').replace(/::/g, '.'), kind: 'class', at: name };
    }
    case 'method':
    case 'singleton_method': {
      const name = node.childForFieldName('name');
      if (name === null) return undefined;
      if (name.text === 'initialize') return { name: name.text, kind: 'constructor', at: name };
      const kind = container?.kind === 'class' ? 'method' : 'function';
      return { name: readable(name.text), kind, at: name };
    }
    default:
      return declareBlock(node, container);
  }
}

/** `get '/hello/:name' do … end` and `handler = ->(x) { … }`; other blocks belong to what contains them. */
function declareBlock(node: Node, container: Container | undefined): Declaration | undefined {
  const { parent } = node;
  if (node.type === 'lambda') {
    const name = parent?.type === 'assignment' ? parent.childForFieldName('left') : null;
    return name === null ? undefined : { name: name.text, kind: 'arrow', at: name };
  }
  const method = parent?.childForFieldName('method')?.text ?? '';
  if (parent?.type !== 'call' || !/^(?:get|post|put|patch|delete|options|head)$/.test(method))
    return undefined;
  if (parent.childForFieldName('receiver') !== null || container?.kind === 'method')
    return undefined;
  const [first] = parent.childForFieldName('arguments')?.namedChildren ?? [];
  if (first?.type !== 'string') return undefined;
  const name = registeredName(method, first.text.slice(1, -1), true);
  return name === undefined ? undefined : { name, kind: 'arrow', anonymous: true, at: parent };
}

/** Modules and classes are known by their constants' path: `Admin::UsersController`. */
export const ruby: LanguageDefinition = {
  id: 'ruby',
  grammar: 'ruby',
  extensions: ['.rb'],
  family: 'ruby',
  testFiles: /_(?:spec|test)\.rb$|(?:^|\/)test_[^/]*\.rb$/,
  query: '[(class) (module) (method) (singleton_method) (lambda) (do_block)] @declaration',
  declare,
};
