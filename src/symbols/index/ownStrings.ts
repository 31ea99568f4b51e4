/** V8 makes a substring of this length or more a view of the whole text, which then stays in memory as long as the view. */
const viewsFrom = 13;

/**
 * Gives a value made from a file's text strings of its own, in place, so that the text can go. For plain data: objects, lists, strings.
 * Bounded by the depth that extraction bounds.
 */
export function ownStrings<T>(value: T): T {
  if (typeof value === 'string') return own(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value as unknown[];
    for (let i = 0; i < list.length; i += 1) {
      const item = list[i];
      if (typeof item === 'string') list[i] = own(item);
      else ownStrings(item);
    }
    return value;
  }
  const fields = value as Record<string, unknown>;
  for (const key in fields) {
    const field = fields[key];
    if (typeof field === 'string') {
      if (field.length >= viewsFrom) fields[key] = own(field);
    } else if (typeof field === 'object') ownStrings(field);
  }
  return value;
}

/** A concatenation is flattened into a string of its own when it is read. */
const own = (text: string): string => (text.length < viewsFrom ? text : ` ${text}`.slice(1));
