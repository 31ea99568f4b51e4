import * as v from 'valibot';

/** How a connection signs in. The secret itself is never in a setting. */
export type AuthSettings =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly user: string }
  | { readonly type: 'bearer' }
  | { readonly type: 'header'; readonly name: string }
  | TokenCommand;

/** A program that prints a token. */
export interface TokenCommand {
  readonly type: 'command';
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  /** The header that the token goes into as it is; absent: `Authorization: Bearer`. */
  readonly header?: string;
}

/** Certificates of a connection; paths are absolute or begin with `~/`. */
export interface TlsSettings {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly pfxFile?: string;
  /** The key or the PFX file is encrypted; its passphrase is kept in VS Code's secret storage. */
  readonly passphrase?: boolean;
}

/** What besides its address a connection needs. */
export interface SignInSettings {
  readonly auth: AuthSettings;
  /** Sent with every request: a tenant, for example. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of headers whose values are kept in VS Code's secret storage. */
  readonly secretHeaders?: readonly string[];
  readonly tls?: TlsSettings;
}

// RFC 9110, 5.1: a token. What frames a message, names the host or speaks to proxies isn't ours to set.
const headerName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'is no name of a header'),
  v.check(
    (name) => !/^(?:host|connection|content-.*|transfer-encoding|upgrade|te|proxy-.*)$/i.test(name),
    'is no header that credentials go in',
  ),
);
const plainHeaderName = v.pipe(
  headerName,
  v.check(
    (name) =>
      !/authorization|cookie|token|secret|password|passphrase|credential|api-?key/i.test(name),
    'holds a secret, which a setting must not: write its name into secretHeaders or auth',
  ),
);
/** RFC 9110, 5.5, without obsolete forms. */
const headerValue = v.pipe(v.string(), v.regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,1998}[\x21-\x7e])?$/));
const word = v.pipe(
  v.string(),
  v.maxLength(4_096),
  v.check((text) => !text.includes('\0')),
);

const auth = v.variant('type', [
  v.object({ type: v.literal('none') }),
  v.object({
    type: v.literal('basic'),
    user: v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.regex(/^[^:\p{Cc}]*$/u)),
  }),
  v.object({ type: v.literal('bearer') }),
  v.object({ type: v.literal('header'), name: headerName }),
  v.object({
    type: v.literal('command'),
    command: v.pipe(
      v.tupleWithRest([v.pipe(word, v.minLength(1, 'needs at least the program'))], word),
      v.check((argv) => argv.length <= 64, 'has more than 64 words'),
    ),
    header: v.exactOptional(headerName),
  }),
]);

const file = v.pipe(
  v.string(),
  v.maxLength(1_000),
  v.regex(/^(?:~?\/|~?\\|[A-Za-z]:[\\/])/, 'is no absolute path, and doesn’t begin with ~/'),
);
const tls = v.pipe(
  v.strictObject({
    caFile: v.exactOptional(file),
    certFile: v.exactOptional(file),
    keyFile: v.exactOptional(file),
    pfxFile: v.exactOptional(file),
    passphrase: v.exactOptional(v.boolean()),
  }),
  v.check(
    ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
    'needs certFile and keyFile together (they may name one file)',
  ),
  v.check(
    ({ certFile, pfxFile }) => certFile === undefined || pfxFile === undefined,
    'has two client certificates: pfxFile, and certFile with keyFile',
  ),
);

/** Parts of a connection's entry. */
export const signInShapes = {
  auth: v.optional(auth, { type: 'none' }),
  headers: v.exactOptional(
    v.pipe(
      v.record(plainHeaderName, headerValue),
      v.check((all) => Object.keys(all).length <= 20, 'has more than 20 headers'),
    ),
  ),
  secretHeaders: v.exactOptional(v.pipe(v.array(headerName), v.maxLength(10))),
  tls: v.exactOptional(tls),
};
