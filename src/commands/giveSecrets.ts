import type { EnvironmentSettings } from '../config/schema.ts';
import type { ConnectionSettings } from '../config/schemaConnection.ts';
import type { CredentialGenerations } from '../platform/credentialGenerations.ts';
import type { Approvals } from '../platform/approvals.ts';
import {
  destinationOf,
  secretsOf,
  type ConnectionSecrets,
  type SecretPlace,
} from '../platform/secrets.ts';

export interface GiveSecretsContext {
  readonly secrets: Pick<ConnectionSecrets, 'missing' | 'keep'>;
  readonly generations: Pick<CredentialGenerations, 'renew'>;
  readonly approvals: Pick<Approvals, 'approveTokenProgram' | 'isTokenProgramApproved'>;
  /** Asks a person; undefined: nothing was given. */
  readonly ask: (origin: string, what: SecretPlace['what']) => Promise<string | undefined>;
}

/**
 * Asks for what connections need and isn't kept yet. Behind one address, Grafana's for example, several need the same: that is asked once.
 *
 * @param again also for what is kept: it was refused, or another person signs in
 * @returns whether anything changed
 */
export async function giveSecrets(
  { secrets, generations, approvals, ask }: GiveSecretsContext,
  connections: readonly ConnectionSettings[],
  again: boolean,
): Promise<boolean> {
  const given = new Map<string, Promise<string | undefined>>();
  let any = false;
  for (const connection of connections) {
    const { auth } = connection;
    const destination = destinationOf(connection);
    const { origin, caFile } = destination;
    let changed = false;
    if (auth.type === 'command') {
      changed = !approvals.isTokenProgramApproved(destination, auth.command) || again;
      if (!(await approvals.approveTokenProgram(destination, auth.command))) continue;
    }
    for (const place of again ? secretsOf(connection) : await secrets.missing(connection)) {
      const same = JSON.stringify([origin, caFile, place.what]);
      const answer = given.get(same) ?? ask(origin, place.what);
      given.set(same, answer);
      const secret = await answer;
      if (secret === undefined) continue;
      await secrets.keep(place, secret);
      changed = true;
    }
    if (!changed) continue;
    await generations.renew(connection);
    any = true;
  }
  return any;
}

/** Keeps what was given. @returns whether anything of it wasn't kept already */
export async function keepSecrets(
  secrets: Pick<ConnectionSecrets, 'get' | 'keep'>,
  given: readonly { readonly place: SecretPlace; readonly secret: string }[],
): Promise<boolean> {
  let changed = false;
  for (const { place, secret } of given) {
    if ((await secrets.get(place)) === secret) continue;
    await secrets.keep(place, secret);
    changed = true;
  }
  return changed;
}

/** The origins at which somebody may sign in again, with the connections of the environment there. */
export function signIns({
  metrics,
  traces,
}: EnvironmentSettings): readonly (readonly [string, readonly ConnectionSettings[]])[] {
  const found = new Map<string, ConnectionSettings[]>();
  for (const connection of [metrics, traces]) {
    if (connection === undefined) continue;
    if (connection.auth.type !== 'command' && secretsOf(connection).length === 0) continue;
    const { origin } = new URL(connection.url);
    found.set(origin, [...(found.get(origin) ?? []), connection]);
  }
  return [...found];
}
