import type { Node } from 'web-tree-sitter';
import type { FunctionDecl, LanguageId } from '../domain/functionDecl.ts';

/** One parsed file as extractors see it. Valid only during the call: the tree is freed afterwards. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to its workspace folder, with forward slashes. */
  readonly relativePath: string;
  readonly language: LanguageId;
  readonly text: string;
  readonly root: Node;
  /** In order of appearance. */
  readonly functions: readonly FunctionDecl[];
  /** Innermost function whose declaration contains the node. */
  enclosing(node: Node): FunctionDecl | undefined;
  /** The function declared by exactly this node (function, method, arrow, class). */
  declaredBy(node: Node): FunctionDecl | undefined;
}
