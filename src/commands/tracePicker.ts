import * as vscode from 'vscode';
import type { Failure } from '../domain/result.ts';
import type { TraceSummary } from '../domain/trace.ts';
import type { TraceFilter, TraceGroup, TraceKind } from '../presentation/viewModels/traces.ts';
import {
  parseTraceFilter,
  releasesOf,
  rowHas,
  traceRows,
} from '../presentation/viewModels/traces.ts';
import { renderVersion } from '../presentation/viewModels/releaseText.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import type { TraceSource } from '../telemetry/ports.ts';
import type { OpenTracesContext } from './openTrace.ts';
import { openTrace } from './openTrace.ts';
import type { TraceSubject } from './traceSubject.ts';

const perGroup = 25;
/** After the last key: an attribute is typed letter by letter. */
const typingMs = 250;

type Item = vscode.QuickPickItem & {
  readonly summary?: TraceSummary;
  readonly command?: string;
};

/** The list: groups appear as they arrive, what arrives after it was closed is dropped. */
export class TracePicker {
  readonly #context: OpenTracesContext;
  readonly #source: TraceSource;
  readonly #subject: TraceSubject;
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
  #filter: TraceFilter = parseTraceFilter('');
  #complete = false;
  #typing: { dispose(): unknown } | undefined;
  #search = new AbortController();

  constructor(context: OpenTracesContext, source: TraceSource, subject: TraceSubject) {
    this.#context = context;
    this.#source = source;
    this.#subject = subject;
  }

  run(): Promise<void> {
    const pick = this.#pick;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.buttons = [this.#filterButton, this.#refreshButton];
    pick.placeholder = vscode.l10n.t(
      'Filter by exception, release or name, or by an attribute: http.route=/orders',
    );
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
      pick.onDidChangeValue((text) => this.#typed(text));
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        if (item?.summary === undefined && item?.command === undefined) return;
        accepted = true;
        this.#accept(item).then(resolve, reject);
        pick.hide();
      });
      pick.onDidHide(() => {
        if (choosing) return;
        this.#typing?.dispose();
        this.#search.abort();
        pick.dispose();
        if (!accepted) resolve();
      });
      this.#start();
      pick.show();
    });
  }

  /** Words are found in the rows; attributes are asked of the source, when the typing pauses. */
  #typed(text: string): void {
    const before = JSON.stringify(this.#filter.attributes);
    this.#filter = parseTraceFilter(text);
    this.#typing?.dispose();
    if (JSON.stringify(this.#filter.attributes) === before) this.#show(this.#complete);
    else this.#typing = this.#context.clock.after(typingMs, () => this.#start());
  }

  #titleText(): string {
    const environment = renderUntrustedLabel(this.#context.insights.environment().name, 40);
    const subject = renderUntrustedLabel(this.#subject.name, 80);
    return [
      vscode.l10n.t('Traces of {0} in {1}', subject, environment),
      ...(this.#release === undefined
        ? []
        : [vscode.l10n.t('release {0}', this.#releaseText(this.#release))]),
      ...(this.#filter.attributes.length === 0 ? [] : [this.#attributesText()]),
    ].join(', ');
  }

  #attributesText(): string {
    return renderUntrustedLabel(
      this.#filter.attributes.map(({ key, value }) => `${key}=${value}`).join(' '),
      100,
    );
  }

  /** Three searches at once; each group is shown as soon as it is there. */
  #start(): void {
    this.#search.abort();
    const search = (this.#search = new AbortController());
    const { signal } = search;
    this.#groups = [];
    this.#failures = [];
    this.#pick.title = this.#titleText();
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
          ...(this.#filter.attributes.length === 0 ? {} : { attributes: this.#filter.attributes }),
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
    this.#complete = complete;
    const { structured, words, attributes } = this.#filter;
    if (this.#release === undefined && attributes.length === 0)
      this.#releases = releasesOf(this.#groups);
    const all = traceRows(this.#groups, this.#context.clock.now(), this.#release);
    const rows = structured ? all.filter((row) => rowHas(row, words)) : all;
    const titles: Readonly<Record<TraceKind, string>> = {
      ...(this.#source.searchesNewest === true
        ? {
            slow: vscode.l10n.t('Slowest of the newest'),
            failed: vscode.l10n.t('Failed among the newest'),
          }
        : { slow: vscode.l10n.t('Slowest'), failed: vscode.l10n.t('Failed') }),
      recent: vscode.l10n.t('Recent'),
    };
    const items: Item[] = [];
    let last: TraceKind | undefined;
    for (const { kind, summary, label, description, detail } of rows) {
      if (kind !== last)
        items.push({ label: titles[kind], kind: vscode.QuickPickItemKind.Separator });
      last = kind;
      items.push({ label, description, detail, summary, alwaysShow: structured });
    }
    if (complete && rows.length === 0) items.push(...this.#emptyItems());
    else if (complete && this.#failures[0] !== undefined)
      items.push({
        label: vscode.l10n.t('$(warning) Not all could be searched'),
        detail: renderUntrustedLabel(this.#failures[0].message, 200),
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
    const name = renderUntrustedLabel(this.#subject.name, 80);
    if (failure !== undefined)
      return [
        {
          label: `$(warning) ${renderUntrustedLabel(failure.message, 200)}`,
          ...(failure.remedy === undefined
            ? {}
            : { detail: renderUntrustedLabel(failure.remedy, 200) }),
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
    if (this.#filter.structured)
      return [
        {
          label: vscode.l10n.t('$(info) No kept trace of {0} fits', name),
          detail: vscode.l10n.t(
            'An attribute is compared with its whole value, as in {0}.',
            'http.response.status_code=500 enduser.id="a b"',
          ),
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
        detail: renderUntrustedLabel(
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
    return release === ''
      ? vscode.l10n.t('unknown')
      : renderUntrustedLabel(renderVersion(release), 60);
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
