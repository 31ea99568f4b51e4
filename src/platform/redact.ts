const mask = '…';

/** Names whose values never reach a log or a report. */
export const secretName =
  /(authorization|cookie|token|password|passwd|passphrase|secret|api[-_]?key|credential|private[-_]?key|session[-_]?id)/i;

const rules: readonly (readonly [RegExp, string])[] = [
  // Anything that calls itself a private key.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  // user:password@host of a URL.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi, `$1${mask}@`],
  // A scheme of the Authorization header with its credentials.
  [/\b(Bearer|Basic|Digest|ApiKey)\s+[A-Za-z0-9+/._~=-]{6,}/gi, `$1 ${mask}`],
  // JSON: "name": "value" or 'name': value.
  [
    /(["'])([\w.-]*(?:authorization|cookie|token|password|passwd|secret|api[-_]?key|credential|private[-_]?key)[\w.-]*)\1\s*:\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,}\]]+)/gi,
    `$1$2$1: "${mask}"`,
  ],
  // A header line: the rest of the line is the value.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)\s*:\s*[^\r\n"']+/gi, `$1: ${mask}`],
  // name=value, --name value, name: value.
  [
    /([\w.-]*(?:token|password|passwd|secret|api[-_]?key|credential|private[-_]?key)[\w.-]*)(\s*[=:]\s*|\s+(?=[^\s=:]*\d))("[^"]*"|'[^']*'|[^\s&;,"')\]}]+)/gi,
    `$1$2${mask}`,
  ],
  // --name value of a command line.
  [
    /(--?[\w-]*(?:token|password|passwd|passphrase|secret|api-?key|credential|private-?key)[\w-]*)\s+("[^"]*"|'[^']*'|[^\s-]\S*)/gi,
    `$1 ${mask}`,
  ],
  // JSON web tokens and the tokens that carry their maker's prefix.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, mask],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|glsa_|AKIA)[A-Za-z0-9_-]{10,}/g, mask],
];

// eslint-disable-next-line no-control-regex -- these are the characters that must become visible
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text for a log or a report: secrets masked, control and direction characters visible, length bounded. */
export function redact(text: string, maxLength = 20_000): string {
  let clean = text.length > maxLength ? `${text.slice(0, maxLength)}… (cut)` : text;
  for (const [pattern, replacement] of rules) clean = clean.replace(pattern, replacement);
  return clean.replace(control, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const isSecretFlag = (item: unknown): boolean =>
  typeof item === 'string' && /^-{1,2}[\w.-]+$/.test(item) && secretName.test(item);

/** What says who or how, not the secret itself, of a connection's `auth`. */
const plainOfAuth = /^(kind|type|scheme|user|username|header|name)$/i;

/** A copy of plain data with the values of secret names masked and every text redacted. */
export function redactData(value: unknown, depth = 8): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return mask;
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    // A program's arguments: `--token` is followed by its value.
    return items.map((item, at) =>
      typeof item === 'string' && isSecretFlag(items[at - 1]) ? mask : redactData(item, depth - 1),
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redactEntry(name, item, depth)]),
  );
}

function redactEntry(name: string, item: unknown, depth: number): unknown {
  if (typeof item === 'boolean') return item;
  if (secretName.test(name)) return mask;
  if (!/^auth$/i.test(name)) return redactData(item, depth - 1);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return mask;
  return Object.fromEntries(
    Object.entries(item).map(([key, inner]) => [
      key,
      plainOfAuth.test(key) && typeof inner === 'string' && !secretName.test(key)
        ? redact(inner)
        : mask,
    ]),
  );
}
