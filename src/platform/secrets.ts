import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { AuthSettings, ConnectionSettings } from '../config/schemaConnection.ts';

/** What of VS Code's SecretStorage is used. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

/**
 * Kept under kind, exact origin and how to sign in, never under an environment's name: whoever changes an address in a setting gets no
 * secret with it, and a password is never sent as another user's or as a token.
 */
export const secretKeyOf = ({ kind, url, auth }: ConnectionSettings): string => {
  const who = auth.type === 'basic' ? auth.user : auth.type === 'header' ? auth.name : '';
  return `prodlens.connection ${kind} ${new URL(url).origin} ${auth.type} ${who}`.trim();
};

/** Headers that sign in with a secret. RFC 7617 (basic), RFC 6750 (bearer). */
export function headersOf(auth: AuthSettings, secret: string): Readonly<Record<string, string>> {
  switch (auth.type) {
    case 'none':
      return {};
    case 'basic':
      return {
        Authorization: `Basic ${Buffer.from(`${auth.user}:${secret}`, 'utf8').toString('base64')}`,
      };
    case 'bearer':
      return { Authorization: `Bearer ${secret}` };
    case 'header':
      return { [auth.name]: secret };
  }
}

/** Credentials of connections. */
export class ConnectionSecrets {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  async has(connection: ConnectionSettings): Promise<boolean> {
    return connection.auth.type === 'none' || (await this.#secret(connection)) !== undefined;
  }

  /** Whether another secret is kept for the same kind, origin and way to sign in. */
  async hasOther(connection: ConnectionSettings, secret: string): Promise<boolean> {
    const kept = await this.#secret(connection);
    return kept !== undefined && kept !== secret;
  }

  async keep(connection: ConnectionSettings, secret: string): Promise<void> {
    await this.#store.store(secretKeyOf(connection), secret);
  }

  /** Headers that sign in. */
  async headers(connection: ConnectionSettings): Promise<Result<Readonly<Record<string, string>>>> {
    const { auth } = connection;
    if (auth.type === 'none') return ok({});
    const secret = await this.#secret(connection);
    if (secret === undefined)
      return fail(
        'refused',
        `No credentials are kept for ${new URL(connection.url).origin}.`,
        'Run “Prodlens: Select Environment…” and choose this environment again: it asks for them.',
      );
    return ok(headersOf(auth, secret));
  }

  async #secret(connection: ConnectionSettings): Promise<string | undefined> {
    const kept = await this.#store.get(secretKeyOf(connection));
    return kept === undefined || kept === '' ? undefined : kept;
  }
}
