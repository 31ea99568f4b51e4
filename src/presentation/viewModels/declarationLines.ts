import type { Insight } from '../../domain/insight.ts';
import type { FunctionDecl, FunctionId, SourceRange } from '../../domain/functionDecl.ts';

/** One edit, in lines of the text before it. */
export interface LineEdit {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly insertedLines: number;
}

interface Tracked {
  readonly declared: number;
  shift: number;
}

/**
 * Where declarations are now, while the symbols in memory are of a text some keystrokes ago: edits above move a line until the
 * symbols know it themselves. Without it, numbers that arrive while somebody types would land on a wrong line.
 */
export class DeclarationLines {
  readonly #tracked = new Map<FunctionId, Tracked>();

  /** New insights: what the symbols placed anew counts from there. */
  update(insights: readonly Insight[]): void {
    const ids = new Set(insights.map((insight) => insight.function.id));
    for (const id of this.#tracked.keys()) if (!ids.has(id)) this.#tracked.delete(id);
    for (const { function: decl } of insights)
      if (this.#tracked.get(decl.id)?.declared !== decl.declarationLine)
        this.#tracked.set(decl.id, { declared: decl.declarationLine, shift: 0 });
  }

  /** True when an edit touched a line of a declaration: what stands at its end has to be set again. */
  edit(edit: LineEdit): boolean {
    let touched = false;
    const added = edit.insertedLines - (edit.endLine - edit.startLine);
    for (const tracked of this.#tracked.values()) {
      const line = tracked.declared + tracked.shift;
      if (line >= edit.startLine && line <= edit.endLine) touched = true;
      const before = edit.endLine < line || (edit.endLine === line && edit.startLine < line);
      if (before || (edit.startLine === line && edit.startCharacter === 0 && added > 0))
        tracked.shift += added;
    }
    return touched;
  }

  shiftOf(decl: FunctionDecl): number {
    return this.#tracked.get(decl.id)?.shift ?? 0;
  }

  lineOf(decl: FunctionDecl): number {
    return Math.max(0, decl.declarationLine + this.shiftOf(decl));
  }
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
