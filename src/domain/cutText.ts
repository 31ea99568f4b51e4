// Expressions such as /<.*$/s look everywhere for an end that never comes: these cuts read a text once, however it is made.

/** What stands before the first of the characters; the whole text without one. */
export function before(text: string, characters: string): string {
  for (let at = 0; at < text.length; at += 1)
    if (characters.includes(text.charAt(at))) return text.slice(0, at);
  return text;
}

/** The text without what stands between the first `open` and the last `close`, and without both; as it is where they don't follow. */
export function withoutInside(text: string, open: string, close: string): string {
  const from = text.indexOf(open);
  const to = text.lastIndexOf(close);
  return from < 0 || to < from ? text : text.slice(0, from) + text.slice(to + close.length);
}
