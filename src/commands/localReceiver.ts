import * as vscode from 'vscode';
import type { LocalReceiver } from '../platform/localReceiver.ts';
import { redact } from '../platform/redact.ts';

/** `prodlens.startLocalReceiver`: says where it listens, or why it can't and what to do. */
export const startLocalReceiver = (receiver: LocalReceiver) => async (): Promise<void> => {
  const started = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('Starting the local receiver…'),
    },
    () => receiver.start(),
  );
  if (!started.ok) {
    const { message, remedy } = started.failure;
    const untrusted = started.failure.reason === 'untrusted';
    const manage = vscode.l10n.t('Manage Workspace Trust');
    const answer = await vscode.window.showErrorMessage(
      redact([message, remedy].filter(Boolean).join(' '), 800),
      ...(untrusted ? [manage] : []),
    );
    if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  const status = started.value;
  if (status.state !== 'leading' && status.state !== 'following') return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'The local receiver listens on http://localhost:{0} (OTLP/HTTP) and localhost:{1} (OTLP/gRPC).',
      status.httpPort,
      status.grpcPort,
    ),
  );
};

/** `prodlens.stopLocalReceiver`: what was received stays on disk. */
export const stopLocalReceiver = (receiver: LocalReceiver) => async (): Promise<void> => {
  await receiver.stop();
};
