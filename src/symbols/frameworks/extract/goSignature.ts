/** What a function's head says: names and types as they are written, without the package that declares them. */
export interface GoSignature {
  readonly receiver?: GoParameter;
  readonly params: readonly GoParameter[];
  readonly results: readonly string[];
}

export interface GoParameter {
  /** '' where only the type is written. */
  readonly name: string;
  readonly type: string;
}

/** Characters of a head that are read: parameter lists of generated code can be huge. */
export const longestHead = 4000;

/**
 * Reads `func (s *Server) Name[T any](a, b int) (T, error)` from its text: a few slices, where asking the tree for each part costs more
 * than parsing it. https://go.dev/ref/spec#Function_types
 */
export function readSignature(head: string, method: boolean): GoSignature | undefined {
  let at = skipSpace(head, head.indexOf('func') + 4);
  let receiver: GoParameter | undefined;
  if (method) {
    const list = balanced(head, at);
    if (list === undefined) return undefined;
    [receiver] = parametersOf(list.inside);
    at = skipSpace(head, list.end);
  }
  at += /^[\p{L}\p{N}_]*/u.exec(head.slice(at, at + 200))?.[0].length ?? 0;
  if (head[at] === '[') at = balanced(head, at)?.end ?? at;
  const list = balanced(head, skipSpace(head, at));
  if (list === undefined) return undefined;
  const after = skipSpace(head, list.end);
  return {
    ...(receiver === undefined ? {} : { receiver }),
    params: parametersOf(list.inside),
    results: resultsOf(head, after),
  };
}

function resultsOf(head: string, at: number): string[] {
  if (head[at] === '(')
    return parametersOf(balanced(head, at)?.inside ?? '').map(({ type }) =>
      /^func\b/.test(type) ? 'func' : type,
    );
  if (/^func\b/.test(head.slice(at, at + 5))) return ['func'];
  const type = /^[*[\]\w.]+/.exec(head.slice(at, at + 200))?.[0];
  return type === undefined ? [] : [type];
}

const bare = /^(?:chan|func|map|struct|interface)\b/;

function parametersOf(list: string): GoParameter[] {
  const parts = commaSeparated(list);
  const named = parts.some(
    (part) => /^[\p{L}_][\p{L}\p{N}_]*\s+\S/u.test(part) && !bare.test(part),
  );
  if (!named) return parts.map((type) => ({ name: '', type }));
  const found: GoParameter[] = [];
  let type = '';
  // `a, b int`: a name without a type has that of the next.
  for (const part of parts.reverse()) {
    const match = /^([\p{L}_][\p{L}\p{N}_]*)(?:\s+(\S[\s\S]*))?$/u.exec(part);
    type = match?.[2] ?? type;
    found.push({ name: match?.[1] ?? '', type });
  }
  return found.reverse();
}

/** Parts between the commas that no bracket holds. */
export function commaSeparated(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < list.length; i += 1) {
    const char = list[i];
    if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(list.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(list.slice(from).trim());
  return parts.filter((part) => part !== '');
}

/** The text inside of the brackets that open at `at`. */
function balanced(text: string, at: number): { inside: string; end: number } | undefined {
  if (text[at] !== '(' && text[at] !== '[') return undefined;
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const char = text[i];
    if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') depth -= 1;
    if (depth === 0)
      return { inside: text.slice(at + 1, i).replace(/\/\/[^\n]*/g, ''), end: i + 1 };
  }
  return undefined;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
  return at;
}
