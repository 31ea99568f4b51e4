import type { Node } from 'web-tree-sitter';
import { NestingGuard } from '../../parser/nestingGuard.ts';
import type { SourceFile } from '../../sourceFile.ts';
import type { CallExpr, Expr } from '../expression.ts';
import { factsVersion, type FileFacts, type Scope } from '../fileFacts.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Gathers the facts of one file; knows positions of functions, not syntax. */
export class FactsCollector {
  readonly facts: Mutable<FileFacts>;
  readonly file: SourceFile;
  private readonly nesting: NestingGuard;
  private readonly indexOf: ReadonlyMap<string, number>;

  constructor(file: SourceFile) {
    this.file = file;
    this.nesting = new NestingGuard(file.root);
    this.indexOf = new Map(file.functions.map((f, i) => [f.id, i]));
    this.facts = {
      version: factsVersion,
      imports: [],
      exports: [],
      reexports: [],
      bindings: [],
      returns: [],
      params: [],
      calls: [],
      decorators: [],
      classes: [],
      spans: [],
      registrations: [],
    };
  }

  /** Innermost function or class around the node; -1 at module level. */
  scopeOf(node: Node): Scope {
    const found = this.file.enclosing(node);
    return found === undefined ? -1 : (this.indexOf.get(found.id) ?? -1);
  }

  /** A name that a block gives to what it is called on; two blocks of one scope that use it differently give none. */
  bindBlock(scope: Scope, name: string, value: Expr): void {
    const { bindings } = this.facts;
    const known = bindings.findIndex((b) => b.scope === scope && b.name === name);
    if (known < 0) bindings.push({ scope, name, value });
    else if (JSON.stringify(bindings[known]?.value) !== JSON.stringify(value))
      bindings[known] = { scope, name, value: null };
  }

  declared(node: Node): number | undefined {
    const found = this.file.declaredBy(node);
    return found === undefined ? undefined : this.indexOf.get(found.id);
  }

  /**
   * Offsets where a name of interest is called, found in the text: far cheaper than walking the tree.
   * @throws NestedTooDeeply
   */
  *seeds(
    pattern: RegExp,
    wanted: (name: string) => boolean = () => true,
  ): Generator<{ readonly node: Node; readonly match: RegExpExecArray }> {
    for (const match of this.file.text.matchAll(pattern)) {
      if (!wanted(match[1] ?? '')) continue;
      const offset = match.index + match[0].indexOf(match[1] ?? '');
      const node = this.file.root.descendantForIndex(offset);
      this.nesting.check();
      if (node !== null) yield { node, match };
    }
  }
}

/** Longest list, object or argument list that is read. */
export const longestList = 200;
export const deepest = 6;

export const callExpr = (
  node: Node,
  call: Expr,
  args: Expr[],
  named?: Record<string, Expr>,
): CallExpr => ({
  call,
  args,
  ...(named === undefined || Object.keys(named).length === 0 ? {} : { named }),
  line: node.startPosition.row,
  at: node.startIndex,
});

/** `a.b` + `c`: stays a plain dotted name while it can. */
export const memberOf = (object: Expr, member: string): Expr =>
  typeof object === 'object' && object !== null && 'name' in object
    ? { name: `${object.name}.${member}` }
    : { of: object, member };

export const escapeForPattern = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** An alternation for names, or undefined when there are none. */
export function anyOf(names: Iterable<string>): string | undefined {
  const list = [...new Set(names)].sort((a, b) => b.length - a.length).map(escapeForPattern);
  return list.length === 0 ? undefined : `(?:${list.join('|')})`;
}
