import type { FunctionDecl } from '../../domain/functionDecl.ts';

/** Texts of a file's functions by qualified name (`~2` for the second of a name); equal for texts that differ only in layout. */
export function functionTexts(
  functions: readonly FunctionDecl[],
  text: string,
): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/);
  const texts = new Map<string, string>();
  for (const decl of functions) texts.set(localName(decl), layoutFree(decl, lines));
  return texts;
}

/** The part of a function's id that doesn't name the file: the same before and after the file was moved. */
export const localName = (decl: FunctionDecl): string => decl.id.slice(decl.id.indexOf('#') + 1);

function layoutFree({ range }: FunctionDecl, lines: readonly string[]): string {
  const { start, end } = range;
  let text = '';
  for (let line = start.line; line <= end.line; line += 1) {
    const whole = lines[line] ?? '';
    const from = line === start.line ? start.character : 0;
    const to = line === end.line ? end.character : whole.length;
    const trimmed = whole.slice(from, to).trim();
    if (trimmed !== '') text += `${trimmed}\n`;
  }
  return text;
}
