import * as v from 'valibot';

/** How a connection signs in. The secret itself is never in a setting. */
export type AuthSettings =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly user: string }
  | { readonly type: 'bearer' }
  | { readonly type: 'header'; readonly name: string };

/** A connection to a backend as configured. */
export interface ConnectionSettings {
  readonly kind: string;
  /** Absolute, http or https, without credentials, query or a slash at its end. */
  readonly url: string;
  readonly auth: AuthSettings;
  /** What its backend's adapter alone understands, unchecked. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const kind = v.pipe(v.string(), v.minLength(1), v.maxLength(40));
const address = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(2_000),
  v.check((text) => /^https?:$/.test(parsed(text)?.protocol ?? ''), 'is no http or https address'),
  v.check(
    (text) => parsed(text)?.username === '' && parsed(text)?.password === '',
    'holds credentials, which a setting must not',
  ),
  v.check(
    (text) => parsed(text)?.search === '' && parsed(text)?.hash === '',
    'has a query or a fragment; only scheme, host, port and path belong here',
  ),
  v.transform((text) => new URL(text).href.replace(/\/+$/, '')),
);
const auth = v.variant('type', [
  v.object({ type: v.literal('none') }),
  v.object({
    type: v.literal('basic'),
    user: v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.regex(/^[^:\p{Cc}]*$/u)),
  }),
  v.object({ type: v.literal('bearer') }),
  v.object({
    type: v.literal('header'),
    // RFC 9110, 5.1: a token. What frames a message or names the host isn't a credential's place.
    name: v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/),
      v.check(
        (name) => !/^(?:host|connection|content-.*|transfer-encoding|upgrade|te)$/i.test(name),
        'is no header that credentials go in',
      ),
    ),
  }),
]);
const connectionShape = v.looseObject({
  kind,
  url: address,
  auth: v.optional(auth, { type: 'none' }),
});

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** What of a connection is wrong, by the part of it. */
export interface ConnectionFault {
  readonly part: string;
  readonly message: string;
}

/** Decodes `metrics` or `traces` of an environment. `kinds`: the backends that this version knows. */
export function decodeConnection(
  value: unknown,
  kinds: readonly string[],
): ConnectionSettings | ConnectionFault {
  const result = v.safeParse(connectionShape, value);
  if (!result.success) {
    const [issue] = result.issues;
    return { part: v.getDotPath(issue) ?? '', message: issue.message };
  }
  if (!kinds.includes(result.output.kind))
    return {
      part: 'kind',
      message:
        kinds.length === 0
          ? `no backend of this version is called ${result.output.kind}`
          : `no backend is called ${result.output.kind}; there are: ${kinds.join(', ')}`,
    };
  const { kind: name, url, auth: signIn, ...options } = result.output;
  return {
    kind: name,
    url,
    auth: signIn,
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}
