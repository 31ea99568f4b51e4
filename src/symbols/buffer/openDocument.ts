import { Edit, type Tree } from 'web-tree-sitter';
import type { FunctionDecl, LanguageId } from '../../domain/functionDecl.ts';
import type { TextEdit } from '../contract.ts';
import { extractFacts, noFacts, type FileFacts } from '../frameworks/facts.ts';
import type { SourceFile } from '../sourceFile.ts';
import { readSource, type SourceName } from '../parser/extractFunctions.ts';
import { unlessTooDeep } from '../parser/nestingGuard.ts';
import { KnownStatements } from '../parser/knownStatements.ts';
import type { LoadedLanguage } from '../parser/parserPool.ts';
import { asEditorText, moveRange, Text, type AppliedEdit } from './text.ts';

/** Functions and facts of a text. Facts name functions by index: the two lists belong together. */
export interface Symbols {
  readonly functions: readonly FunctionDecl[];
  readonly facts: FileFacts;
}

export type DocumentStatus = 'fresh' | 'lastGood';

/**
 * A document open in the editor. Edits move what is known at once and are parsed when someone asks (`settle`). While the text can't
 * be parsed, what was last good stays and moves with the text.
 */
export class OpenDocument {
  readonly name: SourceName;
  private readonly loaded: LoadedLanguage;
  private readonly statements = new KnownStatements();
  private text: Text;
  private current: number;
  private tree: Tree | undefined;
  private dirty = true;
  private known: readonly FunctionDecl[] = [];
  private linkable: Symbols = { functions: [], facts: noFacts };
  /** The settled text while its facts haven't been asked for: functions are needed at once, facts only for linking. */
  private unread: SourceFile | undefined;
  /** Indices of functions whose text was taken away since they were last good. */
  private gone = new Set<number>();
  private state: DocumentStatus = 'fresh';

  constructor(
    loaded: LoadedLanguage,
    name: SourceName,
    opened: { readonly version: number; readonly text: string },
  ) {
    this.loaded = loaded;
    this.name = name;
    this.current = opened.version;
    this.text = Text.of(asEditorText(opened.text));
  }

  get language(): LanguageId {
    return this.loaded.definition.id;
  }

  get version(): number {
    return this.current;
  }

  get status(): DocumentStatus {
    return this.state;
  }

  get content(): string {
    return this.text.content;
  }

  /** What the buffer declares. */
  get functions(): readonly FunctionDecl[] {
    return this.gone.size === 0
      ? this.known
      : this.known.filter((_, index) => !this.gone.has(index));
  }

  /** For linking: of the last good text that was settled when someone asked. */
  get symbols(): Symbols {
    const { unread } = this;
    if (unread !== undefined) {
      const facts = unlessTooDeep(() => extractFacts(unread));
      this.linkable = { functions: unread.functions, facts: facts ?? noFacts };
    }
    this.unread = undefined;
    return this.linkable;
  }

  /** Functions of another text of this file; undefined: it can't be parsed. */
  functionsOf(text: string): readonly FunctionDecl[] | undefined {
    return functionsOfText(this.loaded, text, this.name);
  }

  /** False: versions or positions don't fit, the document must be opened anew. */
  edit(version: number, edits: readonly TextEdit[]): boolean {
    if (version <= this.current) return false;
    for (const edit of edits) if (!this.apply(edit)) return false;
    this.current = version;
    if (edits.length > 0) this.dirty = true;
    return true;
  }

  private apply(edit: TextEdit): boolean {
    const { range } = edit;
    const startIndex = this.text.offsetAt(range.start);
    const oldEndIndex = this.text.offsetAt(range.end);
    if (startIndex === undefined || oldEndIndex === undefined || oldEndIndex < startIndex)
      return false;
    const inserted = edit.text.includes('\r') ? edit.text.replace(/\r(?!\n)/g, '\n') : edit.text;
    // Its tree is about to change.
    this.unread = undefined;
    this.text = this.text.replaced(startIndex, oldEndIndex, inserted);
    const newEndIndex = startIndex + inserted.length;
    const newEnd = this.text.positionAt(newEndIndex);
    this.tree?.edit(
      new Edit({
        startIndex,
        oldEndIndex,
        newEndIndex,
        startPosition: { row: range.start.line, column: range.start.character },
        oldEndPosition: { row: range.end.line, column: range.end.character },
        newEndPosition: { row: newEnd.line, column: newEnd.character },
      }),
    );
    this.move({ range, newEnd });
    return true;
  }

  private move(edit: AppliedEdit): void {
    this.known = this.known.map((decl, index) => {
      const range = moveRange(decl.range, edit);
      const selectionRange = moveRange(decl.selectionRange, edit);
      if (range === undefined) this.gone.add(index);
      if (range === undefined || selectionRange === undefined) return decl;
      return { ...decl, range, selectionRange, declarationLine: selectionRange.start.line };
    });
  }

  /** Parses what was edited. Returns whether there was anything to parse. */
  settle(): boolean {
    if (!this.dirty) return false;
    this.dirty = false;
    this.unread = undefined;
    const tree = this.loaded.parse(this.text.content, this.tree);
    this.tree?.delete();
    this.tree = tree;
    if (tree === undefined) this.state = 'lastGood';
    else this.take(tree);
    return true;
  }

  private take(tree: Tree): void {
    const source = unlessTooDeep(() =>
      readSource(this.loaded, tree, this.text.content, this.name, this.statements),
    );
    if (source === undefined || (source.root.hasError && this.loses(source.functions))) {
      this.state = 'lastGood';
      return;
    }
    this.known = source.functions;
    this.unread = source;
    this.gone = new Set();
    this.state = 'fresh';
  }

  /** Whether functions whose text is still there vanished in a text with errors. */
  private loses(found: readonly FunctionDecl[]): boolean {
    const names = new Set(found.map((decl) => decl.id));
    return this.functions.some((decl) => !names.has(decl.id));
  }

  dispose(): void {
    this.unread = undefined;
    this.tree?.delete();
    this.tree = undefined;
  }
}

/** undefined: the text can't be parsed. */
export function functionsOfText(
  loaded: LoadedLanguage,
  text: string,
  name: SourceName,
): readonly FunctionDecl[] | undefined {
  const present = asEditorText(text);
  const tree = loaded.parse(present);
  if (tree === undefined) return undefined;
  try {
    return unlessTooDeep(() => readSource(loaded, tree, present, name))?.functions;
  } finally {
    tree.delete();
  }
}

/** Whether two readings of a file link alike: lines don't count, because they move with every edit above. */
export const linksAlike = (a: Symbols, b: Symbols): boolean =>
  a === b ||
  (a.functions.length === b.functions.length &&
    a.functions.every(
      (decl, i) => decl.id === b.functions[i]?.id && decl.kind === b.functions[i].kind,
    ) &&
    withoutLines(a.facts) === withoutLines(b.facts));

const withoutLines = (facts: FileFacts): string =>
  JSON.stringify(facts, (key, value: unknown) => (key === 'line' ? undefined : value));

/** Whether a person sees the same functions on the same lines. */
export const looksAlike = (a: readonly FunctionDecl[], b: readonly FunctionDecl[]): boolean =>
  a.length === b.length &&
  a.every((decl, i) => decl.id === b[i]?.id && decl.declarationLine === b[i].declarationLine);
