import type { Result } from '../domain/result.ts';

/** Shorter ones are words of everyday, and no secrets. */
const shortest = 4;

/**
 * A failure without what was sent to sign in: some servers repeat a request, its headers included, in the text of their errors, and that
 * text is shown.
 *
 * @param plain of the headers those that are no secrets: a tenant’s name may be a word of everyday
 */
export function withoutSent<T>(
  result: Result<T>,
  headers: Readonly<Record<string, string>>,
  plain: Readonly<Record<string, string>> = {},
): Result<T> {
  if (result.ok) return result;
  const secrets = Object.entries(headers).flatMap(([name, value]) =>
    plain[name] === value ? [] : partsOf(value),
  );
  const clean = (text: string): string =>
    secrets.reduce((before, secret) => before.replaceAll(secret, '…'), text);
  const { message, remedy, ...rest } = result.failure;
  return {
    ok: false,
    failure: {
      ...rest,
      message: clean(message),
      ...(remedy === undefined ? {} : { remedy: clean(remedy) }),
    },
  };
}

/** A header's value, the credentials after its scheme, and the password that `Basic` hides in them; the longest first. */
function partsOf(value: string): readonly string[] {
  const [scheme = '', credentials = ''] = value.split(' ', 2);
  const password = /^basic$/i.test(scheme)
    ? Buffer.from(credentials, 'base64').toString('utf8').split(':').slice(1).join(':')
    : '';
  return [value, credentials, password].filter((part) => part.length >= shortest);
}
