import type { Position, SourceRange } from '../../domain/functionDecl.ts';

/** Text with its lines. Offsets and columns are UTF-16 units, as in VS Code and in the parser's runtime. */
export class Text {
  readonly content: string;
  private readonly starts: readonly number[];

  private constructor(content: string, starts: readonly number[]) {
    this.content = content;
    this.starts = starts;
  }

  static of(content: string): Text {
    return new Text(content, [0, ...lineStarts(content, 0)]);
  }

  /** The text with another part between two offsets; lines outside of it aren't searched again. */
  replaced(start: number, end: number, inserted: string): Text {
    const content = this.content.slice(0, start) + inserted + this.content.slice(end);
    const shift = inserted.length - (end - start);
    const starts = this.starts.slice(0, this.positionAt(start).line + 1);
    for (const at of lineStarts(inserted, start)) starts.push(at);
    for (let line = this.positionAt(end).line + 1; line < this.starts.length; line++)
      starts.push((this.starts[line] ?? 0) + shift);
    return new Text(content, starts);
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** undefined: the position lies outside the text, the editor's text is another one. */
  offsetAt({ line, character }: Position): number | undefined {
    const start = this.starts[line];
    if (start === undefined || character < 0) return undefined;
    const offset = start + character;
    const next = this.starts[line + 1];
    return offset > (next === undefined ? this.content.length : next - 1) ? undefined : offset;
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low - 1, character: offset - (this.starts[low - 1] ?? 0) };
  }
}

function lineStarts(text: string, offset: number): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    starts.push(offset + at + 1);
  return starts;
}

/** VS Code breaks lines at a lone CR and has no byte-order mark in its text; the parser knows neither. */
export function asEditorText(text: string): string {
  const body = text.charCodeAt(0) === 0xfe_ff ? text.slice(1) : text;
  return body.includes('\r') ? body.replace(/\r(?!\n)/g, '\n') : body;
}

/** One replaced range, and where the new text ends. */
export interface AppliedEdit {
  readonly range: SourceRange;
  readonly newEnd: Position;
}

export const compare = (a: Position, b: Position): number =>
  a.line - b.line || a.character - b.character;

/** Where a position of the text before an edit is after it; `side` says to what it sticks in replaced text. */
export function movePosition(at: Position, edit: AppliedEdit, side: 'start' | 'end'): Position {
  const { start, end } = edit.range;
  const before = side === 'start' ? compare(at, start) < 0 : compare(at, start) <= 0;
  if (before) return at;
  if (compare(at, end) < 0) return side === 'start' ? edit.newEnd : start;
  return at.line === end.line
    ? {
        line: edit.newEnd.line,
        character: at.character - end.character + edit.newEnd.character,
      }
    : { line: at.line - end.line + edit.newEnd.line, character: at.character };
}

/** undefined: the edit took all of it away. */
export function moveRange(range: SourceRange, edit: AppliedEdit): SourceRange | undefined {
  const gone =
    compare(edit.range.start, edit.range.end) !== 0 &&
    compare(edit.range.start, range.start) <= 0 &&
    compare(edit.range.end, range.end) >= 0;
  if (gone) return undefined;
  const start = movePosition(range.start, edit, 'start');
  const end = movePosition(range.end, edit, 'end');
  return { start, end: compare(start, end) > 0 ? start : end };
}
