import type { Insight } from '../../domain/insight.ts';
import type { FunctionDecl, FunctionId, SourceRange } from '../../domain/functionDecl.ts';

/** One edit, in lines of the text before it. */
export interface LineEdit {
  /** Version of the document after it. */
  readonly version?: number;
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly insertedLines: number;
}

interface Tracked {
  readonly declared: number;
  shift: number;
}

/** Edits kept until the symbols know them. */
const mostEdits = 2_000;

/**
 * Where declarations are now, while the symbols in memory are of a text some keystrokes ago: edits above move a line until the
 * symbols know it themselves. Without it, numbers that arrive while somebody types would land on a wrong line.
 */
export class DeclarationLines {
  readonly #tracked = new Map<FunctionId, Tracked>();
  readonly #edits: LineEdit[] = [];

  /**
   * New insights: what the symbols placed anew counts from there.
   *
   * @param version of the document that the symbols belong to: edits after it move them on
   */
  update(insights: readonly Insight[], version?: number): void {
    const ids = new Set(insights.map((insight) => insight.function.id));
    for (const id of this.#tracked.keys()) if (!ids.has(id)) this.#tracked.delete(id);
    const since = this.#edits.findIndex((edit) => (edit.version ?? 0) > (version ?? Infinity));
    this.#edits.splice(0, since < 0 ? this.#edits.length : since);
    for (const { function: decl } of insights) {
      if (this.#tracked.get(decl.id)?.declared === decl.declarationLine && version === undefined)
        continue;
      const tracked = { declared: decl.declarationLine, shift: 0 };
      for (const edit of this.#edits) move(tracked, edit);
      this.#tracked.set(decl.id, tracked);
    }
  }

  /** True when an edit touched a line of a declaration: what stands at its end has to be set again. */
  edit(edit: LineEdit): boolean {
    if (edit.version !== undefined) this.#edits.push(edit);
    if (this.#edits.length > mostEdits) this.#edits.shift();
    let touched = false;
    for (const tracked of this.#tracked.values()) touched = move(tracked, edit) || touched;
    return touched;
  }

  shiftOf(decl: FunctionDecl): number {
    return this.#tracked.get(decl.id)?.shift ?? 0;
  }

  lineOf(decl: FunctionDecl): number {
    return Math.max(0, decl.declarationLine + this.shiftOf(decl));
  }
}

/** True when the edit touched the line itself. */
function move(tracked: Tracked, edit: LineEdit): boolean {
  const line = tracked.declared + tracked.shift;
  const added = edit.insertedLines - (edit.endLine - edit.startLine);
  const before = edit.endLine < line || (edit.endLine === line && edit.startLine < line);
  if (before || (edit.startLine === line && edit.startCharacter === 0 && added > 0))
    tracked.shift += added;
  return line >= edit.startLine && line <= edit.endLine;
}

/** The innermost function around a line; one without a name counts only where it has something to say. */
export function innermostFunction(
  insights: readonly Insight[],
  line: number,
  lines: DeclarationLines,
  hasText: (id: FunctionId) => boolean,
): FunctionId | undefined {
  let best: FunctionDecl | undefined;
  for (const { function: decl } of insights) {
    const shift = lines.shiftOf(decl);
    if (line < decl.range.start.line + shift || line > decl.range.end.line + shift) continue;
    if (decl.anonymous === true && !hasText(decl.id)) continue;
    if (best === undefined || height(decl.range) <= height(best.range)) best = decl;
  }
  return best?.id;
}

const height = (range: SourceRange): number => range.end.line - range.start.line;
