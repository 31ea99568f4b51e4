import {
  attachesToNext,
  declareInNamespace,
  ecmascriptQuery,
  ecmascriptTestFiles,
} from './ecmascript.ts';
import type { LanguageDefinition } from './language.ts';

export const typescript: LanguageDefinition = {
  id: 'typescript',
  grammar: 'typescript',
  extensions: ['.ts', '.mts', '.cts'],
  family: 'javascript',
  testFiles: ecmascriptTestFiles,
  query: ecmascriptQuery('(abstract_class_declaration) @class'),
  declare: declareInNamespace,
  attaches: attachesToNext,
};
