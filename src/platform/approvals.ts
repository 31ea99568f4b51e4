import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import * as vscode from 'vscode';
import type { DeployTarget } from '../rollback/ports.ts';
import { redact } from './redact.ts';
import { renderArgv } from './renderArgv.ts';
import type { Destination } from './secrets.ts';

const storageKey = 'prodlens.approvedPrograms';

/** Key of an approval: the whole argv on this machine. A changed word or another host is another program. */
export const approvalKey = (argv: readonly string[], host: string): string =>
  createHash('sha256')
    .update(JSON.stringify([host, ...argv]))
    .digest('hex');

/** As for a program alone, with where its token goes: an address that was changed gets none, nor does one that another vouches for. */
const tokenApprovalKey = (
  { origin, caFile }: Destination,
  argv: readonly string[],
  host: string,
): string =>
  createHash('sha256')
    .update(JSON.stringify([host, { token: origin, caFile }, ...argv]))
    .digest('hex');

/** Programs that a person has agreed to run, once each, after seeing the whole argv (docs/security.md). */
export class Approvals {
  readonly #storage: vscode.Memento;

  /** @param storage global state: an approval is the person's, not a workspace's. */
  constructor(storage: vscode.Memento) {
    this.#storage = storage;
  }

  /** Whether this program may run, and its token go there. */
  readonly isTokenProgramApproved = (to: Destination, argv: readonly string[]): boolean =>
    this.#storage
      .get<readonly string[]>(storageKey, [])
      .includes(tokenApprovalKey(to, argv, hostname()));

  /** Asks a person whether this program may run, and its token go there; not again once they agreed. */
  readonly approveTokenProgram = async (
    to: Destination,
    argv: readonly string[],
  ): Promise<boolean> => {
    if (this.isTokenProgramApproved(to, argv)) return true;
    const { origin, caFile } = to;
    const paragraphs = [
      renderArgv(argv),
      ...(caFile === undefined
        ? []
        : [
            vscode.l10n.t(
              'The server there is trusted by {0} alone, not by the system’s certificates.',
              renderArgv([caFile]),
            ),
          ]),
      vscode.l10n.t('You are asked again when the program or the address changes.'),
    ];
    const allow = vscode.l10n.t('Allow');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Allow Prodlens to run this program and to send the token that it prints to {0}?',
        redact(origin, 200),
      ),
      {
        modal: true,
        detail: paragraphs.join('\n\n'),
      },
      allow,
    );
    if (answer !== allow) return false;
    const approved = this.#storage.get<readonly string[]>(storageKey, []);
    const key = tokenApprovalKey(to, argv, hostname());
    await this.#storage.update(storageKey, [...approved, key]);
    return true;
  };

  readonly approvePrograms = async (
    target: DeployTarget,
    programs: readonly (readonly string[])[],
  ): Promise<boolean> => {
    const approved = new Set(this.#storage.get<readonly string[]>(storageKey, []));
    const asked = programs.filter((argv) => !approved.has(approvalKey(argv, hostname())));
    if (asked.length === 0) return true;
    const allow = vscode.l10n.t('Allow');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Allow Prodlens to run these programs for the deploy target {0} of {1}?',
        redact(target.name, 100),
        redact(target.environment, 60),
      ),
      {
        modal: true,
        detail: `${asked.map(renderArgv).join('\n\n')}\n\n${vscode.l10n.t('You are asked again when one of them changes.')}`,
      },
      allow,
    );
    if (answer !== allow) return false;
    for (const argv of asked) approved.add(approvalKey(argv, hostname()));
    await this.#storage.update(storageKey, [...approved]);
    return true;
  };
}
