import * as vscode from 'vscode';
import type { EnvironmentSettings } from '../config/schema.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Backends } from '../platform/backends.ts';
import type { Environments } from '../platform/environments.ts';
import type { Approvals } from '../platform/approvals.ts';
import { secretsOf, type ConnectionSecrets } from '../platform/secrets.ts';
import type { TokenPrograms } from '../platform/tokenPrograms.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import { askSecret } from './askSecret.ts';

export interface SelectEnvironmentContext {
  readonly environments: Environments;
  readonly secrets: ConnectionSecrets;
  readonly tokens: Pick<TokenPrograms, 'forget'>;
  readonly approvals: Pick<Approvals, 'approveTokenProgram' | 'isTokenProgramApproved'>;
  readonly backends: Pick<Backends, 'renew'>;
  readonly insights: Pick<InsightService, 'environment'>;
}

/**
 * `prodlens.selectEnvironment`: the choice is this workspace's and wins over the setting until taken back. Asks for credentials that a
 * connection needs and that aren't kept yet, or were refused.
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
  const picked = await vscode.window.showQuickPick<
    (typeof rows)[number] | typeof useSetting | OtherWay
  >(
    [
      ...rows,
      ...(environments.chosen().environment === undefined ? [] : [useSetting]),
      { kind: vscode.QuickPickItemKind.Separator, label: '', command: [] },
      ...others,
    ],
    { title: vscode.l10n.t('Select Environment') },
  );
  if (picked === undefined) return;
  if ('command' in picked) {
    const [id, ...rest] = picked.command;
    if (id !== undefined) await vscode.commands.executeCommand(id, ...rest);
    return;
  }
  const refused =
    picked.environment?.name === selected && insights.environment().failure?.reason === 'refused';
  if (picked.environment !== undefined) await askSecrets(context, picked.environment, refused);
  await environments.choose({ environment: picked.environment?.name });
};

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
  { environments, secrets, tokens, approvals, backends }: SelectEnvironmentContext,
  { metrics, traces }: EnvironmentSettings,
  again: boolean,
): Promise<void> {
  for (const connection of [metrics, traces]) {
    if (connection === undefined) continue;
    const { auth, url } = connection;
    const { origin } = new URL(url);
    let changed = false;
    if (auth.type === 'command') {
      if (again) tokens.forget();
      changed = !approvals.isTokenProgramApproved(origin, auth.command) || again;
      if (!(await approvals.approveTokenProgram(origin, auth.command))) continue;
    }
    for (const place of again ? secretsOf(connection) : await secrets.missing(connection)) {
      const title = vscode.l10n.t('Credentials for {0}', origin);
      const secret = await askSecret(title, origin, place.what);
      if (secret === undefined) continue;
      await secrets.keep(place, secret);
      changed = true;
    }
    if (!changed) continue;
    backends.renew(connection);
    environments.touch();
  }
}
