import type { LanguageId } from '../../domain/functionDecl.ts';
import type { TextEdit } from '../contract.ts';
import { unreadable } from '../index/sourceText.ts';
import { isLanguageId } from '../languages/registry.ts';
import type { SourceName } from '../parser/extractFunctions.ts';
import type { ParserPool } from '../parser/parserPool.ts';
import { OpenDocument } from './openDocument.ts';

/** An open document, or why it isn't parsed. */
export type OpenState =
  | { readonly kind: 'parsed'; readonly document: OpenDocument }
  | {
      readonly kind: 'skipped';
      readonly reason: string;
      readonly language: LanguageId;
      version: number;
    };

/** Documents open in the editor. Calls about one document are answered in their order. */
export class Documents {
  private readonly pool: ParserPool;
  private readonly states = new Map<string, Promise<OpenState | undefined>>();
  private readonly present = new Map<string, OpenState>();

  constructor(pool: ParserPool) {
    this.pool = pool;
  }

  /** A document in a language we do not read is nothing of ours. */
  async open(
    name: SourceName,
    opened: { readonly language: string; readonly version: number; readonly text: string },
  ): Promise<void> {
    this.close(name.path);
    const { language, version, text } = opened;
    if (!isLanguageId(language)) return;
    const state = (async (): Promise<OpenState> => {
      const reason = unreadable(name.relativePath, text);
      if (reason !== undefined) return { kind: 'skipped', reason, language, version };
      const loaded = this.pool.loaded(language) ?? (await this.pool.load(language));
      return { kind: 'parsed', document: new OpenDocument(loaded, name, { version, text }) };
    })();
    this.states.set(name.path, state);
    try {
      const opened = await state;
      if (this.states.get(name.path) === state) this.present.set(name.path, opened);
      else if (opened.kind === 'parsed') opened.document.dispose();
    } catch (error) {
      if (this.states.get(name.path) === state) this.states.delete(name.path);
      throw error;
    }
  }

  /** False: unknown document, or version and positions don't fit: it must be opened anew. */
  async edit(path: string, version: number, edits: readonly TextEdit[]): Promise<boolean> {
    const state = await this.states.get(path);
    if (state === undefined) return false;
    if (state.kind === 'skipped') {
      // Nothing to keep in step with: sending megabytes anew at every key would gain nothing.
      state.version = version;
      return true;
    }
    return state.document.edit(version, edits);
  }

  async state(path: string): Promise<OpenState | undefined> {
    return this.states.get(path);
  }

  /** Parsed documents, as far as they are ready. */
  *parsed(): Iterable<readonly [path: string, document: OpenDocument]> {
    for (const [path, state] of this.present)
      if (state.kind === 'parsed') yield [path, state.document];
  }

  now(path: string): OpenDocument | undefined {
    const state = this.present.get(path);
    return state?.kind === 'parsed' ? state.document : undefined;
  }

  close(path: string): void {
    this.states.delete(path);
    const state = this.present.get(path);
    this.present.delete(path);
    if (state?.kind === 'parsed') state.document.dispose();
  }

  dispose(): void {
    for (const path of [...this.states.keys()]) this.close(path);
  }
}
