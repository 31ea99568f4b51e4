import { randomBytes } from 'node:crypto';
import type { ConnectionSettings } from '../config/schemaConnection.ts';
import type { Disposable } from './disposables.ts';
import { Emitter } from './disposables.ts';
import type { SecretStore } from './secrets.ts';

/** What of VS Code's SecretStorage is used: its events come from all windows of this person. */
export interface SharedSecretStore extends SecretStore {
  onDidChange(listener: (changed: { readonly key: string }) => void): Disposable;
}

const prefix = 'prodlens.generation ';

/** Where credentials hold: secrets are kept for a kind of backend at an exact origin. */
export const credentialsPlace = ({ kind, url }: Pick<ConnectionSettings, 'kind' | 'url'>): string =>
  `${kind} ${new URL(url).origin}`;

/**
 * A random word beside the secrets of each kind and origin, another one whenever somebody gave other credentials: answers are kept under
 * it, so that those to other credentials are never read. It says nothing of the credentials.
 */
export class CredentialGenerations implements Disposable {
  readonly #store: SharedSecretStore;
  readonly #changed = new Emitter<string>();
  readonly #listening: Disposable;
  /** Keys that this window is changing: it tells of them itself. */
  readonly #storing = new Set<string>();

  constructor(store: SharedSecretStore) {
    this.#store = store;
    this.#listening = store.onDidChange(({ key }) => {
      if (key.startsWith(prefix) && !this.#storing.has(key))
        this.#changed.fire(key.slice(prefix.length));
    });
  }

  /** Tells the place of credentials that were changed, in whichever window. */
  readonly onDidChange = (listener: (place: string) => void): Disposable =>
    this.#changed.on(listener);

  /** The word of now; one of its own, which nobody shares, where it can't be read. */
  async of(connection: ConnectionSettings): Promise<string> {
    try {
      return (await this.#store.get(prefix + credentialsPlace(connection))) ?? '';
    } catch {
      return randomWord();
    }
  }

  /** After the credentials were stored: whoever reads the new word signs in with the new ones. */
  async renew(connection: ConnectionSettings): Promise<void> {
    const place = credentialsPlace(connection);
    const key = prefix + place;
    this.#storing.add(key);
    try {
      await this.#store.store(key, randomWord());
    } finally {
      this.#storing.delete(key);
      this.#changed.fire(place);
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }
}

const randomWord = (): string => randomBytes(12).toString('hex');
