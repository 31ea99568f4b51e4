import { declareEcmascript, ecmascriptQuery, ecmascriptTestFiles } from './ecmascript.ts';
import type { LanguageDefinition } from './language.ts';

/** The JavaScript grammar reads JSX too. */
export const javascriptreact: LanguageDefinition = {
  id: 'javascriptreact',
  grammar: 'javascript',
  extensions: ['.jsx'],
  family: 'javascript',
  testFiles: ecmascriptTestFiles,
  query: ecmascriptQuery(),
  declare: declareEcmascript,
};
