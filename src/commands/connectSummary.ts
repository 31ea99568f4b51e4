import * as vscode from 'vscode';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract } from '../symbols/contract.ts';
import type { FoundBackend, MetricsSource } from '../telemetry/ports.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import { nameOf } from './connectSteps.ts';

export interface ConnectSummaryContext {
  readonly index: Pick<Remote<IndexContract>, 'call'>;
  /** Of the environment in use. */
  readonly metrics: () => MetricsSource | undefined;
  /** One sentence of the environment in use: what was found and what is missing. */
  readonly detail: () => string;
  readonly onDidChangeEnvironment: (listener: () => void) => { dispose(): void };
}

/** Longest wait for the adapters to be loaded. */
const loadWithin = 10_000;

/** What the backend has for this workspace, and what to do next. */
export async function tellWhatIsThere(
  context: ConnectSummaryContext,
  backend: FoundBackend,
  environment: string,
): Promise<void> {
  const coverage = vscode.l10n.t('Show Instrumentation Coverage');
  const more = vscode.l10n.t('Connect Another Backend');
  const name = renderUntrustedLabel(environment, 60);
  if (backend.signal === 'traces') {
    const text = vscode.l10n.t(
      '{0} gives {1} its traces: {2}.',
      nameOf(backend),
      name,
      servicesText(backend.services ?? []),
    );
    if ((await vscode.window.showInformationMessage(text, more)) === more)
      await vscode.commands.executeCommand('prodlens.connect');
    return;
  }
  const said = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking at what {0} has for this workspace…', nameOf(backend)),
    },
    () => numbersThere(context, name),
  );
  const chosen = await (said.good
    ? vscode.window.showInformationMessage(said.text, coverage, more)
    : vscode.window.showWarningMessage(said.text, more));
  if (chosen === coverage) await vscode.commands.executeCommand('prodlens.showCoverage');
  if (chosen === more) await vscode.commands.executeCommand('prodlens.connect');
}

async function numbersThere(
  context: ConnectSummaryContext,
  environment: string,
): Promise<{ readonly good: boolean; readonly text: string }> {
  const signal = AbortSignal.timeout(60_000);
  const source = await sourceOf(context);
  const services = await source?.services(signal);
  if (services?.ok !== true) {
    const why = services === undefined ? context.detail() : textOf(services.failure);
    return {
      good: false,
      text: vscode.l10n.t('{0} is connected, but has no numbers: {1}', environment, why),
    };
  }
  if (services.value.length === 0)
    return {
      good: false,
      text: vscode.l10n.t(
        '{0} is connected, but no metrics of calls were found there: neither span metrics nor HTTP or RPC server metrics of OpenTelemetry, Micrometer or Autometrics. The README shows how a collector makes them.',
        environment,
      ),
    };
  const all = await context.index.call('operations', undefined, { signal });
  const known = new Set<string>(services.value.map(({ service }) => service));
  const here = all.filter(({ operation }) => known.has(operation.service));
  const owned = here.filter(({ attribution }) => attribution.kind === 'owned');
  const functions = new Set(
    owned.flatMap(({ attribution }) =>
      attribution.kind === 'owned' ? [attribution.owner.id] : [],
    ),
  );
  return {
    good: true,
    text: vscode.l10n.t(
      '{0}: {1}. {2} of its {3} operations land on {4} functions of this workspace. {5}',
      environment,
      servicesText(services.value.map(({ service }) => service)),
      owned.length,
      here.length,
      functions.size,
      renderUntrustedLabel(context.detail(), 400),
    ),
  };
}

/** The source of the environment that was just chosen: its adapter may have to be loaded first. */
function sourceOf(context: ConnectSummaryContext): Promise<MetricsSource | undefined> {
  return new Promise((resolve) => {
    const done = (source: MetricsSource | undefined): void => {
      waiting.dispose();
      clearTimeout(timer);
      resolve(source);
    };
    const look = (): void => {
      const source = context.metrics();
      if (source !== undefined) done(source);
    };
    const waiting = context.onDidChangeEnvironment(look);
    const timer = setTimeout(() => {
      done(context.metrics());
    }, loadWithin);
    look();
  });
}

const textOf = ({ message, remedy }: { readonly message: string; readonly remedy?: string }) =>
  renderUntrustedLabel(`${message} ${remedy ?? ''}`.trim(), 400);

function servicesText(services: readonly string[]): string {
  if (services.length === 0) return vscode.l10n.t('no service yet');
  const some = services.slice(0, 3).map((service) => renderUntrustedLabel(service, 60));
  return services.length > 3
    ? vscode.l10n.t('{0} and {1} more', some.join(', '), services.length - 3)
    : some.join(', ');
}
