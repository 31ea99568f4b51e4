import { attachesToNext, declareEcmascript, ecmascriptQuery } from './ecmascript.ts';
import type { LanguageDefinition } from './language.ts';

export const typescript: LanguageDefinition = {
  id: 'typescript',
  grammar: 'typescript',
  extensions: ['.ts', '.mts', '.cts'],
  query: ecmascriptQuery('(abstract_class_declaration) @class'),
  declare: declareEcmascript,
  attaches: attachesToNext,
};
