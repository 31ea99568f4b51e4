/** A URL, or undefined for what is none. (`URL.parse` is newer than the oldest Node that VS Code brings.) */
export const parseUrl = (text: string, base?: string): URL | undefined =>
  URL.canParse(text, base) ? new URL(text, base) : undefined;

/** Scheme, host and port: what may be named in messages. Paths and queries may hold what isn't for a log. */
export const originOf = (url: string): string => parseUrl(url)?.origin ?? 'the address';

/** A query for a page: a space as %20, since not every page takes a plus for one. */
export const queryText = (parameters: URLSearchParams): string =>
  parameters.toString().replaceAll('+', '%20');

/** Whether an address is the other one or below its path; the other has no slash at its end. */
export const isAtOrBelow = (url: string, base: string): boolean =>
  url === base || url.startsWith(`${base}/`);

/** Whether a page is of one of these addresses' origins, http or https. No other is opened or shown as a link. */
export function isPageOf(page: string, addresses: readonly string[]): boolean {
  const url = parseUrl(page);
  return (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    addresses.some((address) => parseUrl(address)?.origin === url.origin)
  );
}
