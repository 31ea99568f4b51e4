/** How a function differs from a release's source; absent from the answer: it is the same there. */
export type FunctionDrift = 'edited' | 'absent' | 'elsewhere';

/** Functions shorter than this are found again under another name only when nothing of them changed. */
const tellingLines = 4;
const alikeFrom = 0.6;
/** Pairs looked at for renames in one file: beyond, a new name is a new function. */
const mostPairs = 4_000;

/**
 * Compares the functions of a text with those of an earlier one, by name; what has a new name but mostly the lines of one that is gone
 * was renamed, hence edited.
 *
 * @param now, before texts by name, free of layout (`functionTexts`)
 * @param elsewhere last names that other files had
 */
export function compareFunctions(
  now: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  elsewhere: readonly string[] = [],
): Readonly<Record<string, FunctionDrift>> {
  const drift: Record<string, FunctionDrift> = {};
  const fresh: string[] = [];
  for (const [name, text] of now) {
    const earlier = before.get(name);
    if (earlier === undefined) fresh.push(name);
    else if (earlier !== text) drift[name] = 'edited';
  }
  const gone = new Map([...before].filter(([name]) => !now.has(name)));
  for (const name of fresh) {
    const text = now.get(name) ?? '';
    const renamed = fresh.length * gone.size <= mostPairs ? mostAlike(name, text, gone) : undefined;
    if (renamed !== undefined) gone.delete(renamed);
    const gained = elsewhere.includes(lastName(name)) ? 'elsewhere' : 'absent';
    drift[name] = renamed === undefined ? gained : 'edited';
  }
  return drift;
}

function mostAlike(
  name: string,
  text: string,
  candidates: ReadonlyMap<string, string>,
): string | undefined {
  let best: string | undefined;
  let most = 0;
  const [own, lines] = [lastName(name), linesOf(text)];
  for (const [other, earlier] of candidates) {
    // The name itself is part of the text, and the only part that had to change: where it is declared, first of all.
    const same = text.replace(own, '') === earlier.replace(lastName(other), '');
    const alike = same ? 1 : likeness(lines, linesOf(earlier));
    if (alike > most) {
      most = alike;
      best = other;
    } else if (alike === most) best = undefined;
  }
  return most >= alikeFrom ? best : undefined;
}

/** Share of lines that both have, 0–1. */
function likeness(a: readonly string[], b: readonly string[]): number {
  if (Math.min(a.length, b.length) < tellingLines) return 0;
  const left = new Map<string, number>();
  for (const line of b) left.set(line, (left.get(line) ?? 0) + 1);
  let shared = 0;
  for (const line of a) {
    const count = left.get(line) ?? 0;
    if (count === 0) continue;
    left.set(line, count - 1);
    shared += 1;
  }
  return shared / Math.max(a.length, b.length);
}

/** Lines that say something: brackets alone are everywhere. */
const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => /[\p{L}\p{N}]/u.test(line));

/** `Cart.add~2` → `add`. */
export const lastName = (name: string): string =>
  name.replace(/~\d+$/, '').slice(name.lastIndexOf('.') + 1) || name;
