import { generate } from 'selfsigned';

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Names and addresses that it is for; none: a client's. */
  readonly hosts?: readonly string[];
  /** From when it is valid; absent: a day before its end, or a day ago. */
  readonly from?: Date;
  /** Until when it is valid, a day from now when absent. */
  readonly until?: Date;
  /** Encrypts the key. */
  readonly passphrase?: string;
}

const day = 86_400_000;

/** A certificate that a server gave to itself. */
export const selfSigned = (options: CertificateOptions): Promise<Certificate> => issue(options);

/** An authority of the test's own: nobody else trusts it, and its key is gone when the test ends. */
export async function createAuthority(name = 'Prodlens test authority'): Promise<{
  /** What trusts it. */
  readonly cert: string;
  issue(options: CertificateOptions): Promise<Certificate>;
}> {
  const authority = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 30 * day),
    notAfterDate: new Date(Date.now() + day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { key: authority.private, cert: authority.cert };
  return { cert: ca.cert, issue: (options) => issue(options, ca) };
}

async function issue(
  { hosts = [], from: begin, until = new Date(Date.now() + day), passphrase }: CertificateOptions,
  ca?: Certificate,
): Promise<Certificate> {
  const from = begin ?? new Date(Math.min(Date.now(), until.getTime()) - day);
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? 'client' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: until,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      {
        name: 'extKeyUsage',
        ...(hosts.length > 0 ? { serverAuth: true } : { clientAuth: true }),
      },
      ...(hosts.length > 0
        ? [{ name: 'subjectAltName' as const, altNames: hosts.map(alternative) }]
        : []),
    ],
    ...(ca === undefined ? {} : { ca }),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  return { cert: made.cert, key: made.private };
}

const alternative = (host: string) =>
  /^[\d.]+$|:/.test(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host };
