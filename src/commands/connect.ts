import * as vscode from 'vscode';
import { withConnection } from '../config/environmentEdit.ts';
import type { ConnectionSettings } from '../config/schemaConnection.ts';
import { decodeConnection } from '../config/schemaConnection.ts';
import type { Failure, Result } from '../domain/result.ts';
import type { Backends } from '../platform/backends.ts';
import { cancellable } from '../platform/cancellable.ts';
import type { CredentialGenerations } from '../platform/credentialGenerations.ts';
import { secretsOf, type ConnectionSecrets } from '../platform/secrets.ts';
import type { TokenPrograms } from '../platform/tokenPrograms.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundBackend } from '../telemetry/ports.ts';
import { askSignIn, canBeGiven, type AskSignInContext } from './askSignIn.ts';
import { ConnectDraft } from './connectDraft.ts';
import { askAddress, askEnvironment } from './connectSteps.ts';
import { tellWhatIsThere } from './connectSummary.ts';
import type { ConnectSummaryContext } from './connectSummary.ts';
import { keepSecrets } from './giveSecrets.ts';
import { pickBackends } from './pickBackends.ts';

export interface ConnectContext extends ConnectSummaryContext, AskSignInContext {
  readonly secrets: ConnectionSecrets;
  readonly tokens: Pick<TokenPrograms, 'headers' | 'refused'>;
  readonly generations: Pick<CredentialGenerations, 'renew'>;
  readonly backends: Pick<Backends, 'probe'>;
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
    const draft = new ConnectDraft(url, context.tokens);
    const found = await signIn(context, draft, url);
    if (found === undefined) return;
    if (found.ok) {
      await keep(context, found.value, draft);
      return;
    }
    if (!(await askAgain(found.failure))) return;
  }
};

/** Looks at the address, and asks how to sign in as long as that may help. Undefined: given up. */
async function signIn(
  context: ConnectContext,
  draft: ConnectDraft,
  url: string,
): Promise<Result<readonly FoundBackend[]> | undefined> {
  for (;;) {
    const found = await cancellable(
      vscode.l10n.t('Looking at {0}…', renderUntrustedLabel(draft.origin, 80)),
      (cancelled) => context.backends.probe(url, draft.how, cancelled),
    );
    if (found === undefined || found.ok || !canBeGiven(found.failure)) return found;
    if (!(await askSignIn(draft, found.failure, context))) return undefined;
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
  draft: ConnectDraft,
): Promise<void> {
  const { environments, secrets, generations, backends } = context;
  const picked = await pickBackends(found, (url, signal) => backends.probe(url, draft.how, signal));
  if (picked === undefined) return;
  const target = await askEnvironment(picked, environments.decoded.environments);
  if (target === undefined) return;
  const settings = vscode.workspace.getConfiguration('prodlens');
  let edited: unknown = settings.inspect('environments')?.globalValue;
  let { production } = target;
  const connections: ConnectionSettings[] = [];
  for (const { kind, url, signal } of picked) {
    const connection = decodeConnection({ kind, url, ...draft.settings }, [kind]);
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
  for (const connection of connections)
    if (!(await mayReplace(context, connection, draft, target.name))) return;
  for (const connection of connections) {
    // A program may print another's token by now.
    const replaced = await keepSecrets(secrets, await draft.secretsFor(connection));
    if (replaced || connection.auth.type === 'command') await generations.renew(connection);
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
  draft: ConnectDraft,
  environment: string,
): Promise<boolean> {
  const given = await draft.secretsFor(connection);
  const kept = await Promise.all(given.map(({ place }) => secrets.get(place)));
  const replaced = given.filter(({ secret }, i) => ![undefined, secret].includes(kept[i]));
  const keys = new Set(replaced.map(({ place }) => place.key));
  const other = environments.decoded.environments.find(
    ({ name, metrics, traces }) =>
      name !== environment &&
      [metrics, traces].some(
        (one) => one !== undefined && secretsOf(one).some(({ key }) => keys.has(key)),
      ),
  );
  if (other === undefined) return true;
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
