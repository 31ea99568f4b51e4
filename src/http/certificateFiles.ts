import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Failure, Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { Certificates, CertificatesOf } from './certificates.ts';

/** Absolute paths. Either `pfxFile`, or `certFile` and `keyFile` (which may be one file), or no client certificate. */
export interface CertificateFiles {
  /** PEM, one or several authorities. */
  readonly caFile?: string;
  /** PEM. */
  readonly certFile?: string;
  /** PEM. */
  readonly keyFile?: string;
  /** PKCS #12. */
  readonly pfxFile?: string;
}

/** The system's own list of all authorities is a quarter of it. */
const largest = 1024 * 1024;

type Part = keyof CertificateFiles;
type Contents = Partial<Readonly<Record<Part, Buffer>>>;

/**
 * Reads certificates, again when a file has changed: short-lived ones are replaced in place. Each mistake is a failure of its own that
 * names the file, and what a person may give instead; nothing of a key's content is in it.
 *
 * @param passphrase of the key or the PFX file; asked for when the files are read
 */
export function certificatesOf(
  files: CertificateFiles,
  passphrase: () => Promise<Result<string | undefined>>,
): CertificatesOf {
  let known: { readonly stamp: string; readonly certificates: Certificates } | undefined;
  const current = async (): Promise<Result<Certificates>> => {
    const read = await contentsOf(files, known?.stamp);
    if (!read.ok) return read;
    if (read.value === 'unchanged' && known !== undefined) return ok(known.certificates);
    if (read.value === 'unchanged') return ok({});
    const { stamp, contents } = read.value;
    const word = await passphrase();
    if (!word.ok) return word;
    const certificates = decodeCertificates(files, contents, word.value);
    if (certificates.ok) known = { stamp, certificates: certificates.value };
    return certificates;
  };
  // One reading for all requests that wait: from a drive that doesn't answer, each would hold one of Node's few threads for files.
  let reading: Promise<Result<Certificates>> | undefined;
  return (failed) => {
    // Times of a drive in a network may be old, or too coarse.
    if (failed !== undefined && failed === known?.certificates) known = undefined;
    return (reading ??= current().finally(() => {
      reading = undefined;
    }));
  };
}

async function contentsOf(
  files: CertificateFiles,
  before: string | undefined,
): Promise<Result<{ readonly stamp: string; readonly contents: Contents } | 'unchanged'>> {
  const contents: Partial<Record<Part, Buffer>> = {};
  const parts = Object.entries(files) as [Part, string][];
  const stamps: string[] = [];
  for (const [part, file] of parts)
    try {
      const found = await stat(file);
      // Reading a pipe or a device may never end.
      if (!found.isFile()) return unreadable(part, file, 'is no file');
      const { mtimeMs, ctimeMs, ino, size } = found;
      if (size > largest)
        return asking(
          whatFor(part),
          fail(
            'tooLarge',
            `${file} is too large for a certificate.`,
            `Name a PEM or PFX file in tls.${part}.`,
          ),
        );
      // A copy may keep the time of its original.
      stamps.push(`${part} ${mtimeMs} ${ctimeMs} ${ino} ${size}`);
    } catch (error) {
      return unreadable(part, file, whyUnreadable(error));
    }
  const stamp = stamps.join('\n');
  if (stamp === before) return ok('unchanged');
  for (const [part, file] of parts)
    try {
      contents[part] = await readFile(file);
    } catch (error) {
      return unreadable(part, file, whyUnreadable(error));
    }
  return ok({ stamp, contents });
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'isn’t there';
  return code === 'EACCES' ? 'may not be read by you' : 'can’t be read';
}

function unreadable(part: Part, file: string, why: string): Result<never> {
  return asking(
    whatFor(part),
    fail(
      'notFound',
      `The file ${file} ${why}.`,
      `Correct tls.${part} of the connection in the setting prodlens.environments; in a remote window it is a path of the remote machine.`,
    ),
  );
}

type Needs = NonNullable<Failure['needs']>;

const whatFor = (part: Part): Needs => (part === 'caFile' ? 'authority' : 'clientCertificate');

/** Whoever is there to be asked may give another file, or the passphrase. */
const asking = (needs: Needs, { failure }: ReturnType<typeof fail>): Result<never> => ({
  ok: false,
  failure: { ...failure, needs },
});

/** Tries what was read, so that a mistake is said by its name and not at the first request by OpenSSL’s. */
function decodeCertificates(
  files: CertificateFiles,
  contents: Contents,
  passphrase: string | undefined,
): Result<Certificates> {
  const { caFile, certFile, keyFile, pfxFile } = contents;
  for (const [part, content] of [
    ['caFile', caFile],
    ['certFile', certFile],
  ] as const)
    if (content !== undefined && !content.includes('-----BEGIN CERTIFICATE-----'))
      return asking(
        whatFor(part),
        fail(
          'invalid',
          `${files[part] ?? ''} holds no certificate in PEM form.`,
          'PEM begins with -----BEGIN CERTIFICATE-----; convert a DER file with: openssl x509 -inform der -in FILE -out FILE.pem',
        ),
      );
  if (keyFile !== undefined && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(keyFile.toString()))
    return asking(
      'clientCertificate',
      fail(
        'invalid',
        `${files.keyFile ?? ''} holds no private key in PEM form.`,
        'PEM begins with -----BEGIN PRIVATE KEY-----.',
      ),
    );
  const client: Certificates = {
    ...(certFile === undefined ? {} : { cert: certFile.toString() }),
    ...(keyFile === undefined ? {} : { key: keyFile.toString() }),
    ...(pfxFile === undefined ? {} : { pfx: pfxFile }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  const tried = attempt(client);
  if (tried !== undefined)
    return clientFailure(files.pfxFile ?? files.keyFile ?? '', tried, passphrase);
  if (caFile === undefined) return ok(client);
  return areReadable(caFile.toString())
    ? ok({ ...client, ca: caFile.toString() })
    : asking(
        'authority',
        fail(
          'invalid',
          `${files.caFile ?? ''} holds a certificate that can’t be read.`,
          'Export the authority’s certificate again, in PEM form.',
        ),
      );
}

/** Node passes over what it can't read among authorities. */
function areReadable(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
    return blocks.length > 0;
  } catch {
    return false;
  }
}

/** OpenSSL’s or BoringSSL’s words, or undefined when it takes them. */
function attempt(options: Parameters<typeof createSecureContext>[0]): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return `${code} ${error instanceof Error ? error.message : ''}`;
  }
}

function clientFailure(file: string, said: string, passphrase: string | undefined): Result<never> {
  const failed = readingFailure(file, said, passphrase);
  return asking(failed.failure.reason === 'refused' ? 'passphrase' : 'clientCertificate', failed);
}

function readingFailure(
  file: string,
  said: string,
  passphrase: string | undefined,
): ReturnType<typeof fail> {
  if (/mismatch/i.test(said))
    return fail(
      'invalid',
      `The key in ${file} isn’t that of the client certificate.`,
      'Name the certificate and the key that were issued together in tls.certFile and tls.keyFile.',
    );
  if (/unsupported/i.test(said) && !/unsupported.*decoder/i.test(said))
    return fail(
      'unsupported',
      `${file} is encrypted in a way that is no longer taken.`,
      'Export it again with a current program: openssl 3 or later, or Windows with AES256-SHA256.',
    );
  if (/mac verify|bad decrypt|bad password|interrupted|passphrase|incorrect_password/i.test(said))
    return passphrase === undefined
      ? fail(
          'refused',
          `${file} is encrypted, and no passphrase is kept for it.`,
          'Write "passphrase": true into tls of the connection, run “Prodlens: Select Environment…” and choose this environment: it asks for it.',
        )
      : fail(
          'refused',
          `The passphrase kept for ${file} is wrong.`,
          'Run “Prodlens: Select Environment…” and choose this environment again: it asks for it.',
        );
  return fail(
    'invalid',
    `The client certificate or key in ${file} can’t be read.`,
    'tls.certFile and tls.keyFile are PEM files, tls.pfxFile is a PKCS #12 file.',
  );
}
