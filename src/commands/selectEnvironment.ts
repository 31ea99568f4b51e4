import * as vscode from 'vscode';
import type { EnvironmentSettings } from '../config/schema.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Environments } from '../platform/environments.ts';
import type { Approvals } from '../platform/approvals.ts';
import type { CredentialGenerations } from '../platform/credentialGenerations.ts';
import type { ConnectionSecrets } from '../platform/secrets.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import { askSecret } from './askSecret.ts';
import { giveSecrets, signIns } from './giveSecrets.ts';
import type { ConnectionSettings } from '../config/schemaConnection.ts';

export interface SelectEnvironmentContext {
  readonly environments: Environments;
  readonly secrets: ConnectionSecrets;
  readonly generations: CredentialGenerations;
  readonly approvals: Pick<Approvals, 'approveTokenProgram' | 'isTokenProgramApproved'>;
  readonly insights: Pick<InsightService, 'environment'>;
}

/**
 * `prodlens.selectEnvironment`: the choice is this workspace's and wins over the setting until taken back. Asks for credentials that a
 * connection needs and that aren't kept yet, or were refused. Of the selected one they can be given again at any time: traces that are
 * refused say nothing of the metrics, and a person may want to be another one.
 */
export const selectEnvironment = (context: SelectEnvironmentContext) => async (): Promise<void> => {
  const { environments, insights } = context;
  const selected = environments.selected().name;
  const useSetting = {
    label: vscode.l10n.t('Use setting'),
    description: 'prodlens.environment',
    environment: undefined,
  };
  const rows = environments.decoded.environments.map((environment) => ({
    label: `${environment.name === selected ? '$(check) ' : ''}${renderUntrustedLabel(environment.name, 60)}`,
    description: environment.production ? vscode.l10n.t('production') : '',
    detail: detailOf(environment),
    environment,
  }));
  const others = otherWays(environments.addresses().length === 0);
  const current = environments.decoded.environments.find(({ name }) => name === selected);
  const again = signInRows(current);
  const picked = await vscode.window.showQuickPick<
    (typeof rows)[number] | typeof useSetting | OtherWay | SignInRow
  >(
    [
      ...rows,
      ...(environments.chosen().environment === undefined ? [] : [useSetting]),
      { kind: vscode.QuickPickItemKind.Separator, label: '', command: [] },
      ...again,
      ...others,
    ],
    { title: vscode.l10n.t('Select Environment') },
  );
  if (picked === undefined) return;
  if ('connections' in picked) {
    await askSecrets(context, picked.connections, true);
    return;
  }
  if ('command' in picked) {
    const [id, ...rest] = picked.command;
    if (id !== undefined) await vscode.commands.executeCommand(id, ...rest);
    return;
  }
  const refused =
    picked.environment?.name === selected && insights.environment().failure?.reason === 'refused';
  const { metrics, traces } = picked.environment ?? {};
  const connections = [metrics, traces].filter((one) => one !== undefined);
  await askSecrets(context, connections, refused);
  await environments.choose({ environment: picked.environment?.name });
};

interface SignInRow extends vscode.QuickPickItem {
  readonly connections: readonly ConnectionSettings[];
}

const signInRows = (environment: EnvironmentSettings | undefined): readonly SignInRow[] =>
  (environment === undefined ? [] : signIns(environment)).map(([origin, connections]) => ({
    label: vscode.l10n.t('$(key) Sign In Again at {0}…', renderUntrustedLabel(origin, 80)),
    connections,
  }));

interface OtherWay extends vscode.QuickPickItem {
  /** Id and arguments. */
  readonly command: readonly string[];
}

/** Where another environment comes from; whoever has none is shown how to begin. */
const otherWays = (first: boolean): readonly OtherWay[] => [
  { label: vscode.l10n.t('$(plug) Connect a Backend…'), command: ['prodlens.connect'] },
  ...(first
    ? [
        {
          label: vscode.l10n.t('$(book) First Steps'),
          command: ['workbench.action.openWalkthrough', 'prodlens.prodlens#start'],
        },
      ]
    : []),
];

function detailOf({ metrics, traces, targets }: EnvironmentSettings): string {
  const places = [...new Set([metrics, traces].flatMap((c) => (c === undefined ? [] : [c.url])))];
  return [
    ...places.map((url) => renderUntrustedLabel(url, 80)),
    ...(targets.length === 0
      ? []
      : [
          vscode.l10n.t(
            'Deploy targets: {0}',
            renderUntrustedLabel(targets.map((t) => t.name).join(', ')),
          ),
        ]),
  ].join(' · ');
}

async function askSecrets(
  { environments, secrets, generations, approvals }: SelectEnvironmentContext,
  connections: readonly ConnectionSettings[],
  again: boolean,
): Promise<void> {
  const ask: Parameters<typeof giveSecrets>[0]['ask'] = (origin, what) =>
    askSecret(vscode.l10n.t('Credentials for {0}', origin), origin, what);
  if (await giveSecrets({ secrets, generations, approvals, ask }, connections, again))
    environments.touch();
}
