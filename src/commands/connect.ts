import * as vscode from 'vscode';
import { withConnection } from '../config/environmentEdit.ts';
import type { AuthSettings, ConnectionSettings } from '../config/schemaConnection.ts';
import { decodeConnection } from '../config/schemaConnection.ts';
import type { Failure, Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Backends } from '../platform/backends.ts';
import { cancellable } from '../platform/cancellable.ts';
import { headersOf, secretKeyOf } from '../platform/secrets.ts';
import type { ConnectionSecrets } from '../platform/secrets.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundBackend, SignIn } from '../telemetry/ports.ts';
import { askAddress, askEnvironment, askSignIn } from './connectSteps.ts';
import { tellWhatIsThere } from './connectSummary.ts';
import type { ConnectSummaryContext } from './connectSummary.ts';
import { pickBackends } from './pickBackends.ts';

export interface ConnectContext extends ConnectSummaryContext {
  readonly secrets: ConnectionSecrets;
  readonly backends: Pick<Backends, 'probe' | 'renew'>;
  readonly trusted: () => boolean;
}

/**
 * `prodlens.connect`: an address, what answers there, how to sign in, and what it has for this workspace. Nothing is written before the
 * backend answered; the secret is kept under kind and origin, in VS Code's secret storage only.
 */
export const connect = (context: ConnectContext) => async (): Promise<void> => {
  if (!context.trusted()) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'A backend is asked in a trusted workspace only. Run “Workspaces: Manage Workspace Trust”.',
      ),
    );
    return;
  }
  let typed: string | undefined;
  for (;;) {
    const url = await askAddress(typed);
    if (url === undefined) return;
    typed = url;
    const answered = await signIn(context, url);
    if (answered === undefined) return;
    if (answered.found.ok) {
      await keep(context, answered.found.value, answered);
      return;
    }
    if (!(await askAgain(answered.found.failure))) return;
  }
};

interface Answered {
  readonly found: Result<readonly FoundBackend[]>;
  readonly auth: AuthSettings;
  readonly secret: string;
}

const signedWith = (auth: AuthSettings, secret: string): SignIn => ({
  headers: () => Promise.resolve(ok(headersOf(auth, secret))),
});

/** Looks at the address, and asks for credentials as long as they are wanted. Undefined: given up. */
async function signIn({ backends }: ConnectContext, url: string): Promise<Answered | undefined> {
  let [auth, secret]: [AuthSettings, string] = [{ type: 'none' }, ''];
  for (;;) {
    const found = await cancellable(
      vscode.l10n.t('Looking at {0}…', renderUntrustedLabel(new URL(url).origin, 80)),
      (cancelled) => backends.probe(url, signedWith(auth, secret), cancelled),
    );
    if (found === undefined) return undefined;
    if (found.ok || found.failure.reason !== 'refused') return { found, auth, secret };
    const given = await askSignIn(new URL(url).origin, found.failure, auth);
    if (given === undefined) return undefined;
    ({ auth, secret } = given);
  }
}

async function askAgain({ message, remedy }: Failure): Promise<boolean> {
  const again = vscode.l10n.t('Correct the Address');
  const text = renderUntrustedLabel(`${message} ${remedy ?? ''}`.trim(), 600);
  return (await vscode.window.showWarningMessage(text, again)) === again;
}

async function keep(
  context: ConnectContext,
  found: readonly FoundBackend[],
  { auth, secret }: Answered,
): Promise<void> {
  const { environments, secrets, backends } = context;
  const how = signedWith(auth, secret);
  const picked = await pickBackends(found, (url, signal) => backends.probe(url, how, signal));
  if (picked === undefined) return;
  const target = await askEnvironment(picked, environments.decoded.environments);
  if (target === undefined) return;
  const settings = vscode.workspace.getConfiguration('prodlens');
  let edited: unknown = settings.inspect('environments')?.globalValue;
  let { production } = target;
  const connections: ConnectionSettings[] = [];
  for (const { kind, url, signal } of picked) {
    const connection = decodeConnection({ kind, url, auth }, [kind]);
    if (!('url' in connection)) return;
    const { name: environment } = target;
    edited = withConnection(edited, { environment, production, signal, connection });
    if (edited === undefined) {
      await tellWrongSetting(target.name);
      return;
    }
    connections.push(connection);
    production = undefined;
  }
  if (auth.type !== 'none') {
    for (const connection of connections)
      if (!(await mayReplace(context, connection, secret, target.name))) return;
    for (const connection of connections) {
      await secrets.keep(connection, secret);
      backends.renew(connection);
    }
  }
  await settings.update('environments', edited, vscode.ConfigurationTarget.Global);
  await environments.choose({ environment: target.name });
  environments.touch();
  await tellWhatIsThere(context, picked, target.name);
}

async function tellWrongSetting(environment: string): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  const text = vscode.l10n.t(
    'Nothing was written: the setting prodlens.environments has mistakes that concern {0}. Correct them first.',
    renderUntrustedLabel(environment, 60),
  );
  if ((await vscode.window.showErrorMessage(text, open)) === open)
    await vscode.commands.executeCommand('workbench.action.openSettings', 'prodlens.environments');
}

/** One secret is kept for each kind, origin and way to sign in: another environment of the same would ask as somebody else. */
async function mayReplace(
  { environments, secrets }: ConnectContext,
  connection: ConnectionSettings,
  secret: string,
  environment: string,
): Promise<boolean> {
  const key = secretKeyOf(connection);
  const other = environments.decoded.environments.find(
    ({ name, metrics, traces }) =>
      name !== environment &&
      [metrics, traces].some((one) => one !== undefined && secretKeyOf(one) === key),
  );
  if (other === undefined || !(await secrets.hasOther(connection, secret))) return true;
  const replace = vscode.l10n.t('Replace');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} signs in there the same way.', renderUntrustedLabel(other.name, 60)),
    {
      modal: true,
      detail: vscode.l10n.t(
        'One secret is kept for this address and way to sign in: {0} would use the new one as well, and see what it may see.',
        renderUntrustedLabel(other.name, 60),
      ),
    },
    replace,
  );
  return chosen === replace;
}
