import * as vscode from 'vscode';
import type { AuthSettings } from '../config/schemaConnection.ts';

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i;

/** Whether a host, without its port, is this machine by its name. */
export const isLoopback = (host: string): boolean => loopback.test(host);

/** A password or token for an origin; says where it is kept, and when it is sent unencrypted. Undefined: none given. */
export async function askSecret(
  title: string,
  origin: string,
  auth: Exclude<AuthSettings, { type: 'none' }>,
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
    prompt:
      auth.type === 'basic'
        ? vscode.l10n.t('Password of {0}. {1}', auth.user, kept)
        : vscode.l10n.t('Token. {0}', kept),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /\p{Cc}/u.test(text) ? vscode.l10n.t('No line breaks or control characters.') : undefined,
  });
  return secret === '' ? undefined : secret;
}
