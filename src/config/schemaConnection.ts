import * as v from 'valibot';
import { signInShapes, type SignInSettings } from './schemaSignIn.ts';

/** A connection to a backend as configured. */
export interface ConnectionSettings extends SignInSettings {
  readonly kind: string;
  /** Absolute, http or https, without credentials, query or a slash at its end. */
  readonly url: string;
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
const connectionShape = v.looseObject({
  kind,
  url: address,
  ...signInShapes,
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
  const { kind: name, url, auth, headers, secretHeaders, tls, ...options } = result.output;
  if (tls !== undefined && !url.startsWith('https:'))
    return { part: 'tls', message: 'is for an https address; this one is http' };
  return {
    kind: name,
    url,
    auth,
    ...(headers === undefined ? {} : { headers }),
    ...(secretHeaders === undefined ? {} : { secretHeaders }),
    ...(tls === undefined ? {} : { tls }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}
