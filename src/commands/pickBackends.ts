import * as vscode from 'vscode';
import type { Result } from '../domain/result.ts';
import { isAtOrBelow } from '../http/address.ts';
import { cancellable } from '../platform/cancellable.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { FoundBackend } from '../telemetry/ports.ts';
import { connectTitle, nameOf } from './connectSteps.ts';

/** Looks at an address with the credentials that were given. */
export type LookAt = (url: string, signal: AbortSignal) => Promise<Result<readonly FoundBackend[]>>;

/**
 * Which of the backends that were found: one, or of those behind Grafana one of numbers and one of traces, each asked before it is taken.
 * Undefined: given up.
 */
export async function pickBackends(
  found: readonly FoundBackend[],
  lookAt: LookAt,
): Promise<readonly FoundBackend[] | undefined> {
  if (!found.some(({ behind }) => behind !== undefined)) {
    const one = await pickOne(found);
    return one === undefined ? undefined : [one];
  }
  for (let first = true; ; first = false) {
    const picked = await pickPair(found, first);
    if (picked === undefined || picked.length === 0) return undefined;
    const answered = await askAll(picked, lookAt);
    if (answered === undefined) return undefined;
    const silent = picked.filter(({ url }) => !answered.some((one) => isAtOrBelow(one.url, url)));
    if (silent.length === 0) return answered;
    if (!(await chooseAgain(silent))) return undefined;
  }
}

/** Nearly always one; an address before several programs has more. */
async function pickOne(found: readonly FoundBackend[]): Promise<FoundBackend | undefined> {
  const [first] = found;
  if (found.length < 2) return first;
  const picked = await vscode.window.showQuickPick(
    found.map((backend) => ({
      label: nameOf(backend),
      description:
        backend.signal === 'metrics' ? vscode.l10n.t('numbers') : vscode.l10n.t('traces'),
      detail: backend.url,
      backend,
    })),
    {
      title: connectTitle(),
      placeHolder: vscode.l10n.t('Several backends answer there. Which one?'),
    },
  );
  return picked?.backend;
}

/** One of numbers and one of traces; where there is only one of a signal it is taken, at first. */
async function pickPair(
  found: readonly FoundBackend[],
  first: boolean,
): Promise<readonly FoundBackend[] | undefined> {
  const ofMetrics = found.filter(({ signal }) => signal === 'metrics');
  const metrics = await pickOf(ofMetrics, vscode.l10n.t('Which has the numbers?'), first);
  if (metrics === undefined) return undefined;
  const linked = (backend: FoundBackend): boolean =>
    metrics.some(
      (one) =>
        one.behind?.linkedWith.includes(backend.url) === true ||
        backend.behind?.linkedWith.includes(one.url) === true,
    );
  const ofTraces = found.filter(({ signal }) => signal === 'traces');
  const traces = await pickOf(
    [...ofTraces.filter(linked), ...ofTraces.filter((backend) => !linked(backend))],
    vscode.l10n.t('Which has the traces?'),
    first,
    (backend) => linked(backend) && vscode.l10n.t('linked with the numbers'),
  );
  return traces === undefined ? undefined : [...metrics, ...traces];
}

/** At most one. Undefined: given up. */
async function pickOf(
  backends: readonly FoundBackend[],
  question: string,
  first: boolean,
  note: (backend: FoundBackend) => string | false = () => false,
): Promise<readonly FoundBackend[] | undefined> {
  if (backends.length === 0 || (backends.length === 1 && first)) return backends;
  const rows = backends.map((backend) => ({
    label: renderUntrustedLabel(backend.behind?.name ?? backend.title, 80),
    description: [
      backend.title,
      note(backend),
      backend.behind?.isDefault === true && vscode.l10n.t('default'),
    ]
      .filter((text) => text !== false)
      .join(' · '),
    chosen: [backend],
  }));
  const row = await vscode.window.showQuickPick(
    [
      ...rows,
      { label: vscode.l10n.t('$(circle-slash) None of them'), description: '', chosen: [] },
    ],
    {
      title: connectTitle(),
      placeHolder: question,
      ignoreFocusOut: true,
      matchOnDescription: true,
    },
  );
  return row?.chosen;
}

/** What answers at each of them; nothing for those that don't. Undefined: cancelled. */
async function askAll(
  picked: readonly FoundBackend[],
  lookAt: LookAt,
): Promise<readonly FoundBackend[] | undefined> {
  const answers = await cancellable(
    vscode.l10n.t('Asking {0}…', picked.map(nameOf).join(', ')),
    (signal) => Promise.all(picked.map(({ url }) => lookAt(url, signal))),
  );
  return answers?.flatMap((answer, i) => {
    const { kind, url, behind } = picked[i] ?? {};
    if (!answer.ok || kind === undefined || url === undefined || behind === undefined) return [];
    // A data source may lead to what has a base path of its own, but where nothing answers Grafana's list is found again.
    const own = answer.value.find(
      (one) => one.kind === kind && one.behind === undefined && isAtOrBelow(one.url, url),
    );
    return own === undefined ? [] : [{ ...own, behind }];
  });
}

async function chooseAgain(silent: readonly FoundBackend[]): Promise<boolean> {
  const again = vscode.l10n.t('Choose Another');
  const text = vscode.l10n.t(
    '{0} can’t be asked. “Save & test” on the data source’s page in Grafana tells whether Grafana itself can, and the token’s account needs the permission to query it.',
    silent.map(nameOf).join(', '),
  );
  return (await vscode.window.showWarningMessage(text, again)) === again;
}
