import * as vscode from 'vscode';
import type { EnvironmentSettings } from '../config/schema.ts';
import { localName } from '../config/schema.ts';
import { decodeConnection } from '../config/schemaConnection.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundBackend } from '../telemetry/ports.ts';
import { isLoopback } from './askSecret.ts';

export const connectTitle = (): string => vscode.l10n.t('Connect a Backend');

/** What is typed without a scheme: encrypted, but for this machine. */
const schemed = (text: string): string =>
  isLoopback(text.replace(/(?::\d+)?(?:\/.*)?$/, '')) ? `http://${text}` : `https://${text}`;

/** The address, decoded: absolute, without a slash at its end. Undefined: given up. */
export async function askAddress(typed: string | undefined): Promise<string | undefined> {
  const read = (text: string) =>
    decodeConnection({ kind: '-', url: /^[a-z]+:\/\//i.test(text) ? text : schemed(text) }, ['-']);
  const text = await vscode.window.showInputBox({
    title: connectTitle(),
    prompt: vscode.l10n.t(
      'Address of Prometheus (or Mimir, Thanos, VictoriaMetrics), Jaeger, Tempo, Zipkin or Grafana. What answers there is found by asking it.',
    ),
    placeHolder: 'https://prometheus.example.com',
    ignoreFocusOut: true,
    ...(typed === undefined ? {} : { value: typed }),
    validateInput: (value) => {
      const decoded = read(value.trim());
      return value.trim() === '' || 'url' in decoded
        ? undefined
        : vscode.l10n.t('This {0}.', decoded.message);
    },
  });
  if (text === undefined || text.trim() === '') return undefined;
  const decoded = read(text.trim());
  return 'url' in decoded ? decoded.url : undefined;
}

/** What it is and, behind Grafana, what it is called there. */
export const nameOf = ({ title, version, behind }: FoundBackend): string => {
  const what = renderUntrustedLabel(version === undefined ? title : `${title} ${version}`, 80);
  return behind === undefined
    ? what
    : vscode.l10n.t(
        '{0} “{1}” in {2}',
        what,
        renderUntrustedLabel(behind.name, 60),
        behind.program,
      );
};

/** Which environment the backends belong to: one that is there, or a new one (`production` says what it is). */
export async function askEnvironment(
  backends: readonly FoundBackend[],
  environments: readonly EnvironmentSettings[],
): Promise<{ readonly name: string; readonly production: boolean | undefined } | undefined> {
  const names = backends.map(nameOf).join(', ');
  const others = environments.filter(({ name }) => name !== localName);
  if (others.length > 0) {
    const rows = others.map((environment) => ({
      label: renderUntrustedLabel(environment.name, 60),
      description: replacedBy(backends, environment),
      environment: { name: environment.name, production: undefined },
    }));
    const picked = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('$(add) New environment'), description: '', environment: undefined },
        ...rows,
      ],
      {
        title: connectTitle(),
        placeHolder: vscode.l10n.t('{0} answers. Which environment is it of?', names),
        ignoreFocusOut: true,
      },
    );
    if (picked === undefined) return undefined;
    if (picked.environment !== undefined) return picked.environment;
  }
  const name = await vscode.window.showInputBox({
    title: connectTitle(),
    prompt: vscode.l10n.t('{0} answers. Name of its environment', names),
    value: others.length === 0 ? 'production' : '',
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (text.trim().length > 60) return vscode.l10n.t('At most 60 characters.');
      return environments.some((e) => e.name === text.trim())
        ? vscode.l10n.t('There is an environment of this name.')
        : undefined;
    },
  });
  if (name === undefined || name.trim() === '') return undefined;
  const kind = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('Production'),
        detail: vscode.l10n.t('A rollback there asks for the target’s name to be typed.'),
        production: true,
      },
      { label: vscode.l10n.t('Not production'), production: false },
    ],
    {
      title: connectTitle(),
      placeHolder: vscode.l10n.t(
        'Is {0} an environment of production?',
        renderUntrustedLabel(name.trim(), 60),
      ),
      ignoreFocusOut: true,
    },
  );
  return kind === undefined ? undefined : { name: name.trim(), production: kind.production };
}

function replacedBy(backends: readonly FoundBackend[], environment: EnvironmentSettings): string {
  const replaced = backends.flatMap(({ signal }) => environment[signal]?.url ?? []);
  return replaced.length === 0
    ? vscode.l10n.t('adds it')
    : vscode.l10n.t(
        'replaces {0}',
        replaced.map((url) => renderUntrustedLabel(url, 80)).join(', '),
      );
}
