import type { ConnectionSettings } from './schemaConnection.ts';

export interface ConnectionEdit {
  /** Name of the environment; one that isn't there yet is added at the end. */
  readonly environment: string;
  /** Of an environment that is added; undefined: it is there already. */
  readonly production: boolean | undefined;
  readonly signal: 'metrics' | 'traces';
  readonly connection: ConnectionSettings;
}

/**
 * `prodlens.environments` with a connection more. Everything else in it stays as it is, what this version doesn't know included; so do what
 * a person wrote for the adapter of the connection of the same kind that it takes the place of. Undefined when it is no list, or has a wrong
 * or a second entry of that name: a person must correct it first.
 */
export function withConnection(
  value: unknown,
  edit: ConnectionEdit,
): readonly unknown[] | undefined {
  const { environment, production, signal, connection } = edit;
  const { kind, url, auth, headers, secretHeaders, tls } = connection;
  const written = {
    kind,
    url,
    ...(auth.type === 'none' ? {} : { auth }),
    ...(headers === undefined ? {} : { headers }),
    ...(secretHeaders === undefined ? {} : { secretHeaders }),
    ...(tls === undefined ? {} : { tls }),
  };
  if (value !== undefined && value !== null && !Array.isArray(value)) return undefined;
  const entries: readonly unknown[] = value ?? [];
  const isIt = (entry: unknown): entry is object =>
    typeof entry === 'object' &&
    entry !== null &&
    'name' in entry &&
    typeof entry.name === 'string' &&
    entry.name.trim() === environment;
  if (entries.filter(isIt).length !== (production === undefined ? 1 : 0)) return undefined;
  return production === undefined
    ? entries.map((entry) =>
        isIt(entry)
          ? { ...entry, [signal]: { ...optionsOf(entry, signal, kind), ...written } }
          : entry,
      )
    : [...entries, { name: environment, ...(production ? { production } : {}), [signal]: written }];
}

/** What a connection of this kind has besides where it is and how to sign in there: that is told anew. */
function optionsOf(
  entry: object,
  signal: ConnectionEdit['signal'],
  kind: string,
): Readonly<Record<string, unknown>> {
  const before = (entry as Readonly<Record<string, unknown>>)[signal];
  if (typeof before !== 'object' || before === null) return {};
  if (!('kind' in before) || before.kind !== kind) return {};
  return Object.fromEntries(Object.entries(before).filter(([key]) => !toldAnew.has(key)));
}

const toldAnew: ReadonlySet<string> = new Set([
  'kind',
  'url',
  'auth',
  'headers',
  'secretHeaders',
  'tls',
]);
