import type { ConnectionSettings } from './schemaConnection.ts';

export interface ConnectionEdit {
  /** Name of the environment; one that isn't there yet is added at the end. */
  readonly environment: string;
  /** Of an environment that is added. */
  readonly production: boolean;
  readonly signal: 'metrics' | 'traces';
  readonly connection: ConnectionSettings;
}

/** `prodlens.environments` with a connection more. Everything else in it stays as it is, what this version doesn't know included. */
export function withConnection(value: unknown, edit: ConnectionEdit): readonly unknown[] {
  const { environment, production, signal, connection } = edit;
  const { kind, url, auth } = connection;
  const written = { kind, url, ...(auth.type === 'none' ? {} : { auth }) };
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const isIt = (entry: unknown): entry is object =>
    typeof entry === 'object' &&
    entry !== null &&
    'name' in entry &&
    typeof entry.name === 'string' &&
    entry.name.trim() === environment;
  const at = entries.findIndex(isIt);
  const known = entries[at];
  return isIt(known)
    ? entries.with(at, { ...known, [signal]: written })
    : [...entries, { name: environment, ...(production ? { production } : {}), [signal]: written }];
}
