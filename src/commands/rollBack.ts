import * as vscode from 'vscode';
import type { Insight } from '../domain/insight.ts';
import { milliseconds, unixMillis } from '../domain/units.ts';
import type { FolderTargets } from '../domain/workspace.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Log } from '../platform/log.ts';
import {
  candidateRow,
  confirmationText,
  previewDocument,
} from '../presentation/viewModels/rollback.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import { visibleText } from '../presentation/viewModels/waterfallText.ts';
import type { RollbackDialogs, RollbackServices, RollbackSubject } from '../rollback/flow.ts';
import { runRollback } from '../rollback/flow.ts';
import type { DeployTarget } from '../rollback/ports.ts';
import { inOrderOfChoice } from '../rollback/preferredTargets.ts';
import { judgeRecovery } from '../rollback/recovery.ts';
import type { MetricsSource } from '../telemetry/ports.ts';
import { decodeInsightArgument } from './ids.ts';

/** What the command needs beside the flow's own services. */
export interface RollBackContext {
  readonly insights: InsightService;
  /** Targets of the selected environment. */
  readonly targets: () => readonly DeployTarget[];
  /** Those that prodlens.json names. */
  readonly targetsOfChoice: () => readonly FolderTargets[];
  readonly metrics: () => MetricsSource | undefined;
  readonly services: Omit<RollbackServices, 'watch' | 'output' | 'log'>;
  readonly log: Log;
  /** Asks once per program (docs/security.md) and keeps the answer. */
  readonly approvePrograms: RollbackDialogs['approvePrograms'];
  /** Shows a Markdown document to read; the keyboard stays where it is. */
  readonly showDocument: (name: string, text: string) => Promise<void>;
  /** The insight of the function at the cursor, if it has numbers. */
  readonly atCursor: () => Insight | undefined;
}

/** Our own numbers are asked for this often, and at most this long, after the action. */
const watchEvery = milliseconds(5_000);
const watchFor = milliseconds(10 * 60_000);

/** `prodlens.rollBack`: starts the flow; nothing is executed before the person has confirmed. */
export const rollBack =
  (context: RollBackContext) =>
  async (argument: unknown): Promise<void> => {
    if (!vscode.workspace.isTrusted) {
      tell('warning', vscode.l10n.t('Rolling back needs a trusted workspace.'));
      return;
    }
    const id = decodeInsightArgument(argument).insight;
    const insight = id === undefined ? context.atCursor() : context.insights.byId(id);
    const all = inOrderOfChoice(
      context.targets(),
      context.targetsOfChoice(),
      insight?.function.path,
    );
    const own = all.filter(
      ({ service }) => insight?.service === undefined || namesService(insight.service, service),
    );
    const targets = own.length > 0 ? own : insight?.service === undefined ? all : [];
    if (targets.length === 0) {
      tell(
        'warning',
        insight?.service === undefined
          ? vscode.l10n.t(
              'The environment {0} has no deploy target.',
              renderUntrustedLabel(context.insights.environment().name, 60),
            )
          : vscode.l10n.t(
              'The environment {0} has no deploy target for {1}.',
              renderUntrustedLabel(context.insights.environment().name, 60),
              renderUntrustedLabel(insight.service),
            ),
        vscode.l10n.t('Add one to the setting prodlens.environments, under targets.'),
      );
      return;
    }
    const output = (chunk: string): void => {
      for (const line of chunk.split(/\r?\n/))
        if (line.trim() !== '') context.log.info(visibleText(line, 4_000));
    };
    const services: RollbackServices = {
      ...context.services,
      output,
      log: (text) => context.log.info(text),
      watch: watch(context, insight),
    };
    const subject =
      insight === undefined
        ? {}
        : {
            name: insight.function.name,
            ...(insight.numbers === undefined ? {} : { numbers: insight.numbers }),
          };
    const result = await runRollback(services, dialogs(context, subject), targets, subject);
    if (!result.ok && result.failure.reason !== 'aborted') {
      context.log.warn(result.failure.message);
      tell('error', result.failure.message, result.failure.remedy);
      return;
    }
  };

/** A target may name the service with or without its namespace. */
const namesService = (service: string, wanted: string): boolean =>
  service === wanted || service.slice(service.lastIndexOf('/') + 1) === wanted;

function tell(level: 'info' | 'warning' | 'error', message: string, remedy?: string): void {
  const text = renderUntrustedLabel(remedy === undefined ? message : `${message} ${remedy}`, 600);
  const show = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[level];
  void show(text);
}

function dialogs(context: RollBackContext, subject: RollbackSubject): RollbackDialogs {
  const named = subject.numbers === undefined ? undefined : subject.name;
  return {
    tell,
    approvePrograms: context.approvePrograms,
    async pickTarget(targets) {
      const rows = targets.map((target) => ({
        label: renderUntrustedLabel(target.name, 100),
        description: target.production
          ? vscode.l10n.t('{0} (production)', renderUntrustedLabel(target.environment, 60))
          : renderUntrustedLabel(target.environment, 60),
        target,
      }));
      const placeHolder = vscode.l10n.t('Which deployment?');
      return (await vscode.window.showQuickPick(rows, { placeHolder }))?.target;
    },
    async pickRelease(target, options) {
      const now = Date.now();
      const rows = options.candidates.map((candidate) => ({
        ...candidateRow(candidate, now, named),
        candidate,
      }));
      const picked = await vscode.window.showQuickPick(rows, {
        title: vscode.l10n.t(
          'Roll back {0}: leave {1} for…',
          renderUntrustedLabel(target.name, 100),
          renderUntrustedLabel(options.from.version),
        ),
        placeHolder:
          named === undefined
            ? vscode.l10n.t('Started from a function, each is shown with its own numbers')
            : vscode.l10n.t(
                'Each with its own numbers of {0} while it was live',
                renderUntrustedLabel(named, 60),
              ),
        matchOnDescription: true,
        matchOnDetail: true,
        ignoreFocusOut: true,
      });
      return picked?.candidate;
    },
    showPreview: (preview) =>
      context.showDocument(`Roll back ${preview.request.target.name}.md`, previewDocument(preview)),
    async confirm(preview) {
      const { target } = preview.request;
      const [name, environment] = [
        renderUntrustedLabel(target.name, 100),
        renderUntrustedLabel(target.environment, 60),
      ];
      const reason = await vscode.window.showInputBox({
        title: vscode.l10n.t('Reason for rolling back {0}', name),
        prompt: vscode.l10n.t('Kept in the journal and given to the deploy system'),
        ignoreFocusOut: true,
        validateInput: (text) =>
          text.trim().startsWith('-')
            ? vscode.l10n.t("A reason can't begin with '-'.")
            : target.production && text.trim() === ''
              ? vscode.l10n.t('Production needs a reason.')
              : undefined,
      });
      if (reason === undefined) return undefined;
      if (target.production) {
        const typed = await vscode.window.showInputBox({
          title: vscode.l10n.t('Type {0} to go on', name),
          prompt: vscode.l10n.t('{0} is production', environment),
          ignoreFocusOut: true,
          validateInput: (text) =>
            text === target.name ? undefined : vscode.l10n.t('Type {0} exactly.', name),
        });
        if (typed !== target.name) return undefined;
      }
      const { message, detail, action } = confirmationText(preview, reason.trim());
      const answer = await vscode.window.showWarningMessage(
        message,
        { modal: true, detail },
        action,
      );
      return answer === action ? { reason: reason.trim() } : undefined;
    },
    progress: (title, task) =>
      Promise.resolve(
        vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: renderUntrustedLabel(title),
            cancellable: true,
          },
          (progress, token) => {
            const abort = new AbortController();
            token.onCancellationRequested(() => abort.abort());
            return task(
              (message) => progress.report({ message: renderUntrustedLabel(message) }),
              abort.signal,
            );
          },
        ),
      ),
  };
}

/** Asks our own numbers of the function, from only after the action, until they are back or the time is over. */
function watch(context: RollBackContext, insight: Insight | undefined): RollbackServices['watch'] {
  return async (since, subject, to, step, signal) => {
    const metrics = context.metrics();
    const operations = insight?.attribution.flatMap((a) => a.operation ?? []) ?? [];
    if (metrics === undefined || insight?.service === undefined || operations.length === 0)
      return { recovered: false, view: undefined };
    const group = { key: insight.function.id, service: insight.service, operations };
    const bad = subject.numbers?.comparisons.find((c) => c.verdict === 'worse')?.release;
    const badStats = subject.numbers?.releases.find((r) => r.version === bad)?.stats;
    let view: ReturnType<typeof judgeRecovery> | undefined;
    while (!signal.aborted && Date.now() - since < watchFor) {
      const answer = await metrics.numbers(
        {
          groups: [group],
          window: milliseconds(Date.now() - since + 60_000),
          since: unixMillis(since),
          seriesPoints: 0,
        },
        signal,
      );
      if (answer.ok) {
        view = judgeRecovery(answer.value[0]?.total, badStats, to.numbers?.stats);
        step(view.text);
        if (view.state !== 'waiting') return { recovered: view.state === 'recovered', view };
      }
      await pause(watchEvery, signal);
    }
    return { recovered: false, view };
  };
}

function pause(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, time);
    signal.addEventListener('abort', done, { once: true });
  });
}
