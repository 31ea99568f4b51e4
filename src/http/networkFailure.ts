import axios from 'axios';
import type { Failure, FailureReason, Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';
import { originOf } from './address.ts';
import type { Certificates } from './certificates.ts';
import { unreachableProxy } from './proxyFailure.ts';

interface Known {
  readonly reason: FailureReason;
  readonly message: string;
  readonly remedy: string;
  readonly needs?: Failure['needs'];
}

const certificate = (what: string, remedy: string): Known => ({
  reason: 'untrusted',
  message: `The certificate of {origin} ${what}.`,
  remedy,
});

const unknownAuthority = (what: string): Known => ({
  ...certificate(what, trustAuthority),
  needs: 'authority',
});

const unreachable = (message: string, remedy: string): Known => ({
  reason: 'unreachable',
  message,
  remedy,
});

const trustAuthority =
  'Name its certificate authority’s PEM file in tls.caFile of the connection (“Prodlens: Connect a Backend…” offers it), or add the authority to the system’s certificates, which VS Code reads.';
const otherAuthority =
  'The file in tls.caFile of the connection holds another authority: name the one that issued the server’s certificate.';

/** What TLS ends with when the server doesn’t like the client’s certificate, or has none; OpenSSL’s names and BoringSSL’s. */
const byAlert: readonly (readonly [RegExp, Known])[] = [
  [
    /CERTIFICATE_REQUIRED/,
    {
      reason: 'untrusted',
      message: '{origin} wants a client certificate.',
      remedy:
        'Name its files in tls.certFile and tls.keyFile, or in tls.pfxFile, of the connection (“Prodlens: Connect a Backend…” offers it).',
      needs: 'clientCertificate',
    },
  ],
  [
    /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:UNKNOWN|EXPIRED|REVOKED)|ACCESS_DENIED)/,
    {
      reason: 'untrusted',
      message: '{origin} doesn’t accept the client certificate.',
      remedy:
        'Check that it was issued by the authority that the server trusts, and that it hasn’t expired or been revoked.',
      needs: 'clientCertificate',
    },
  ],
  // TLS 1.2 has no alert of its own for a missing certificate.
  [
    /ALERT_HANDSHAKE_FAILURE/,
    {
      reason: 'untrusted',
      message: '{origin} ends the TLS handshake.',
      remedy:
        'It may want a client certificate (tls.certFile and tls.keyFile, or tls.pfxFile, of the connection), or a version of TLS that isn’t spoken any more.',
      needs: 'clientCertificate',
    },
  ],
  [
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL/,
    {
      reason: 'unreachable',
      message: '{origin} speaks no TLS.',
      remedy: 'Write http:// instead of https:// if the backend has no certificate.',
    },
  ],
];

/** Some servers (Node's) end the connection without an alert. */
const resetAfterCertificate: Known = {
  reason: 'untrusted',
  message: '{origin} closed the connection, perhaps because of the client certificate.',
  remedy:
    'Check that the client certificate was issued by the authority that the server trusts, and that it hasn’t expired or been revoked.',
  needs: 'clientCertificate',
};

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
    'TLS with {origin} fails.',
    'Check that the address is of a server with TLS; write http:// if the backend has no certificate.',
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority('is self-signed'),
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority('comes from an unknown authority'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority('comes from an unknown authority'),
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority('comes from an unknown authority'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority('comes from an unknown authority'),
  CERT_SIGNATURE_FAILURE: unknownAuthority('isn’t signed by the authority that it names'),
  CERT_HAS_EXPIRED: certificate('has expired', 'The server needs a new certificate.'),
  CERT_NOT_YET_VALID: certificate('is not valid yet', 'Check this machine’s clock.'),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate(
    'is for another host',
    'Use the host name that the certificate names.',
  ),
};

interface Circumstances {
  readonly timeout: number;
  readonly maxBytes: number;
  /** The whole exchange took too long. */
  readonly overdue: boolean;
  readonly certificates: Certificates;
}

/** What went wrong before there was an answer. Names the origin only: paths and queries may hold what isn't for a log. */
export function networkFailure(
  error: unknown,
  url: string,
  { timeout, maxBytes, overdue, certificates }: Circumstances,
): Result<never> {
  const origin = originOf(url);
  const { code, text, hosts } = readError(error);
  if (text.startsWith('maxContentLength'))
    return fail(
      'tooLarge',
      `The answer of ${origin} is larger than ${Math.floor(maxBytes / 1e6)} MB.`,
      'Ask for less: a shorter window, or a narrower filter.',
    );
  if (overdue || code === 'ECONNABORTED')
    return fail(
      'timeout',
      `${origin} took longer than ${Math.ceil(timeout / 1000)} s.`,
      'Try a shorter window. If it is always slow, look at the backend’s load.',
    );
  const proxy = unreachableProxy(text, origin);
  if (proxy !== undefined) return proxy;
  const said = `${code} ${text}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  const ofTls = code === 'EPROTO' || code.startsWith('ERR_SSL_') || code === 'ECONNRESET';
  const alert = ofTls ? byAlert.find(([pattern]) => pattern.test(said))?.[1] : undefined;
  const shown = certificates.cert ?? certificates.pfx;
  const known = alert ?? (code === 'ECONNRESET' && shown ? resetAfterCertificate : byCode[code]);
  if (known === undefined)
    return fail(
      'unreachable',
      `${origin} can’t be asked${code === '' ? '' : ` (${code})`}.`,
      'Check the address in the setting and the network connection.',
    );
  const message = known.message.replace('{origin}', origin);
  const { reason, needs } = known;
  const ownAuthority = needs === 'authority' && certificates.ca !== undefined;
  const remedy = ownAuthority ? otherAuthority : `${known.remedy}${hosts}`;
  return {
    ok: false,
    failure: { reason, message, remedy, ...(needs === undefined ? {} : { needs }) },
  };
}

function readError(error: unknown): {
  readonly code: string;
  readonly text: string;
  readonly hosts: string;
} {
  if (!(error instanceof Error)) return { code: '', text: '', hosts: '' };
  const direct = axios.isAxiosError(error) ? error.code : undefined;
  const cause: unknown = error.cause;
  const inner =
    typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const code = typeof inner === 'string' && inner in byCode ? inner : (direct ?? '');
  return {
    code: code
      .toUpperCase()
      .replace(/[^A-Z0-9_]/g, '_')
      .slice(0, 60),
    text: error.message,
    hosts: code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? hostsIn(cause) : '',
  };
}

/** What the certificate of Node's error is for; it is the server's, and may name anything. */
function hostsIn(error: unknown): string {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: string } };
  const names = [
    ...(cert?.subjectaltname ?? '').matchAll(/\b(?:DNS|IP Address):([\w.*:-]{1,100})/g),
  ].map((m) => m[1]);
  return names.length === 0 ? '' : ` It names: ${names.slice(0, 5).join(', ')}.`;
}
