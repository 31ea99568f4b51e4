import type { ConnectionSettings } from '../config/schemaConnection.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';

/** What of VS Code's SecretStorage is used. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

/** A secret that a connection needs, and where it is kept. */
export interface SecretPlace {
  readonly key: string;
  readonly what:
    | { readonly type: 'password'; readonly user: string }
    | { readonly type: 'token' }
    | { readonly type: 'header'; readonly name: string }
    | { readonly type: 'passphrase'; readonly file: string };
}

/** Where what signs in is sent. */
export interface Destination {
  readonly origin: string;
  /** Who vouches for the server there instead of the system's authorities: whoever names another one could answer in its place. */
  readonly caFile?: string;
}

export const destinationOf = ({ url, tls }: ConnectionSettings): Destination => ({
  origin: new URL(url).origin,
  ...(tls?.caFile === undefined ? {} : { caFile: tls.caFile }),
});

/**
 * The secrets of a connection. Kept under kind, exact origin, the own authority's file and what they are for, never under an environment's
 * name: whoever changes an address, or who vouches for it, in a setting gets no secret with it, and a password is never sent as another
 * user's or as a token.
 */
export function secretsOf(connection: ConnectionSettings): readonly SecretPlace[] {
  const { kind, auth, secretHeaders = [], tls = {} } = connection;
  const { origin, caFile } = destinationOf(connection);
  const place = (use: string, what: SecretPlace['what']): SecretPlace => {
    // A passphrase isn't sent anywhere.
    const trusting =
      caFile === undefined || what.type === 'passphrase' ? '' : ` trusting ${caFile}`;
    return { key: `prodlens.connection ${kind} ${origin}${trusting} ${use}`, what };
  };
  const file = tls.pfxFile ?? tls.keyFile;
  const names = [...(auth.type === 'header' ? [auth.name] : []), ...secretHeaders];
  return [
    ...(auth.type === 'basic'
      ? [place(`basic ${auth.user}`, { type: 'password', user: auth.user })]
      : []),
    ...(auth.type === 'bearer' ? [place('bearer', { type: 'token' })] : []),
    ...[...new Set(names)].map((name) => place(`header ${name}`, { type: 'header', name })),
    ...(tls.passphrase === true && file !== undefined
      ? [place(`passphrase ${file}`, { type: 'passphrase', file })]
      : []),
  ];
}

/** The header that a secret goes into. RFC 7617 (basic), RFC 6750 (bearer). */
function headerOf({ what }: SecretPlace, secret: string): Readonly<Record<string, string>> {
  switch (what.type) {
    case 'password':
      return {
        Authorization: `Basic ${Buffer.from(`${what.user}:${secret}`, 'utf8').toString('base64')}`,
      };
    case 'token':
      return { Authorization: `Bearer ${secret}` };
    case 'header':
      return { [what.name]: secret };
    case 'passphrase':
      return {};
  }
}

/** Secrets of connections, in VS Code's secret storage only. */
export class ConnectionSecrets {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  async missing(connection: ConnectionSettings): Promise<readonly SecretPlace[]> {
    const places = secretsOf(connection);
    const kept = await Promise.all(places.map((place) => this.get(place)));
    return places.filter((_, i) => kept[i] === undefined);
  }

  async get({ key }: SecretPlace): Promise<string | undefined> {
    const kept = await this.#store.get(key);
    return kept === undefined || kept === '' ? undefined : kept;
  }

  async keep({ key }: SecretPlace, secret: string): Promise<void> {
    await this.#store.store(key, secret);
  }

  /** Headers that sign in with what is kept. */
  async headers(connection: ConnectionSettings): Promise<Result<Readonly<Record<string, string>>>> {
    const headers: Record<string, string> = { ...connection.headers };
    for (const place of secretsOf(connection)) {
      if (place.what.type === 'passphrase') continue;
      const secret = await this.get(place);
      if (secret === undefined) return notKept(connection);
      Object.assign(headers, headerOf(place, secret));
    }
    return ok(headers);
  }

  /** Of the client certificate; undefined: it has none. */
  async passphrase(connection: ConnectionSettings): Promise<Result<string | undefined>> {
    const place = secretsOf(connection).find(({ what }) => what.type === 'passphrase');
    if (place === undefined) return ok(undefined);
    const secret = await this.get(place);
    return secret === undefined ? notKept(connection) : ok(secret);
  }
}

const notKept = ({ url }: ConnectionSettings): Result<never> =>
  fail(
    'refused',
    `No credentials are kept for ${new URL(url).origin}.`,
    'Run “Prodlens: Select Environment…” and choose this environment again: it asks for them.',
  );
