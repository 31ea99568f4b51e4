/**
 * Short texts of telemetry repeat endlessly: attribute names, methods, routes, hosts. A direct-mapped table gives back the string
 * made before instead of a new one: cheaper than decoding, and records that are kept share their texts.
 */
const slots = 8_192;
const longest = 64;
const table: (string | undefined)[] = new Array<string | undefined>(slots).fill(undefined);

/** The text of these bytes when it is short ASCII; undefined otherwise, for the caller to decode. */
export function internedText(buffer: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length > longest) return undefined;
  let hash = length;
  for (let at = start; at < end; at++) {
    const byte = buffer[at] ?? 128;
    if (byte >= 128) return undefined;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 15)) & (slots - 1);
  const known = table[slot];
  if (known?.length === length && sameText(known, buffer, start)) return known;
  const text = buffer.toString('latin1', start, end);
  table[slot] = text;
  return text;
}

function sameText(text: string, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== buffer[start + i]) return false;
  return true;
}
