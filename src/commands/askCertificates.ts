import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { SignInSettings } from '../config/schemaSignIn.ts';
import { connectTitle } from './connectSteps.ts';

/** A file of the machine that Prodlens runs on: in a remote window the remote one. Undefined: none chosen. */
export async function askFile(label: string): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: `${connectTitle()}: ${label}`,
      openLabel: vscode.l10n.t('Use'),
      canSelectMany: false,
    })) ?? [];
  return file?.scheme === 'file' || file?.scheme === 'vscode-remote' ? file.fsPath : undefined;
}

/** The files of a client certificate; whether they are encrypted shows when they are used. Undefined: none chosen. */
export async function askClientCertificate(
  settings: SignInSettings,
): Promise<SignInSettings | undefined> {
  const { caFile } = settings.tls ?? {};
  const authority = caFile === undefined ? {} : { caFile };
  const first = await askFile(vscode.l10n.t('Client certificate (PEM or PFX)'));
  if (first === undefined) return undefined;
  const text = await contentOf(first);
  // PKCS #12 is binary.
  if (!text.includes('-----BEGIN')) return { ...settings, tls: { ...authority, pfxFile: first } };
  const keyFile = hasKey(text) ? first : await askFile(vscode.l10n.t('Its private key (PEM)'));
  if (keyFile === undefined) return undefined;
  return { ...settings, tls: { ...authority, certFile: first, keyFile } };
}

const hasKey = (text: string): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);

/** What can't be read is said by whoever uses it. */
const contentOf = (file: string): Promise<string> => readFile(file, 'latin1').catch(() => '');
