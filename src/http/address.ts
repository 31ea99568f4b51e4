/** A URL, or undefined for what is none. (`URL.parse` is newer than the oldest Node that VS Code brings.) */
export const parseUrl = (text: string, base?: string): URL | undefined =>
  URL.canParse(text, base) ? new URL(text, base) : undefined;

/** Scheme, host and port: what may be named in messages. Paths and queries may hold what isn't for a log. */
export const originOf = (url: string): string => parseUrl(url)?.origin ?? 'the address';
