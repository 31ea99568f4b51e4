import { declareEcmascript, ecmascriptQuery, ecmascriptTestFiles } from './ecmascript.ts';
import type { LanguageDefinition } from './language.ts';

export const javascript: LanguageDefinition = {
  id: 'javascript',
  grammar: 'javascript',
  extensions: ['.js', '.mjs', '.cjs'],
  family: 'javascript',
  testFiles: ecmascriptTestFiles,
  query: ecmascriptQuery(),
  declare: declareEcmascript,
};
