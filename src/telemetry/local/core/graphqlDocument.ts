/** Longer documents aren't read. */
const longestDocument = 20_000;
const largestMemo = 1_000;
const memo = new Map<string, string | undefined>();

/**
 * The one field that an operation of a document selects at its root; undefined when it selects several, or through fragments. Clients
 * repeat their documents, so answers are kept. https://spec.graphql.org/October2021/#sec-Language.Operations
 */
export function rootFieldOf(document: string, operation: string | undefined): string | undefined {
  if (document.length > longestDocument) return undefined;
  const key = `${operation ?? ''}\n${document}`;
  if (memo.has(key)) return memo.get(key);
  if (memo.size >= largestMemo) memo.clear();
  const field = onlyField(document, operation);
  memo.set(key, field);
  return field;
}

const tokens = /"""[^]*?"""|"(?:\\.|[^"\\])*"|#[^\n]*|\.{3}|[A-Za-z_]\w*|[{}()[\]:@$]/g;

function onlyField(document: string, operation: string | undefined): string | undefined {
  const words = (document.match(tokens) ?? []).filter((t) => !/^["#]/.test(t));
  const found = operationsOf(words);
  const meant =
    operation === undefined ? found : found.filter((candidate) => candidate.name === operation);
  const [only, second] = meant;
  if (only === undefined || second !== undefined) return undefined;
  const fields = new Set(only.fields.filter((f) => f !== '__typename'));
  return fields.size === 1 && !fields.has('...') ? [...fields][0] : undefined;
}

interface FoundOperation {
  readonly name: string | undefined;
  /** Fields at its root without aliases and arguments; `...` for a fragment. */
  readonly fields: readonly string[];
}

/** Operations of a document: what stands outside of all brackets, and the names directly in its braces. */
function operationsOf(words: readonly string[]): readonly FoundOperation[] {
  const found: FoundOperation[] = [];
  let fields: string[] = [];
  let head: string[] = [];
  let braces = 0;
  let others = 0;
  for (const [i, word] of words.entries()) {
    if (word === '(' || word === '[') others += 1;
    else if (word === ')' || word === ']') others = Math.max(0, others - 1);
    else if (others > 0) continue;
    else if (word === '{') {
      if (braces === 0) fields = [];
      braces += 1;
    } else if (word === '}') {
      braces = Math.max(0, braces - 1);
      if (braces > 0) continue;
      if (head[0] !== 'fragment') found.push({ name: head[1], fields });
      head = [];
    } else if (braces === 0) {
      if (words[i - 1] !== '@') head.push(word);
    } else if (braces === 1 && isField(words, i)) fields.push(word);
  }
  return found;
}

/** Not an alias (`alias: field`), a directive's name, a colon, or what follows `...`. */
function isField(words: readonly string[], i: number): boolean {
  const word = words[i] ?? '';
  if (word === '...') return true;
  return (
    /^\w/.test(word) &&
    words[i + 1] !== ':' &&
    words[i - 1] !== '@' &&
    words[i - 1] !== '...' &&
    !(words[i - 2] === '...' && words[i - 1] === 'on')
  );
}
