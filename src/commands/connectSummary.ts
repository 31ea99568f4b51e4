import * as vscode from 'vscode';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract, OwnedOperation } from '../symbols/contract.ts';
import { cancellable } from '../platform/cancellable.ts';
import type { Environments } from '../platform/environments.ts';
import type { FoundBackend, MetricsSource } from '../telemetry/ports.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import { nameOf } from './connectSteps.ts';

export interface ConnectSummaryContext {
  readonly environments: Environments;
  readonly index: Pick<Remote<IndexContract>, 'call'>;
}

/** Longest wait for the adapters to be loaded, and for all that is asked. */
const loadWithin = 10_000;
const lookWithin = 60_000;

/** What the backends, one of a signal at most, have for this workspace, and what to do next. */
export async function tellWhatIsThere(
  context: ConnectSummaryContext,
  backends: readonly FoundBackend[],
  environment: string,
): Promise<void> {
  const coverage = vscode.l10n.t('Show Instrumentation Coverage');
  const more = vscode.l10n.t('Connect Another Backend');
  const name = renderUntrustedLabel(environment, 60);
  const metrics = backends.find(({ signal }) => signal === 'metrics');
  // Of traces alone the numbers of a sample are told.
  const numbers = metrics ?? backends[0];
  const traces = backends.find(({ signal }) => signal === 'traces');
  const tracesText =
    traces &&
    vscode.l10n.t(
      '{0} gives {1} its traces: {2}.',
      nameOf(traces),
      name,
      servicesText(traces.services ?? []),
    );
  if (numbers === undefined) return;
  const said = await cancellable(
    vscode.l10n.t('Looking at what {0} has for this workspace…', nameOf(numbers)),
    (cancelled) => {
      const late = AbortSignal.timeout(lookWithin);
      return Promise.race([
        numbersThere(context, numbers, environment, AbortSignal.any([cancelled, late])),
        tooLate(late, name),
      ]);
    },
  );
  if (said === undefined) return;
  const text = [said.text.trim(), tracesText].filter(Boolean).join(' ');
  const chosen = await (said.good
    ? vscode.window.showInformationMessage(text, coverage, more)
    : vscode.window.showWarningMessage(text, more));
  if (chosen === coverage) await vscode.commands.executeCommand('prodlens.showCoverage');
  if (chosen === more) await vscode.commands.executeCommand('prodlens.connect');
}

type Said = { readonly good: boolean; readonly text: string };

const tooLate = (late: AbortSignal, environment: string): Promise<Said> =>
  new Promise((resolve) => {
    late.addEventListener('abort', () => {
      resolve({
        good: false,
        text: vscode.l10n.t(
          '{0} is connected, but takes long to say what it has. Its numbers appear when they are there.',
          environment,
        ),
      });
    });
  });

/** Undefined: it isn't the environment in use any more, or was cancelled. */
async function numbersThere(
  { environments, index }: ConnectSummaryContext,
  backend: FoundBackend,
  environment: string,
  signal: AbortSignal,
): Promise<Said | undefined> {
  const inUse = (): boolean => environments.selected().name === environment;
  const name = renderUntrustedLabel(environment, 60);
  const source = await sourceOf(environments);
  if (!inUse()) return undefined;
  const services = await source?.services(signal);
  if (signal.aborted || !inUse()) return undefined;
  if (services?.ok !== true) {
    const why = services === undefined ? environments.current().detail : textOf(services.failure);
    return {
      good: false,
      text: vscode.l10n.t('{0} is connected, but has no numbers: {1}', name, why),
    };
  }
  if (services.value.length === 0)
    return {
      good: false,
      text:
        backend.signal === 'traces'
          ? vscode.l10n.t(
              '{0} is connected, but {1} has no traces of any service yet: check that they are sent to it.',
              name,
              nameOf(backend),
            )
          : vscode.l10n.t(
              '{0} is connected, but no metrics of calls were found there: neither span metrics nor HTTP or RPC server metrics of OpenTelemetry, Micrometer or Autometrics. The README shows how a collector makes them.',
              name,
            ),
    };
  const all = await attributed(index, source);
  const read = await index.call('report', undefined).catch(() => undefined);
  if (!inUse()) return undefined;
  // Nothing is credited before all of the workspace is read: a share of that moment would be none.
  if (read?.state !== 'idle' || read.files === 0)
    return {
      good: true,
      text: vscode.l10n.t(
        '{0}: {1}. Its operations are matched with functions as soon as the workspace is read. {2}',
        name,
        servicesText(services.value.map(({ service }) => service)),
        renderUntrustedLabel(environments.current().detail, 400),
      ),
    };
  const here = all.filter(({ operation }) => source?.knows?.(operation.id) === true);
  const owned = here.flatMap(({ attribution }) =>
    attribution.kind === 'owned' ? [attribution.owner.id] : [],
  );
  return {
    good: true,
    text: vscode.l10n.t(
      '{0}: {1}. {2} {3}',
      name,
      servicesText(services.value.map(({ service }) => service)),
      landedText(owned, here.length),
      renderUntrustedLabel(environments.current().detail, 400),
    ),
  };
}

/** Operations with their owners. Those of a service just met are mapped a moment later: none at all is asked for again. */
async function attributed(
  index: ConnectSummaryContext['index'],
  source: MetricsSource | undefined,
): Promise<readonly OwnedOperation[]> {
  let all: readonly OwnedOperation[] = [];
  for (let i = 0; i < 6; i += 1) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 500));
    all = await index.call('operations', undefined).catch(() => []);
    const owned = ({ operation, attribution }: OwnedOperation): boolean =>
      attribution.kind === 'owned' && source?.knows?.(operation.id) === true;
    if (all.some(owned)) break;
  }
  return all;
}

/** The source of the environment that was just chosen: its adapter may have to be loaded first. */
function sourceOf(environments: Environments): Promise<MetricsSource | undefined> {
  return new Promise((resolve) => {
    const done = (source: MetricsSource | undefined): void => {
      waiting.dispose();
      clearTimeout(timer);
      resolve(source);
    };
    const look = (): void => {
      const source = environments.metrics();
      if (source !== undefined) done(source);
    };
    const waiting = environments.onDidChange(look);
    const timer = setTimeout(() => {
      done(environments.metrics());
    }, loadWithin);
    look();
  });
}

const textOf = ({ message, remedy }: { readonly message: string; readonly remedy?: string }) =>
  renderUntrustedLabel(`${message} ${remedy ?? ''}`.trim(), 400);

/** @param owners of those operations that have one, an id each */
function landedText(owners: readonly string[], operations: number): string {
  const functions = functionsText(new Set(owners).size);
  if (operations === 0) return vscode.l10n.t('No operation of it is known yet.');
  if (owners.length === 0)
    return operations === 1
      ? vscode.l10n.t('Its one operation lands on no function of this workspace.')
      : vscode.l10n.t(
          'None of its {0} operations lands on a function of this workspace.',
          operations,
        );
  return operations === 1
    ? vscode.l10n.t('Its one operation lands on {0} of this workspace.', functions)
    : vscode.l10n.t(
        '{0} of its {1} operations land on {2} of this workspace.',
        owners.length,
        operations,
        functions,
      );
}

const functionsText = (count: number): string =>
  count === 1 ? vscode.l10n.t('1 function') : vscode.l10n.t('{0} functions', count);

function servicesText(services: readonly string[]): string {
  if (services.length === 0) return vscode.l10n.t('no service yet');
  const some = services.slice(0, 3).map((service) => renderUntrustedLabel(service, 60));
  return services.length > 3
    ? vscode.l10n.t('{0} and {1} more', some.join(', '), services.length - 3)
    : some.join(', ');
}
