import { diffArrays } from 'diff';

/** Lines that differ between two texts: beyond, they are no versions of one file any more. */
const mostEdits = 2_000;
/** Milliseconds; a diff of hostile texts must not hold up who waits for the file. */
const longest = 50;

/**
 * Where the lines of an earlier text are in a later one, both zero-based; undefined for lines that were changed or are gone, and for
 * all when the texts have too little in common.
 */
export function followLines(before: string, now: string): (line: number) => number | undefined {
  if (before === now) return (line) => line;
  const [old, present] = [linesOf(before), linesOf(now)];
  const parts = diffArrays(old, present, { maxEditLength: mostEdits, timeout: longest });
  if (parts === undefined) return () => undefined;
  const moved = new Int32Array(old.length).fill(-1);
  let [from, to] = [0, 0];
  for (const { added, removed, count } of parts)
    if (added) to += count;
    else if (removed) from += count;
    else for (let i = 0; i < count; i += 1) moved[from++] = to++;
  return (line) => {
    const found = moved[line];
    return found === undefined || found < 0 ? undefined : found;
  };
}

const linesOf = (text: string): string[] => text.split(/\r?\n/);
