import axios from 'axios';
import type { FailureReason, Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';
import { originOf } from './address.ts';

interface Known {
  readonly reason: FailureReason;
  readonly message: string;
  readonly remedy: string;
}

const certificate = (what: string, remedy: string): Known => ({
  reason: 'untrusted',
  message: `The certificate of {origin} ${what}.`,
  remedy,
});

const unreachable = (message: string, remedy: string): Known => ({
  reason: 'unreachable',
  message,
  remedy,
});

const trustAuthority =
  'Add the certificate authority to the system’s certificates (VS Code reads them), or give the server a certificate that the system trusts.';

/** By Node's error code (https://nodejs.org/api/errors.html, https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const byCode: Readonly<Record<string, Known>> = {
  ECONNREFUSED: unreachable(
    '{origin} refuses connections.',
    'Check that the backend runs and that the port in the setting is its own.',
  ),
  ENOTFOUND: unreachable(
    'The host of {origin} is not known.',
    'Check the spelling in the setting, and that you are in the network (VPN) that knows the host.',
  ),
  EAI_AGAIN: unreachable(
    'The name service doesn’t answer for {origin}.',
    'Check the network connection.',
  ),
  EHOSTUNREACH: unreachable('{origin} can’t be reached.', 'Check the network connection or VPN.'),
  ENETUNREACH: unreachable('{origin} can’t be reached.', 'Check the network connection or VPN.'),
  ETIMEDOUT: {
    reason: 'timeout',
    message: '{origin} doesn’t answer.',
    remedy: 'Check the network connection or VPN, and that no firewall is between.',
  },
  ECONNRESET: unreachable(
    '{origin} closed the connection.',
    'Check whether the address needs https instead of http, or the other way round.',
  ),
  ERR_BAD_RESPONSE: unreachable(
    'The answer of {origin} was cut off.',
    'Try again. If it happens again, look at the backend’s own log, or at the proxy before it.',
  ),
  EPROTO: unreachable(
    '{origin} speaks no TLS.',
    'Write http:// instead of https:// if the backend has no certificate.',
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate('is self-signed', trustAuthority),
  SELF_SIGNED_CERT_IN_CHAIN: certificate('comes from an unknown authority', trustAuthority),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate('comes from an unknown authority', trustAuthority),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate('comes from an unknown authority', trustAuthority),
  CERT_HAS_EXPIRED: certificate('has expired', 'The server needs a new certificate.'),
  CERT_NOT_YET_VALID: certificate('is not valid yet', 'Check this machine’s clock.'),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate(
    'is for another host',
    'Use the host name that the certificate names.',
  ),
};

/** What went wrong before there was an answer. Names the origin only: paths and queries may hold what isn't for a log. */
export function networkFailure(
  error: unknown,
  url: string,
  limits: { readonly timeout: number; readonly maxBytes: number },
  overdue: boolean,
): Result<never> {
  const origin = originOf(url);
  const { code, text } = readError(error);
  if (text.startsWith('maxContentLength'))
    return fail(
      'tooLarge',
      `The answer of ${origin} is larger than ${Math.floor(limits.maxBytes / 1e6)} MB.`,
      'Ask for less: a shorter window, or a narrower filter.',
    );
  if (overdue || code === 'ECONNABORTED')
    return fail(
      'timeout',
      `${origin} took longer than ${Math.ceil(limits.timeout / 1000)} s.`,
      'Try a shorter window. If it is always slow, look at the backend’s load.',
    );
  const known = byCode[code];
  if (known === undefined)
    return fail(
      'unreachable',
      `${origin} can’t be asked${code === '' ? '' : ` (${code})`}.`,
      'Check the address in the setting and the network connection.',
    );
  const message = known.message.replace('{origin}', origin);
  return fail(known.reason, message, known.remedy);
}

function readError(error: unknown): { readonly code: string; readonly text: string } {
  if (!(error instanceof Error)) return { code: '', text: '' };
  const direct = axios.isAxiosError(error) ? error.code : undefined;
  const cause: unknown = error.cause;
  const inner =
    typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const code = typeof inner === 'string' && inner in byCode ? inner : (direct ?? '');
  return { code: /^[A-Z0-9_]{2,60}$/.test(code) ? code : '', text: error.message };
}
