import type { Result } from '../domain/result.ts';

/** What of a connection's certificates goes to Node's `tls` (https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions). */
export interface Certificates {
  /** PEM. Replaces what the system trusts: a connection with its own authority trusts that one alone. */
  readonly ca?: string;
  /** PEM, the client's own certificate first. */
  readonly cert?: string;
  /** PEM. */
  readonly key?: string;
  /** PKCS #12: certificate and key in one. */
  readonly pfx?: Buffer;
  /** Of `key` or `pfx`. */
  readonly passphrase?: string;
}

/**
 * Asked before each request: files may have been replaced since the last one.
 *
 * @param failed those with which a handshake has just failed: the files are read again whatever their times say
 */
export type CertificatesOf = (failed?: Certificates) => Promise<Result<Certificates>>;

const parts = ['ca', 'cert', 'key', 'pfx', 'passphrase'] as const;

/** Whether another handshake can't end otherwise. */
export const areSame = (one: Certificates, other: Certificates): boolean =>
  parts.every((part) => String(one[part]) === String(other[part]));
