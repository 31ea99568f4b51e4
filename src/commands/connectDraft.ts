import type { ConnectionSettings } from '../config/schemaConnection.ts';
import type { SignInSettings } from '../config/schemaSignIn.ts';
import { signInOf } from '../platform/connectionSignIn.ts';
import { ConnectionSecrets, secretsOf } from '../platform/secrets.ts';
import type { TokenPrograms } from '../platform/tokenPrograms.ts';
import type { SignIn } from '../telemetry/ports.ts';

/** What a person gave so far to sign in at an address: in memory, until the backend has answered. */
export class ConnectDraft {
  readonly #url: string;
  readonly #tokens: Pick<TokenPrograms, 'headers' | 'refused'>;
  readonly #secrets: ConnectionSecrets;
  settings: SignInSettings = { auth: { type: 'none' } };

  constructor(url: string, tokens: Pick<TokenPrograms, 'headers' | 'refused'>) {
    this.#url = url;
    this.#tokens = tokens;
    const given = new Map<string, string>();
    this.#secrets = new ConnectionSecrets({
      get: (key) => Promise.resolve(given.get(key)),
      store: (key, value) => Promise.resolve(void given.set(key, value)),
    });
  }

  get origin(): string {
    return new URL(this.#url).origin;
  }

  /** As if it were of a kind already; which one it is shows only when it answers. */
  get connection(): ConnectionSettings {
    return { kind: '-', url: this.#url, ...this.settings };
  }

  get secrets(): ConnectionSecrets {
    return this.#secrets;
  }

  get how(): SignIn {
    return signInOf(this.connection, { secrets: this.#secrets, tokens: this.#tokens });
  }

  /** The secrets that were given, for where a connection that was made of this keeps them. */
  async secretsFor(
    connection: ConnectionSettings,
  ): Promise<
    readonly { readonly place: ReturnType<typeof secretsOf>[number]; readonly secret: string }[]
  > {
    const drafted = secretsOf(this.connection);
    const found = await Promise.all(
      secretsOf(connection).map(async (place) => {
        const same = drafted.find(
          ({ what }) => JSON.stringify(what) === JSON.stringify(place.what),
        );
        const secret = same === undefined ? undefined : await this.#secrets.get(same);
        return secret === undefined ? [] : [{ place, secret }];
      }),
    );
    return found.flat();
  }
}
