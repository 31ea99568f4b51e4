import { declareEcmascript, ecmascriptQuery } from './ecmascript.ts';
import type { LanguageDefinition } from './language.ts';

export const javascript: LanguageDefinition = {
  id: 'javascript',
  grammar: 'javascript',
  extensions: ['.js', '.mjs', '.cjs'],
  query: ecmascriptQuery(),
  declare: declareEcmascript,
};
