import type { FunctionDecl, FunctionRef } from '../../../domain/functionDecl.ts';

export const refOf = (decl: FunctionDecl): FunctionRef => ({
  id: decl.id,
  name: decl.name,
  path: decl.path,
  range: decl.range,
  selectionRange: decl.selectionRange,
  declarationLine: decl.declarationLine,
});
