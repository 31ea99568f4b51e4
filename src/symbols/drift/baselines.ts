import type { FunctionDecl } from '../../domain/functionDecl.ts';
import type { FileBaseline, FileDrift } from '../contract.ts';
import { compareFunctions } from './compareFunctions.ts';
import { functionTexts } from './functionTexts.ts';

/** Functions of a text in the file's language; undefined: it can't be parsed. */
export type ParseText = (text: string) => readonly FunctionDecl[] | undefined;

interface Kept {
  readonly given: readonly FileBaseline[];
  /** Texts of the functions by commit, once they were needed. */
  readonly texts: Map<string, ReadonlyMap<string, string> | undefined>;
  compared?: { readonly text: string; readonly drift: readonly FileDrift[] };
}

/** Files whose earlier texts are kept; the longest unused go first. */
const mostFiles = 300;

/** What the running releases' source of files was, to be compared with what the editor shows. */
export class Baselines {
  private readonly files = new Map<string, Kept>();

  /** Replaces what is known of the file's earlier texts. */
  set(path: string, given: readonly FileBaseline[]): void {
    this.files.delete(path);
    if (given.length > 0) this.files.set(path, { given, texts: new Map() });
    for (const oldest of this.files.keys()) {
      if (this.files.size <= mostFiles) break;
      this.files.delete(oldest);
    }
  }

  /** How the functions of a text differ from each release's; a release whose text can't be parsed is left out. */
  compare(
    path: string,
    text: string,
    functions: readonly FunctionDecl[],
    parse: ParseText,
  ): readonly FileDrift[] {
    const kept = this.files.get(path);
    if (kept === undefined) return [];
    if (kept.compared?.text === text) return kept.compared.drift;
    const now = functionTexts(functions, text);
    const drift = kept.given.flatMap((baseline): FileDrift[] => {
      const before = this.textsOf(kept, baseline, parse);
      return before === undefined
        ? []
        : [
            {
              commit: baseline.commit,
              functions: compareFunctions(now, before, baseline.elsewhere),
            },
          ];
    });
    kept.compared = { text, drift };
    return drift;
  }

  /** The last answer of `compare`, as long as what it compared with is known. */
  last(path: string): readonly FileDrift[] | undefined {
    return this.files.get(path)?.compared?.drift;
  }

  private textsOf(
    kept: Kept,
    { commit, text }: FileBaseline,
    parse: ParseText,
  ): ReadonlyMap<string, string> | undefined {
    if (text === null) return new Map();
    if (!kept.texts.has(commit)) {
      const functions = parse(text);
      kept.texts.set(commit, functions === undefined ? undefined : functionTexts(functions, text));
    }
    return kept.texts.get(commit);
  }
}
