import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Result } from '../domain/result.ts';
import type { Trace } from '../domain/trace.ts';
import type { Log } from '../platform/log.ts';
import type { PageLink } from '../telemetry/ports.ts';
import type { FromWaterfall, ToWaterfall, WaterfallView } from '../webviews/protocol.ts';
import { decodeFromWaterfall } from '../webviews/protocol.ts';
import { waterfallPage } from './viewModels/waterfallPage.ts';
import { renderUntrustedLabel } from './viewModels/untrusted.ts';
import { durationText, visibleText } from './viewModels/waterfallText.ts';
import type { SpanLocator, TracePlaces } from './waterfallPlaces.ts';
import { insideWorkspace, placesOf } from './waterfallPlaces.ts';

/** Also in the manifest: `onWebviewPanel:prodlens.waterfall` among the activation events. */
export const waterfallViewType = 'prodlens.waterfall';

export interface WaterfallContext {
  readonly extensionUri: vscode.Uri;
  readonly locator: SpanLocator;
  /** Asks the selected environment, then the others; for a restored editor and for links to other traces. */
  readonly findTrace: (traceId: string, signal: AbortSignal) => Promise<Result<FoundTrace>>;
  /** The trace on the page of its environment's backend; undefined where that has none. */
  readonly linkTo: (found: FoundTrace, spanId?: string) => PageLink | undefined;
  readonly openPage: (page: PageLink) => Promise<void>;
  /** A source may have come up: what was not found is asked for again. */
  readonly onDidChangeEnvironment: (listener: () => void) => { dispose(): void };
  /** Attributions changed: places are asked for again. */
  readonly onDidChangeSymbols: (listener: () => void) => { dispose(): void };
  readonly log: Log;
}

export interface FoundTrace {
  readonly trace: Trace;
  readonly environment: string;
}

/** Editors with a trace, at most one per trace. */
export class WaterfallPanels implements vscode.WebviewPanelSerializer {
  readonly #context: WaterfallContext;
  readonly #open = new Map<string, WaterfallPanel>();
  readonly #registered: vscode.Disposable;

  constructor(context: WaterfallContext) {
    this.#context = context;
    this.#registered = vscode.window.registerWebviewPanelSerializer(waterfallViewType, this);
  }

  /** Shows a trace that was fetched, with the focus on a span if named. */
  show(found: FoundTrace, focusSpanId?: string): void {
    const { traceId } = found.trace;
    const present = this.#open.get(traceId);
    if (present !== undefined) {
      present.reveal(focusSpanId);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      waterfallViewType,
      vscode.l10n.t('Trace'),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: false },
      this.#options(),
    );
    this.#adopt(traceId, panel, found, focusSpanId);
  }

  /** After a restart of VS Code: the state holds the trace id and nothing else. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const traceId =
      typeof state === 'object' && state !== null && 'traceId' in state ? state.traceId : undefined;
    if (typeof traceId !== 'string' || !/^[0-9a-f]{32}$/.test(traceId)) {
      panel.dispose();
      return Promise.resolve();
    }
    panel.webview.options = this.#options();
    this.#adopt(traceId, panel, undefined, undefined);
    return Promise.resolve();
  }

  dispose(): void {
    this.#registered.dispose();
    for (const panel of [...this.#open.values()]) panel.dispose();
  }

  #options(): vscode.WebviewPanelOptions & vscode.WebviewOptions {
    return {
      enableScripts: true,
      enableForms: false,
      enableCommandUris: false,
      localResourceRoots: [vscode.Uri.joinPath(this.#context.extensionUri, 'dist')],
    };
  }

  #adopt(
    traceId: string,
    panel: vscode.WebviewPanel,
    found: FoundTrace | undefined,
    focusSpanId: string | undefined,
  ): void {
    const context = {
      ...this.#context,
      openTrace: (id: string, signal: AbortSignal) => this.#openLinked(id, signal),
    };
    this.#open.set(traceId, new WaterfallPanel(traceId, panel, context, found, focusSpanId));
    panel.onDidDispose(() => this.#open.delete(traceId));
  }

  async #openLinked(traceId: string, signal: AbortSignal): Promise<void> {
    const found = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking up trace…') },
      () => this.#context.findTrace(traceId, signal),
    );
    if (signal.aborted) return;
    if (found.ok) this.show(found.value);
    else void vscode.window.showWarningMessage(renderUntrustedLabel(found.failure.message, 300));
  }
}

interface PanelContext extends WaterfallContext {
  readonly openTrace: (traceId: string, signal: AbortSignal) => Promise<void>;
}

/** One editor. Hidden, its page is gone; the trace and the view stay here and are sent again. */
class WaterfallPanel {
  readonly #traceId: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #context: PanelContext;
  readonly #ended = new AbortController();
  #found: FoundTrace | undefined;
  #focus: string | undefined;
  #view: WaterfallView | undefined;
  #places: TracePlaces | undefined;
  #ready = false;
  /** Why there is no trace; kept for a page that isn't ready yet. */
  #problem: Extract<ToWaterfall, { type: 'problem' }> | undefined;

  constructor(
    traceId: string,
    panel: vscode.WebviewPanel,
    context: PanelContext,
    found: FoundTrace | undefined,
    focusSpanId: string | undefined,
  ) {
    this.#traceId = traceId;
    this.#panel = panel;
    this.#context = context;
    this.#found = found;
    this.#focus = focusSpanId;
    const { webview } = panel;
    const owned = [
      webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#ready = false;
      }),
      context.onDidChangeSymbols(() => void this.#locate()),
      // After a restart of VS Code the editor is there before the receiver is.
      context.onDidChangeEnvironment(() => {
        if (this.#problem !== undefined) void this.#fetch();
      }),
    ];
    panel.onDidDispose(() => {
      this.#ended.abort();
      for (const item of owned) item.dispose();
    });
    const file = (name: string): string =>
      webview
        .asWebviewUri(vscode.Uri.joinPath(context.extensionUri, 'dist', 'webviews', name))
        .toString();
    webview.html = waterfallPage({
      source: webview.cspSource,
      script: file('waterfall.js'),
      style: file('waterfall.css'),
      nonce: randomBytes(24).toString('hex'),
      title: vscode.l10n.t('Trace'),
    });
    if (found === undefined) void this.#fetch();
    else this.#setTitle(found.trace);
  }

  reveal(focusSpanId: string | undefined): void {
    this.#panel.reveal(undefined, false);
    if (focusSpanId === undefined) return;
    this.#focus = focusSpanId;
    if (this.#ready) this.#send({ type: 'focus', spanId: focusSpanId });
    else if (this.#view !== undefined) {
      this.#view = { ...this.#view, selected: { spanId: focusSpanId, nth: 0 } };
    }
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #setTitle({ spans, durationNanos }: Trace): void {
    const first = spans.find((span) => span.parentSpanId === undefined) ?? spans[0];
    const name = first === undefined ? vscode.l10n.t('Trace') : visibleText(first.name, 40);
    this.#panel.title = `${name} ${durationText(durationNanos)}`;
  }

  #send(message: ToWaterfall): void {
    if (!this.#ended.signal.aborted) void this.#panel.webview.postMessage(message);
  }

  #receive(unknownMessage: unknown): void {
    const message = decodeFromWaterfall(unknownMessage);
    if (message === undefined) return;
    this.#act(message).catch((error: unknown) => {
      this.#context.log.error('waterfall', error);
    });
  }

  async #act(message: FromWaterfall): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#sendAll();
        return;
      case 'view':
        this.#view = message.view;
        return;
      case 'retry':
        this.#problem = undefined;
        if (this.#ready) this.#send({ type: 'loading' });
        return this.#fetch();
      case 'copyTraceId':
        await vscode.env.clipboard.writeText(this.#traceId);
        void vscode.window.setStatusBarMessage(vscode.l10n.t('Trace id copied'), 3_000);
        return;
      case 'openPage': {
        const page = this.#found && this.#context.linkTo(this.#found, message.span?.spanId);
        if (page !== undefined) await this.#context.openPage(page);
        return;
      }
      case 'openSpan':
        return this.#openSpan(message);
      case 'openFrame': {
        const frame = this.#places?.frameAt(message.span, message.event, message.line);
        if (frame !== undefined) await open(frame.path, frame.line, frame.column ?? 0);
        return;
      }
      case 'openLink': {
        const { nth, spanId } = message.span;
        const spans = this.#found?.trace.spans.filter((span) => span.spanId === spanId);
        const link = spans?.[nth]?.links?.[message.link];
        if (link !== undefined && /^[0-9a-f]{32}$/.test(link.traceId))
          await this.#context.openTrace(link.traceId, this.#ended.signal);
      }
    }
  }

  #sendAll(): void {
    if (this.#found === undefined) {
      this.#send(this.#problem ?? { type: 'loading' });
      return;
    }
    const page = this.#context.linkTo(this.#found)?.title;
    this.#send({
      type: 'trace',
      ...this.#found,
      ...(page === undefined ? {} : { page }),
      ...(this.#focus === undefined ? {} : { focusSpanId: this.#focus }),
      ...(this.#view === undefined ? {} : { view: this.#view }),
    });
    if (this.#places === undefined) void this.#locate();
    else this.#sendPlaces(this.#places);
  }

  #sendPlaces({ spans, frames }: TracePlaces): void {
    if (this.#ready) this.#send({ type: 'places', spans, frames });
  }

  async #fetch(): Promise<void> {
    const found = await this.#context.findTrace(this.#traceId, this.#ended.signal);
    if (this.#ended.signal.aborted || this.#found !== undefined) return;
    if (found.ok) {
      this.#found = found.value;
      this.#problem = undefined;
      this.#setTitle(found.value.trace);
      if (this.#ready) this.#sendAll();
    } else {
      const { message, remedy } = found.failure;
      this.#problem = { type: 'problem', message, ...(remedy === undefined ? {} : { remedy }) };
      if (this.#ready) this.#send(this.#problem);
    }
  }

  async #locate(): Promise<void> {
    const found = this.#found;
    if (found === undefined) return;
    try {
      const places = await placesOf(found.trace, this.#context.locator, this.#ended.signal);
      if (this.#ended.signal.aborted || found !== this.#found) return;
      this.#places = places;
      this.#sendPlaces(places);
    } catch (error) {
      // The waterfall is of use without: a new attempt follows when the index answers again.
      if (!this.#ended.signal.aborted) this.#context.log.warn(`locating spans: ${String(error)}`);
    }
  }

  async #openSpan({ span }: Extract<FromWaterfall, { type: 'openSpan' }>): Promise<void> {
    const functions = this.#places?.functionsOf(span) ?? [];
    const rows = functions.map((owner) => ({
      label: owner.name,
      description: `${vscode.workspace.asRelativePath(owner.path)}:${owner.declarationLine + 1}`,
      owner,
    }));
    const picked =
      rows.length < 2
        ? rows[0]
        : await vscode.window.showQuickPick(rows, {
            placeHolder: vscode.l10n.t('Several functions could own this span'),
          });
    if (picked === undefined) return;
    const { path, selectionRange } = picked.owner;
    await open(path, selectionRange.start.line, selectionRange.start.character);
  }
}

/** Beside the waterfall, so that both stay in sight. Checked once more: folders may have left the workspace meanwhile. */
async function open(file: string, line: number, character: number): Promise<void> {
  if (!insideWorkspace(file)) return;
  const at = new vscode.Position(Math.max(0, line), Math.max(0, character));
  try {
    await vscode.window.showTextDocument(vscode.Uri.file(file), {
      selection: new vscode.Range(at, at),
      viewColumn: besideWaterfall(),
      preserveFocus: false,
    });
  } catch {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('{0} could not be opened.', vscode.workspace.asRelativePath(file)),
    );
  }
}

/** The group of text editors that is there already, else a new one beside. */
function besideWaterfall(): vscode.ViewColumn {
  const { activeTabGroup, all } = vscode.window.tabGroups;
  const other = all.find((group) => group.viewColumn !== activeTabGroup.viewColumn);
  return other?.viewColumn ?? vscode.ViewColumn.Beside;
}
