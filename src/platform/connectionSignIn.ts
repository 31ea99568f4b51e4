import { homedir } from 'node:os';
import path from 'node:path';
import type { ConnectionSettings } from '../config/schemaConnection.ts';
import type { TlsSettings } from '../config/schemaSignIn.ts';
import { ok } from '../domain/result.ts';
import type { SignIn } from '../telemetry/ports.ts';
import { destinationOf, type ConnectionSecrets } from './secrets.ts';
import type { TokenPrograms } from './tokenPrograms.ts';

export interface Credentials {
  readonly secrets: Pick<ConnectionSecrets, 'headers' | 'passphrase'>;
  readonly tokens: Pick<TokenPrograms, 'headers' | 'refused'>;
}

/** How a configured connection signs in: with kept secrets, a program's token, its headers and certificates. */
export function signInOf(connection: ConnectionSettings, { secrets, tokens }: Credentials): SignIn {
  const { auth, tls } = connection;
  const destination = destinationOf(connection);
  const headers = async () => {
    const kept = await secrets.headers(connection);
    if (auth.type !== 'command' || !kept.ok) return kept;
    const token = await tokens.headers(destination, auth);
    return token.ok ? ok({ ...kept.value, ...token.value }) : token;
  };
  return {
    headers,
    ...(connection.headers === undefined ? {} : { plainHeaders: connection.headers }),
    ...(auth.type === 'command'
      ? { renew: (sent) => tokens.refused(destination, auth, sent) }
      : {}),
    ...(tls === undefined
      ? {}
      : {
          certificates: {
            files: filesOf(tls),
            passphrase: () => secrets.passphrase(connection),
          },
        }),
  };
}

const parts = ['caFile', 'certFile', 'keyFile', 'pfxFile'] as const;

/** The files with `~` as this machine's home folder: of a remote window, the remote machine's. */
function filesOf(tls: TlsSettings): NonNullable<SignIn['certificates']>['files'] {
  const found = parts.flatMap((part) => {
    const file = tls[part];
    if (file === undefined) return [];
    return [[part, /^~[\\/]/.test(file) ? path.join(homedir(), file.slice(2)) : file] as const];
  });
  return Object.fromEntries(found);
}
