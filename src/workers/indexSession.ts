import type { Operation } from '../domain/operation.ts';
import type { RouteTable } from '../domain/route.ts';
import { Documents } from '../symbols/buffer/documents.ts';
import { linksAlike, looksAlike, type OpenDocument } from '../symbols/buffer/openDocument.ts';
import type { ConfigProblem, FileView, IndexReport, IndexSettings } from '../symbols/contract.ts';
import { WorkspaceIndex } from '../symbols/index/workspaceIndex.ts';
import type { ParserPool } from '../symbols/parser/parserPool.ts';
import type { AttributionBook } from './attributionBook.ts';
import { Debounce } from './debounce.ts';
import { viewOfDocument, viewOfDisk, viewOfSkipped } from './fileViews.ts';
import { linkWorkspace, type LinkedWorkspace } from './linkedWorkspace.ts';
import {
  isHint,
  noWorkspaceServices,
  readWorkspaceServices,
  type WorkspaceServices,
} from './workspaceServices.ts';

export interface SessionListener {
  changed(paths: Iterable<string>, all?: true): void;
  routes(table: RouteTable): void;
  problems(problems: readonly ConfigProblem[]): void;
}

/** Typing is followed once it pauses that long. */
const settleAfterMs = 60;
const relinkAfterMs = 100;
const shownSkipped = 200;

/** One configuration of the workspace, from `configure` to the next. */
export class IndexSession {
  readonly documents: Documents;
  private readonly settings: IndexSettings;
  private readonly book: AttributionBook;
  private readonly listener: SessionListener;
  private readonly index: WorkspaceIndex;
  private readonly stop = new AbortController();
  private readonly settleSoon = new Debounce(settleAfterMs, () => {
    this.settleAll();
  });
  private readonly relinkSoon = new Debounce(relinkAfterMs, () => void this.relink());
  private readonly started: Promise<void>;
  private linked: LinkedWorkspace | undefined;
  private services: WorkspaceServices = noWorkspaceServices;
  private hintsStale = true;
  private routesSent = '';
  private problemsSent = '[]';
  private linking: Promise<void> | undefined;
  /** Open documents parsed since linking last looked at them. */
  private readonly settled = new Set<string>();

  constructor(
    settings: IndexSettings,
    pool: ParserPool,
    book: AttributionBook,
    listener: SessionListener,
  ) {
    this.settings = settings;
    this.book = book;
    this.listener = listener;
    this.documents = new Documents(pool);
    this.index = new WorkspaceIndex({
      folders: settings.folders,
      pool,
      ...(settings.cacheFolder !== undefined && { cacheFolder: settings.cacheFolder }),
      alsoList: isHint,
      onChange: ({ paths, facts }) => {
        if (this.linked === undefined) return;
        this.listener.changed(paths);
        if (facts) this.relinkSoon.request();
      },
    });
    this.started = this.run();
  }

  private async run(): Promise<void> {
    await this.index.start(this.stop.signal);
    await this.relink();
  }

  /** Resolves when everything was read and linked once: before, an answer could be wrong. */
  async ready(): Promise<LinkedWorkspace | undefined> {
    await this.started;
    return this.linked;
  }

  get routes(): LinkedWorkspace['routes'] {
    return this.linked?.routes ?? [];
  }

  get problems(): readonly ConfigProblem[] {
    return this.services.problems;
  }

  async open(
    path: string,
    opened: { language: string; version: number; text: string },
  ): Promise<void> {
    const place = this.index.placeOf(path);
    if (place === undefined) return;
    await this.documents.open({ path, ...place }, opened);
    this.settleSoon.request();
  }

  async close(path: string): Promise<void> {
    const document = this.documents.now(path);
    const symbols = document?.symbols;
    this.documents.close(path);
    const disk = symbols === undefined ? undefined : await this.index.ensure(path);
    if (symbols === undefined || this.linked === undefined) return;
    if (disk?.facts === undefined || !linksAlike(symbols, { ...disk, facts: disk.facts }))
      this.relinkSoon.request();
  }

  async edit(...edit: Parameters<Documents['edit']>): Promise<boolean> {
    const inSync = await this.documents.edit(...edit);
    if (inSync) this.settleSoon.request();
    return inSync;
  }

  async file(path: string): Promise<FileView | null> {
    const place = this.index.placeOf(path);
    if (place === undefined) return null;
    const more = () => ({
      ...(this.linked?.servicesOf(path) ?? {
        services: [],
        explanation: 'the workspace is still being read',
      }),
      attributions: this.book.inFile(path),
    });
    const state = await this.documents.state(path);
    if (state?.kind === 'skipped') return viewOfSkipped(path, state, more());
    if (state?.kind === 'parsed') {
      this.settle(path, state.document, false);
      return viewOfDocument(path, state.document, more());
    }
    const source = await this.index.ensure(path);
    return source === undefined ? null : viewOfDisk(source, more());
  }

  /** `announce`: tell that the file looks different; whoever asks for it sees it anyway. */
  private settle(path: string, document: OpenDocument, announce: boolean): void {
    const before = { functions: document.functions, status: document.status };
    if (!document.settle()) return;
    const alike = looksAlike(before.functions, document.functions);
    if (announce && !(alike && before.status === document.status)) this.listener.changed([path]);
    this.settled.add(path);
    this.settleSoon.request();
  }

  /** Once typing pauses: whether what changed matters to other files. */
  private settleAll(): void {
    for (const [path, document] of this.documents.parsed()) this.settle(path, document, true);
    const settled = [...this.settled];
    this.settled.clear();
    this.settleSoon.dispose();
    if (this.linked === undefined) return;
    for (const path of settled) {
      const document = this.documents.now(path);
      if (document === undefined) continue;
      const disk = this.index.files.get(path);
      const linked =
        this.linked.linkedSymbols.get(path) ??
        (disk?.facts === undefined ? undefined : { ...disk, facts: disk.facts });
      if (linked === undefined || !linksAlike(linked, document.symbols)) this.relinkSoon.request();
    }
  }

  async filesChanged(paths: readonly string[]): Promise<void> {
    await this.started;
    const hints = paths.filter((path) => {
      const place = this.index.placeOf(path);
      return place !== undefined && isHint(place.relativePath);
    });
    await this.index.update(paths, this.stop.signal);
    if (hints.length === 0) return;
    this.hintsStale = true;
    this.relinkSoon.request();
  }

  /** New operations: only they are attributed, unless a service was never seen before. */
  operations(operations: readonly Operation[]): void {
    const services = new Set(this.book.services);
    const grew = operations.some((operation) => !services.has(operation.service));
    if (!grew || this.linked === undefined) {
      this.listener.changed(this.book.add(operations));
      return;
    }
    // Which service a file belongs to is decided among those seen: every answer may be another one now.
    for (const operation of operations) services.add(operation.service);
    this.linked = this.linked.withServices([...services].sort());
    this.book.relink(this.linked.attributor);
    this.book.add(operations);
    this.listener.changed([], true);
  }

  private async relink(): Promise<void> {
    // One at a time: reading hints waits for the disk.
    if (this.linking !== undefined) {
      this.relinkSoon.request();
      return this.linking;
    }
    this.linking = this.relinkNow().finally(() => {
      this.linking = undefined;
    });
    return this.linking;
  }

  private async relinkNow(): Promise<void> {
    const hintsRead = this.hintsStale;
    if (hintsRead) {
      this.hintsStale = false;
      this.services = this.settings.trusted
        ? await readWorkspaceServices([...this.index.listed], (path) => this.index.placeOf(path))
        : noWorkspaceServices;
    }
    if (this.stop.signal.aborted) return;
    const everything = this.linked === undefined || hintsRead;
    for (const [, document] of this.documents.parsed()) document.settle();
    this.linked = linkWorkspace({
      files: this.index.files,
      documents: this.documents.parsed(),
      folders: this.settings.folders.map((folder) => folder.path),
      services: this.services,
      seen: this.book.services,
    });
    const changed = this.book.relink(this.linked.attributor);
    this.listener.changed(changed, ...(everything ? [true as const] : []));
    const table = JSON.stringify(this.linked.routeTable);
    if (table !== this.routesSent) this.listener.routes(this.linked.routeTable);
    this.routesSent = table;
    const problems = JSON.stringify(this.services.problems);
    if (problems !== this.problemsSent) this.listener.problems(this.services.problems);
    this.problemsSent = problems;
  }

  get routeTable(): RouteTable | undefined {
    return this.linked?.routeTable;
  }

  report(): IndexReport {
    const skipped = [...this.index.notes];
    let functions = 0;
    for (const file of this.index.files.values()) {
      functions += file.functions.length;
      if (file.reason !== undefined) skipped.push({ path: file.path, reason: file.reason });
    }
    return {
      state: this.index.indexing || this.linked === undefined ? 'indexing' : 'idle',
      files: this.index.files.size,
      functions,
      routes: this.routes.length,
      operations: this.book.size,
      skipped: skipped.slice(0, shownSkipped),
      skippedCount: skipped.length,
    };
  }

  dispose(): void {
    this.stop.abort();
    this.settleSoon.dispose();
    this.relinkSoon.dispose();
    this.documents.dispose();
    this.book.relink(undefined);
  }
}
