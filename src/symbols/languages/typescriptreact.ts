import {
  attachesToNext,
  declareInNamespace,
  ecmascriptQuery,
  ecmascriptTestFiles,
} from './ecmascript.ts';
import type { LanguageDefinition } from './language.ts';

/** A grammar of its own: `<T>x` is a cast in TypeScript and an element here. */
export const typescriptreact: LanguageDefinition = {
  id: 'typescriptreact',
  grammar: 'tsx',
  extensions: ['.tsx'],
  family: 'javascript',
  testFiles: ecmascriptTestFiles,
  query: ecmascriptQuery('(abstract_class_declaration) @class'),
  declare: declareInNamespace,
  attaches: attachesToNext,
};
