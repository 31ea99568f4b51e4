import * as vscode from 'vscode';
import type { SecretPlace } from '../platform/secrets.ts';

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i;

/** Whether a host, without its port, is this machine by its name. */
export const isLoopback = (host: string): boolean => loopback.test(host);

/**
 * A password, token or passphrase for an origin; says where it is kept, and when it is sent unencrypted. Undefined: none given.
 *
 * @param before said first: why it is asked for
 */
export async function askSecret(
  title: string,
  origin: string,
  what: SecretPlace['what'],
  before?: string,
): Promise<string | undefined> {
  const { protocol, hostname } = new URL(origin);
  const kept =
    protocol === 'https:' || isLoopback(hostname)
      ? vscode.l10n.t('It is kept in VS Code’s secret storage.')
      : vscode.l10n.t(
          'It is kept in VS Code’s secret storage, but sent unencrypted: the address is http, not https.',
        );
  const secret = await vscode.window.showInputBox({
    title,
    prompt: [before, promptOf(what, kept)].filter(Boolean).join(' '),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /\p{Cc}/u.test(text) ? vscode.l10n.t('No line breaks or control characters.') : undefined,
  });
  return secret === '' ? undefined : secret;
}

function promptOf(what: SecretPlace['what'], kept: string): string {
  switch (what.type) {
    case 'password':
      return vscode.l10n.t('Password of {0}. {1}', what.user, kept);
    case 'token':
      return vscode.l10n.t('Token. {0}', kept);
    case 'header':
      return vscode.l10n.t('Value of the header {0}. {1}', what.name, kept);
    case 'passphrase':
      return vscode.l10n.t('Passphrase of {0}. {1}', what.file, kept);
  }
}
