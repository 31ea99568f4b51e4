/** Who may talk to the receiver: names it answers to, and web origins that may send. docs/security.md, "Receiver". */
export interface AccessRules {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** Name of a Host header or :authority without its port; "" when it is no such thing. */
export function hostName(authority: string): string {
  const match = /^(\[[\da-f:.%]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/i.exec(authority);
  return (match?.[1] ?? '').toLowerCase();
}

/** Guards against DNS rebinding: a page of evil.example resolved to 127.0.0.1 still sends its own name. */
export function isAllowedHost(rules: AccessRules, authority: string | undefined): boolean {
  const name = hostName(authority ?? '');
  return name !== '' && rules.allowedHosts.some((allowed) => allowed.toLowerCase() === name);
}

/** Programs send no Origin; a web page does, and must be listed. */
export function isAllowedOrigin(rules: AccessRules, origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const wanted = origin.toLowerCase();
  return rules.allowedOrigins.some(
    (allowed) => allowed.toLowerCase().replace(/\/$/, '') === wanted,
  );
}
