import * as vscode from 'vscode';
import type { Insight } from '../domain/insight.ts';
import type { Failure } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { TraceSummary } from '../domain/trace.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { TraceGroup, TraceKind } from '../presentation/viewModels/traces.ts';
import { releasesOf, traceRows } from '../presentation/viewModels/traces.ts';
import { visibleText } from '../presentation/viewModels/waterfallText.ts';
import type { FoundTrace } from '../presentation/waterfallPanel.ts';
import type { TraceQuery, TraceSource } from '../telemetry/ports.ts';
import { decodeInsightArgument } from './ids.ts';

export interface OpenTracesContext {
  readonly insights: InsightService;
  /** Of the selected environment. */
  readonly traces: () => TraceSource | undefined;
  readonly show: (found: FoundTrace, focusSpanId?: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What traces are asked for: a function's operations, or a whole service where there is no function to ask about. */
interface Subject {
  readonly name: string;
  readonly service: ServiceKey;
  readonly operations: TraceQuery['operations'];
  /** Why there may be nothing, where the insight knows. */
  readonly reason?: string;
}

const perGroup = 25;

/**
 * `prodlens.openTraces`: traces of the function that a hover link names, else of the one at the cursor, else of one that is
 * picked. Links to the slowest and to a failing trace open it at once.
 */
export const openTraces =
  (context: OpenTracesContext) =>
  async (argument?: unknown): Promise<void> => {
    const { insight: id, kind } = decodeInsightArgument(argument);
    const named = id === undefined ? undefined : context.insights.byId(id);
    if (id !== undefined && named === undefined) {
      warn(vscode.l10n.t('These numbers are outdated: hover over the function again.'));
      return;
    }
    const subject = named === undefined ? await chooseSubject(context) : subjectOf(named);
    if (subject === undefined) return;
    const source = context.traces();
    if (source === undefined) {
      tellNoSource(context);
      return;
    }
    if (id !== undefined && (kind === 'slow' || kind === 'failed'))
      await openFirst(context, source, subject, kind);
    else await new TracePicker(context, source, subject).run();
  };

function subjectOf(insight: Insight): Subject | undefined {
  if (insight.service === undefined || insight.attribution.length === 0) {
    warn(
      [
        vscode.l10n.t('No telemetry is attributed to {0}.', visibleText(insight.function.name, 80)),
        visibleText(insight.reason ?? '', 300),
      ].join(' '),
    );
    return undefined;
  }
  return {
    name: insight.function.name,
    service: insight.service,
    operations: insight.attribution.map(({ operation }) => operation),
    ...(insight.reason === undefined ? {} : { reason: insight.reason }),
  };
}

/** The innermost function around the cursor that has telemetry; else the functions of the file and the services to pick from. */
async function chooseSubject(context: OpenTracesContext): Promise<Subject | undefined> {
  const editor = vscode.window.activeTextEditor;
  const file =
    editor?.document.uri.scheme === 'file'
      ? await context.insights.insights(editor.document.uri.fsPath)
      : undefined;
  const known = (file?.insights ?? []).filter(
    (insight) => insight.service !== undefined && insight.attribution.length > 0,
  );
  const cursor = editor?.selection.active;
  const around = known.filter(({ function: { range } }) =>
    cursor === undefined
      ? false
      : new vscode.Range(
          range.start.line,
          range.start.character,
          range.end.line,
          range.end.character,
        ).contains(cursor),
  );
  const lines = ({ function: { range } }: Insight): number => range.end.line - range.start.line;
  const [innermost, second] = around.toSorted((a, b) => lines(a) - lines(b));
  // One function in several services has one insight each: then it is for the person to say.
  const unclear = second !== undefined && second.function.id === innermost?.function.id;
  if (innermost !== undefined && !unclear) return subjectOf(innermost);
  return pickSubject(context, unclear ? around : known);
}

async function pickSubject(
  context: OpenTracesContext,
  insights: readonly Insight[],
): Promise<Subject | undefined> {
  const { services, detail } = context.insights.environment();
  const rows: (vscode.QuickPickItem & { readonly subject?: Subject })[] = [
    ...insights.flatMap((insight) => {
      const subject = subjectOf(insight);
      const description = visibleText(insight.service ?? '', 60);
      return subject === undefined
        ? []
        : [{ label: `$(symbol-function) ${insight.function.name}`, description, subject }];
    }),
    { label: vscode.l10n.t('All traces of a service'), kind: vscode.QuickPickItemKind.Separator },
    ...services.map(({ service, alive }) => ({
      label: `$(server-process) ${visibleText(service, 80).replaceAll('$(', '$\u2009(')}`,
      description: alive ? '' : vscode.l10n.t('silent'),
      subject: { name: service, service, operations: [] },
    })),
  ];
  if (!rows.some(({ subject }) => subject !== undefined)) {
    warn(
      vscode.l10n.t(
        'There are no traces yet: no service has sent any. {0}',
        visibleText(detail, 300),
      ),
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t('Open Traces of Function'),
    placeHolder: vscode.l10n.t('Which function or service?'),
    matchOnDescription: true,
  });
  return picked?.subject;
}

async function openFirst(
  context: OpenTracesContext,
  source: TraceSource,
  subject: Subject,
  kind: 'slow' | 'failed',
): Promise<void> {
  const controller = new AbortController();
  const query = { service: subject.service, operations: subject.operations, kind, limit: 1 };
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for the trace…') },
    async () => {
      const found = await source.search(query, controller.signal);
      if (!found.ok) {
        tellFailure(found.failure);
        return;
      }
      const [first] = found.value;
      if (first !== undefined) return openTrace(context, source, first, controller.signal);
      const name = visibleText(subject.name, 80);
      warn(
        kind === 'failed'
          ? vscode.l10n.t('No failed trace of {0} is kept.', name)
          : vscode.l10n.t('No trace of {0} is kept.', name),
      );
    },
  );
}

async function openTrace(
  context: OpenTracesContext,
  source: TraceSource,
  { traceId, spanId }: TraceSummary,
  signal: AbortSignal,
): Promise<void> {
  const environment = context.insights.environment().name;
  const answer = await source.trace(traceId, signal);
  if (signal.aborted) return;
  if (answer.ok) context.show({ trace: answer.value, environment }, spanId);
  else if (answer.failure.reason === 'notFound')
    warn(vscode.l10n.t('This trace is not kept any more: newer ones have taken its place.'));
  else tellFailure(answer.failure);
}

type Item = vscode.QuickPickItem & {
  readonly summary?: TraceSummary;
  readonly command?: string;
};

/** The list: groups appear as they arrive, what arrives after it was closed is dropped. */
class TracePicker {
  readonly #context: OpenTracesContext;
  readonly #source: TraceSource;
  readonly #subject: Subject;
  readonly #pick = vscode.window.createQuickPick<Item>();
  readonly #filterButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('filter'),
    tooltip: vscode.l10n.t('Filter by release'),
  };
  readonly #refreshButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('refresh'),
    tooltip: vscode.l10n.t('Search again'),
  };
  #groups: TraceGroup[] = [];
  #failures: Failure[] = [];
  /** The releases of the first, unfiltered answers: they stay on offer while one is chosen. */
  #releases: readonly string[] = [];
  #release: string | undefined;
  #search = new AbortController();

  constructor(context: OpenTracesContext, source: TraceSource, subject: Subject) {
    this.#context = context;
    this.#source = source;
    this.#subject = subject;
  }

  run(): Promise<void> {
    const pick = this.#pick;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.buttons = [this.#filterButton, this.#refreshButton];
    pick.placeholder = vscode.l10n.t('Filter by exception, release, name or service');
    return new Promise((resolve, reject) => {
      let [choosing, accepted] = [false, false];
      const filter = async (): Promise<void> => {
        choosing = true;
        await this.#chooseRelease();
        choosing = false;
        pick.show();
        this.#start();
      };
      pick.onDidTriggerButton((button) => {
        if (button === this.#filterButton) filter().catch(reject);
        else this.#start();
      });
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        if (item?.summary === undefined && item?.command === undefined) return;
        accepted = true;
        this.#accept(item).then(resolve, reject);
        pick.hide();
      });
      pick.onDidHide(() => {
        if (choosing) return;
        this.#search.abort();
        pick.dispose();
        if (!accepted) resolve();
      });
      this.#start();
      pick.show();
    });
  }

  /** Three searches at once; each group is shown as soon as it is there. */
  #start(): void {
    this.#search.abort();
    const search = (this.#search = new AbortController());
    const { signal } = search;
    this.#groups = [];
    this.#failures = [];
    const environment = visibleText(this.#context.insights.environment().name, 40);
    const subject = visibleText(this.#subject.name, 80);
    this.#pick.title =
      this.#release === undefined
        ? vscode.l10n.t('Traces of {0} in {1}', subject, environment)
        : vscode.l10n.t(
            'Traces of {0} in {1}, release {2}',
            subject,
            environment,
            this.#releaseText(this.#release),
          );
    this.#pick.busy = true;
    this.#pick.items = [];
    const kinds: readonly TraceKind[] = ['slow', 'failed', 'recent'];
    const searches = kinds.map(async (kind) => {
      const answer = await this.#source.search(
        {
          service: this.#subject.service,
          operations: this.#subject.operations,
          kind,
          limit: perGroup,
          ...(this.#release === undefined ? {} : { release: this.#release }),
        },
        signal,
      );
      if (signal.aborted) return;
      if (answer.ok) this.#groups.push({ kind, traces: answer.value });
      else this.#failures.push(answer.failure);
      this.#show(false);
    });
    Promise.all(searches).then(
      () => {
        if (!signal.aborted) this.#show(true);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.#context.log.error('searching traces', error);
        this.#failures.push({ reason: 'internal', message: vscode.l10n.t('The search failed.') });
        this.#show(true);
      },
    );
  }

  #show(complete: boolean): void {
    const pick = this.#pick;
    pick.busy = !complete;
    if (this.#release === undefined) this.#releases = releasesOf(this.#groups);
    const rows = traceRows(this.#groups, this.#context.clock.now(), this.#release);
    const titles: Readonly<Record<TraceKind, string>> = {
      slow: vscode.l10n.t('Slowest'),
      failed: vscode.l10n.t('Failed'),
      recent: vscode.l10n.t('Recent'),
    };
    const items: Item[] = [];
    let last: TraceKind | undefined;
    for (const { kind, summary, label, description, detail } of rows) {
      if (kind !== last)
        items.push({ label: titles[kind], kind: vscode.QuickPickItemKind.Separator });
      last = kind;
      items.push({ label, description, detail, summary });
    }
    if (complete && rows.length === 0) items.push(...this.#emptyItems());
    else if (complete && this.#failures[0] !== undefined)
      items.push({
        label: vscode.l10n.t('$(warning) Not all could be searched'),
        detail: visibleText(this.#failures[0].message, 200),
        alwaysShow: true,
      });
    const active = pick.activeItems[0]?.summary;
    pick.items = items;
    // A group that arrives must not move the choice of someone who is already on a row.
    const same = active && items.find(({ summary }) => summary === active);
    if (same) pick.activeItems = [same];
  }

  /** Says why there is nothing, and what would help. */
  #emptyItems(): Item[] {
    const [failure] = this.#failures;
    const environment = this.#context.insights.environment();
    const name = visibleText(this.#subject.name, 80);
    if (failure !== undefined)
      return [
        {
          label: `$(warning) ${visibleText(failure.message, 200)}`,
          ...(failure.remedy === undefined ? {} : { detail: visibleText(failure.remedy, 200) }),
          alwaysShow: true,
        },
      ];
    if (this.#release !== undefined)
      return [
        {
          label: vscode.l10n.t('$(info) No traces of {0} in this release', name),
          detail: vscode.l10n.t('Choose another release with the filter button above.'),
          alwaysShow: true,
        },
      ];
    if (environment.health === 'off')
      return [
        {
          label: vscode.l10n.t('$(play) Start the local receiver'),
          detail: vscode.l10n.t('Nothing receives traces at the moment.'),
          command: 'prodlens.startLocalReceiver',
          alwaysShow: true,
        },
      ];
    return [
      {
        label: vscode.l10n.t('$(info) No traces of {0} are kept', name),
        detail: visibleText(
          this.#subject.reason ??
            vscode.l10n.t(
              'Call it once: a trace shows up about 10 seconds after its last span. Traces are kept for 24 hours.',
            ),
          300,
        ),
        alwaysShow: true,
      },
    ];
  }

  #releaseText(release: string): string {
    return release === '' ? vscode.l10n.t('unknown') : visibleText(release, 60);
  }

  async #chooseRelease(): Promise<void> {
    const rows = [
      { label: vscode.l10n.t('All releases'), release: undefined },
      ...this.#releases.map((release) => ({ label: this.#releaseText(release), release })),
    ];
    const picked = await vscode.window.showQuickPick(rows, {
      placeHolder: vscode.l10n.t('Traces of which release?'),
    });
    if (picked !== undefined) this.#release = picked.release;
  }

  async #accept({ summary, command }: Item): Promise<void> {
    if (command !== undefined) await vscode.commands.executeCommand(command);
    if (summary === undefined) return;
    const options = {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('Opening the trace…'),
    };
    // A signal of its own: that of the search ends with the list.
    await vscode.window.withProgress(options, () =>
      openTrace(this.#context, this.#source, summary, new AbortController().signal),
    );
  }
}

function tellNoSource(context: OpenTracesContext): void {
  const { name, detail } = context.insights.environment();
  warn(
    vscode.l10n.t(
      'The environment {0} has no traces. {1}',
      visibleText(name, 60),
      visibleText(detail, 300),
    ),
  );
}

function tellFailure({ reason, message, remedy }: Failure): void {
  if (reason === 'aborted') return;
  void vscode.window.showErrorMessage(
    visibleText([message, remedy].filter(Boolean).join(' '), 400),
  );
}

function warn(text: string): void {
  void vscode.window.showWarningMessage(text);
}
