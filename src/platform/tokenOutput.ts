import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';

export interface Token {
  readonly token: string;
  /** Unix milliseconds; absent: not said. */
  readonly expires?: number;
}

/** RFC 6750's characters and others that a header takes; no blank. */
const printable = /^[\x21-\x7e]{1,16384}$/;

/** Where programs put the token, and what tells its end: Kubernetes' ExecCredential, gcloud, az, OAuth's token answer. */
const tokenPaths = [
  'status.token',
  'credential.access_token',
  'access_token',
  'accessToken',
  'token',
];
const endPaths = [
  'status.expirationTimestamp',
  'credential.token_expiry',
  'expires_on',
  'expiresOn',
  'expiry',
];

/** What a program printed: a token alone, or JSON that holds one. Nothing of it is in the failure. */
export function decodeToken(output: string, now: number): Result<Token> {
  const text = output.trim();
  if (text.startsWith('{')) return ofJson(text, now);
  if (!printable.test(text))
    return fail(
      'invalid',
      text === ''
        ? 'The program that prints the token printed nothing.'
        : 'The program that prints the token printed more than a token.',
      'It must print the token alone on one line, or JSON with access_token, accessToken, token or status.token.',
    );
  return ok(withEnd(text, endOfJwt(text)));
}

function ofJson(text: string, now: number): Result<Token> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const token = tokenPaths.map((path) => at(json, path)).find((found) => typeof found === 'string');
  if (typeof token !== 'string' || !printable.test(token))
    return fail(
      'invalid',
      'The program that prints the token printed JSON without one.',
      'A token is looked for in access_token, accessToken, token, status.token and credential.access_token.',
    );
  const seconds = Number(at(json, 'expires_in'));
  const end =
    Number.isFinite(seconds) && seconds > 0
      ? now + seconds * 1000
      : endPaths.map((path) => moment(at(json, path))).find((found) => found !== undefined);
  return ok(withEnd(token, end ?? endOfJwt(token)));
}

const withEnd = (token: string, expires: number | undefined): Token =>
  expires === undefined ? { token } : { token, expires };

const at = (json: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null
          ? (value as Readonly<Record<string, unknown>>)[key]
          : undefined,
      json,
    );

/** A date, or Unix seconds (as a number or in digits). */
function moment(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{9,11}$/.test(value) ? Number(value) : value;
  const found =
    typeof seconds === 'number'
      ? seconds * 1000
      : typeof seconds === 'string'
        ? Date.parse(seconds)
        : NaN;
  return Number.isFinite(found) ? found : undefined;
}

/** RFC 7519, 4.1.4. Read, not verified: that is the backend's. */
function endOfJwt(token: string): number | undefined {
  const [, payload] = token.split('.');
  if (!token.startsWith('eyJ') || payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return moment(at(claims, 'exp'));
  } catch {
    return undefined;
  }
}
