import * as vscode from 'vscode';
import { withConnection } from '../config/environmentEdit.ts';
import type { AuthSettings } from '../config/schemaConnection.ts';
import { decodeConnection } from '../config/schemaConnection.ts';
import type { Failure, Result } from '../domain/result.ts';
import type { Backends } from '../platform/backends.ts';
import type { Environments } from '../platform/environments.ts';
import { headersOf } from '../platform/secrets.ts';
import type { ConnectionSecrets } from '../platform/secrets.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundBackend } from '../telemetry/ports.ts';
import { askAddress, askEnvironment, askSignIn, pickBackend } from './connectSteps.ts';
import { tellWhatIsThere } from './connectSummary.ts';
import type { ConnectSummaryContext } from './connectSummary.ts';

export interface ConnectContext extends ConnectSummaryContext {
  readonly environments: Environments;
  readonly secrets: ConnectionSecrets;
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

/** Looks at the address, and asks for credentials as long as they are wanted. Undefined: given up. */
async function signIn({ backends }: ConnectContext, url: string): Promise<Answered | undefined> {
  let [auth, secret]: [AuthSettings, string] = [{ type: 'none' }, ''];
  for (;;) {
    const found = await look(backends, url, headersOf(auth, secret));
    if (found === undefined) return undefined;
    if (found.ok || found.failure.reason !== 'refused') return { found, auth, secret };
    const given = await askSignIn(new URL(url).origin, found.failure, auth);
    if (given === undefined) return undefined;
    ({ auth, secret } = given);
  }
}

/** Undefined: cancelled. */
async function look(
  backends: Pick<Backends, 'probe'>,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Result<readonly FoundBackend[]> | undefined> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking at {0}…', renderUntrustedLabel(new URL(url).origin, 80)),
      cancellable: true,
    },
    async (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => {
        stop.abort();
      });
      const found = await backends.probe(url, headers, stop.signal);
      return stop.signal.aborted ? undefined : found;
    },
  );
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
  const { environments, secrets } = context;
  const backend = await pickBackend(found);
  if (backend === undefined) return;
  const target = await askEnvironment(backend, environments.decoded.environments);
  if (target === undefined) return;
  const connection = { kind: backend.kind, url: backend.url, auth };
  const decoded = decodeConnection(connection, [backend.kind]);
  if (!('url' in decoded)) return;
  if (auth.type !== 'none') await secrets.keep(decoded, secret);
  const settings = vscode.workspace.getConfiguration('prodlens');
  await settings.update(
    'environments',
    withConnection(settings.inspect('environments')?.globalValue, {
      environment: target.name,
      production: target.production,
      signal: backend.signal,
      connection: decoded,
    }),
    vscode.ConfigurationTarget.Global,
  );
  await environments.choose({ environment: target.name });
  environments.touch();
  await tellWhatIsThere(context, backend, target.name);
}
