const longest = 300;

/** A message with what changes from call to call taken out, so that equal failures group: quoted text, ids, addresses, numbers. */
export function messageShape(message: string): string {
  const firstLine = message.slice(0, 2000).split('\n', 1)[0] ?? '';
  const shape = firstLine
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replace(/"[^"]{0,300}"/g, '"…"')
    .replace(/(^|[\s(=:,[])'[^']{0,300}'/g, "$1'…'")
    .replace(/`[^`]{0,300}`/g, '`…`')
    .replace(/\b(?:0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{8,})\b/gi, '<id>')
    .replace(/\d+(?:[.,:]\d+)*/g, '<n>');
  return shape.length > longest ? `${shape.slice(0, longest - 1)}…` : shape;
}
