import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LanguageId } from '../../domain/functionDecl.ts';
import type { IndexFolder, IndexProgress } from '../contract.ts';
import { languageOfPath } from '../languages/registry.ts';
import type { ParserPool } from '../parser/parserPool.ts';
import { BuildProgress } from './buildProgress.ts';
import { fileFilter, type FileFilter } from './fileFilter.ts';
import { readIndexCache, writeIndexCache, type CachedFile } from './indexCache.ts';
import { readIndexedFile } from './readIndexedFile.ts';
import { walkFolder } from './walk.ts';

/** Where a path lies in the workspace. */
export interface WorkspacePlace {
  readonly folder: string;
  /** With forward slashes. */
  readonly relativePath: string;
}

/** A file of the workspace as it is on disk. */
export interface IndexedSource extends CachedFile, WorkspacePlace {
  readonly path: string;
  readonly language: LanguageId;
}

export interface WorkspaceIndexOptions {
  readonly folders: readonly IndexFolder[];
  readonly pool: ParserPool;
  readonly cacheFolder?: string;
  /** Other files to know of (repository hints); their paths are listed, their text isn't read here. */
  readonly alsoList: (relativePath: string) => boolean;
  /** Paths whose symbols are others now; `facts` when linking must be done again. */
  readonly onProgress?: (progress: IndexProgress | null) => void;
  readonly onChange: (change: {
    readonly paths: readonly string[];
    readonly facts: boolean;
  }) => void;
}

interface FolderState extends Omit<IndexFolder, 'files'> {
  readonly filter: FileFilter;
  /** Relative paths that the host lists; absent: the folder is walked. */
  listed: ReadonlySet<string> | undefined;
  cached: Map<string, CachedFile>;
}

/** Files read at once: reading waits for the disk, parsing has one thread. */
const readers = 4;

/** Functions and facts of every source file on disk, kept by content hash. Between two files other calls get their turn. */
export class WorkspaceIndex {
  readonly files = new Map<string, IndexedSource>();
  /** Absolute paths that `alsoList` wanted. */
  readonly listed = new Set<string>();
  /** What was left out of the whole, beyond single files. */
  readonly notes: { readonly path: string; readonly reason: string }[] = [];
  private readonly options: WorkspaceIndexOptions;
  private readonly folders: readonly FolderState[];
  private readonly reading = new Map<string, Promise<IndexedSource | undefined>>();
  private unsaved = false;
  private running = false;

  constructor(options: WorkspaceIndexOptions) {
    this.options = options;
    this.folders = options.folders.map((folder) => ({
      path: folder.path,
      exclude: folder.exclude,
      filter: fileFilter(folder.exclude),
      listed: listedIn(folder),
      cached: new Map(),
    }));
  }

  get indexing(): boolean {
    return this.running;
  }

  /** Indexes everything; resolves when done or aborted. */
  async start(signal: AbortSignal): Promise<void> {
    this.running = true;
    let progress: BuildProgress | undefined;
    try {
      const queue: string[] = [];
      for (const folder of this.folders) {
        if (this.options.cacheFolder !== undefined)
          folder.cached = await readIndexCache(this.options.cacheFolder, folder.path);
        for (const relativePath of await this.list(folder, signal)) {
          const file = path.join(folder.path, relativePath);
          if (languageOfPath(relativePath) !== undefined) queue.push(file);
          else this.listed.add(file);
        }
      }
      progress = new BuildProgress(queue.length, (now) => this.options.onProgress?.(now));
      const { step } = progress;
      await this.drain(queue, signal, async (file) => {
        if (!this.files.has(file)) await this.read(file);
        step();
      });
      for (const folder of this.folders) folder.cached.clear();
      if (!signal.aborted) await this.save();
    } finally {
      progress?.end();
      this.running = false;
    }
  }

  private async list(folder: FolderState, signal: AbortSignal): Promise<readonly string[]> {
    const wanted = (relativePath: string): boolean =>
      languageOfPath(relativePath) !== undefined || this.options.alsoList(relativePath);
    if (folder.listed !== undefined)
      return [...folder.listed].filter(
        (file) => wanted(file) && isInside(file) && folder.filter.file(file, true),
      );
    const { files, truncated } = await walkFolder(folder.path, folder.filter, wanted, signal);
    if (truncated)
      this.notes.push({ path: folder.path, reason: 'too many files: only a part was read' });
    return files;
  }

  private async drain(
    queue: readonly string[],
    signal: AbortSignal,
    read: (file: string) => Promise<unknown>,
  ): Promise<void> {
    let next = 0;
    const reader = async (): Promise<void> => {
      while (!signal.aborted) {
        const file = queue[next++];
        if (file === undefined) return;
        await read(file);
        await nextTurn();
      }
    };
    await Promise.all(Array.from({ length: readers }, reader));
  }

  /** The folder that a path lies in, the innermost if folders nest; undefined: outside or left out. */
  placeOf(file: string, listed = true): WorkspacePlace | undefined {
    let best: WorkspacePlace | undefined;
    for (const folder of this.folders) {
      const relative = path.relative(folder.path, file);
      if (relative === '' || !isInside(relative) || path.isAbsolute(relative)) continue;
      const relativePath = relative.replaceAll(path.sep, '/');
      if (best !== undefined && best.folder.length > folder.path.length) continue;
      best = folder.filter.file(relativePath, listed)
        ? { folder: folder.path, relativePath }
        : undefined;
    }
    return best;
  }

  /** The file's entry, read now if the index hasn't come to it yet. One that nobody lists is no part of the index. */
  async ensure(file: string): Promise<IndexedSource | undefined> {
    return this.files.get(file) ?? (await this.read(file));
  }

  /**
   * Files that were written, created or deleted; a folder stands for what is inside. `folders`: what is listed from now on; `all` of it is
   * compared with the disk, else what is new in it is read.
   */
  async update(
    files: readonly string[],
    signal: AbortSignal,
    listing: { readonly folders?: readonly IndexFolder[]; readonly all?: true } = {},
  ): Promise<void> {
    for (const folder of listing.folders ?? [])
      await this.listAgain(folder, listing.all === true, signal);
    for (const file of files) {
      if (signal.aborted) return;
      const kind = await kindOf(file);
      if (kind === 'file') await this.updateFile(file);
      else if (kind === 'folder') await this.updateFolder(file, signal);
      else this.forget(file);
      await nextTurn();
    }
    if (this.unsaved && !this.running) await this.save();
  }

  private async listAgain(now: IndexFolder, all: boolean, signal: AbortSignal): Promise<void> {
    const folder = this.folders.find((f) => f.path === now.path);
    if (folder === undefined || now.files === undefined) return;
    const listed = listedIn(now);
    folder.listed = listed;
    const others = [...this.files.keys(), ...this.listed].filter((file) => {
      const place = this.placeOf(file);
      return place?.folder === folder.path && listed?.has(place.relativePath) === false;
    });
    this.drop(others);
    const queue: string[] = [];
    for (const relative of await this.list(folder, signal)) {
      const file = path.join(folder.path, relative);
      if (languageOfPath(relative) === undefined) this.listed.add(file);
      else if (all || !this.files.has(file)) queue.push(file);
    }
    await this.drain(queue, signal, (file) => this.read(file));
  }

  private async updateFile(file: string): Promise<void> {
    if (languageOfPath(file) !== undefined) {
      await this.read(file);
      return;
    }
    const found = this.placeOf(file);
    const place = found && this.placeOf(file, this.isListed(file, found));
    if (place === undefined || (this.listsFiles(place) && !this.isListed(file, place))) return;
    if (this.options.alsoList(place.relativePath)) this.listed.add(file);
  }

  private async updateFolder(at: string, signal: AbortSignal): Promise<void> {
    const place = this.placeOf(path.join(at, 'any'), false);
    const folder = this.folders.find((f) => f.path === place?.folder);
    // A folder of ours itself is reported when only its own times changed.
    if (folder === undefined || folder.path === at) return;
    const base = path.relative(folder.path, at).replaceAll(path.sep, '/');
    const inside: FileFilter = {
      file: (relative, listed) => folder.filter.file(`${base}/${relative}`, listed),
      folder: (relative) => folder.filter.folder(`${base}/${relative}`),
    };
    const wanted = (relative: string): boolean =>
      languageOfPath(relative) !== undefined || this.options.alsoList(`${base}/${relative}`);
    for (const relative of (await walkFolder(at, inside, wanted, signal)).files) {
      await this.updateFile(path.join(at, relative));
      await nextTurn();
    }
  }

  private forget(file: string): void {
    const known = this.files.has(file) || this.listed.has(file);
    const prefix = `${file}${path.sep}`;
    this.drop(
      known ? [file] : [...this.files.keys(), ...this.listed].filter((f) => f.startsWith(prefix)),
    );
  }

  private drop(files: readonly string[]): void {
    for (const file of files) this.listed.delete(file);
    const gone = files.filter((file) => this.files.delete(file));
    if (gone.length === 0) return;
    this.unsaved = true;
    this.options.onChange({ paths: gone, facts: true });
  }

  /** One after the other for each file: what was read first must not be kept last. */
  private read(file: string): Promise<IndexedSource | undefined> {
    const before = this.reading.get(file);
    const now = before === undefined ? this.readNow(file) : before.then(() => this.readNow(file));
    this.reading.set(file, now);
    return now.finally(() => {
      if (this.reading.get(file) === now) this.reading.delete(file);
    });
  }

  private async readNow(file: string): Promise<IndexedSource | undefined> {
    const language = languageOfPath(file);
    const found = this.placeOf(file);
    const listed = found !== undefined && this.isListed(file, found);
    // A file that nobody listed may be one that somebody built.
    const place = listed ? found : this.placeOf(file, false);
    if (language === undefined || place === undefined) return undefined;
    const known = this.files.get(file) ?? this.cachedOf(place);
    const content = await readIndexedFile(this.options.pool, file, place, language, known);
    if (content === undefined) {
      this.forget(file);
      return undefined;
    }
    const entry: IndexedSource = { ...content, ...place, path: file, language };
    // Git ignores it: it is shown, but others must not be compared with it.
    if (!listed && this.listsFiles(place)) return entry;
    const before = this.files.get(file);
    this.files.set(file, entry);
    if (content !== known) this.unsaved = true;
    if (before?.hash !== entry.hash || before.reason !== entry.reason) {
      this.options.onChange({
        paths: [file],
        facts: before === undefined || symbolsOf(before) !== symbolsOf(entry),
      });
    }
    return entry;
  }

  /** Where the host lists files, only those count; else what was found once. */
  private isListed(file: string, place: WorkspacePlace): boolean {
    const listed = this.folders.find((f) => f.path === place.folder)?.listed;
    return listed?.has(place.relativePath) ?? (this.files.has(file) || this.listed.has(file));
  }

  private listsFiles(place: WorkspacePlace): boolean {
    return this.folders.some((f) => f.path === place.folder && f.listed !== undefined);
  }

  private cachedOf(place: WorkspacePlace): CachedFile | undefined {
    return this.folders.find((f) => f.path === place.folder)?.cached.get(place.relativePath);
  }

  private async save(): Promise<void> {
    const { cacheFolder } = this.options;
    if (cacheFolder === undefined || !this.unsaved) return;
    this.unsaved = false;
    const byFolder = new Map<string, [string, IndexedSource][]>();
    for (const folder of this.folders) byFolder.set(folder.path, []);
    for (const file of this.files.values())
      byFolder.get(file.folder)?.push([file.relativePath, file]);
    for (const [folder, files] of byFolder) {
      try {
        await writeIndexCache(cacheFolder, folder, files);
      } catch {
        // The next start reads the files again; nothing else is lost.
        this.unsaved = true;
      }
    }
  }
}

const listedIn = ({ files }: IndexFolder): ReadonlySet<string> | undefined =>
  files && new Set(files.map((file) => file.replaceAll('\\', '/')));

/** All that linking looks at: also the lines, which owners are shown with. */
const symbolsOf = ({ functions, facts }: CachedFile): string => JSON.stringify([functions, facts]);

const isInside = (relativePath: string): boolean =>
  relativePath !== '..' && !/^\.\.[/\\]/.test(relativePath) && !relativePath.includes('\0');

async function kindOf(file: string): Promise<'file' | 'folder' | 'none'> {
  try {
    const stat = await lstat(file);
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'none';
  } catch {
    return 'none';
  }
}
