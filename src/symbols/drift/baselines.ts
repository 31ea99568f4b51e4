import type { FunctionDecl } from '../../domain/functionDecl.ts';
import type { FileBaseline, FileDrift, FrameRelease } from '../contract.ts';
import type { ReleaseFile } from '../frames/placeFrame.ts';
import { compareFunctions } from './compareFunctions.ts';
import { followLines } from './followLines.ts';
import { functionTexts } from './functionTexts.ts';

/** Functions of a text in the file's language; undefined: it can't be parsed. */
export type ParseText = (text: string) => readonly FunctionDecl[] | undefined;

interface Earlier {
  readonly functions: readonly FunctionDecl[];
  readonly texts: ReadonlyMap<string, string>;
}

interface Kept {
  readonly given: readonly FileBaseline[];
  /** What the file was by commit, once it was needed. */
  readonly earlier: Map<string, Earlier | undefined>;
  compared?: { readonly text: string; readonly drift: readonly FileDrift[] };
  /** By commit, of the present text. */
  followed?: { readonly text: string; readonly lines: Map<string, ReleaseFile['follow']> };
}

/** Files whose earlier texts are kept; the longest unused go first. */
const mostFiles = 300;

/** What the running releases' source of files was, to be compared with what the editor shows. */
export class Baselines {
  private readonly files = new Map<string, Kept>();

  /** Replaces what is known of the file's earlier texts. Returns the files whose texts had to go for it; never one `inUse`. */
  set(
    path: string,
    given: readonly FileBaseline[],
    inUse: (path: string) => boolean = () => false,
  ): readonly string[] {
    this.files.delete(path);
    if (given.length > 0) this.files.set(path, { given, earlier: new Map() });
    const dropped: string[] = [];
    for (const oldest of this.files.keys()) {
      if (this.files.size <= mostFiles) break;
      if (oldest === path || inUse(oldest)) continue;
      this.files.delete(oldest);
      dropped.push(oldest);
    }
    return dropped;
  }

  /** Whoever asks for a file's texts has them kept. */
  private use(path: string): Kept | undefined {
    const kept = this.files.get(path);
    if (kept === undefined) return undefined;
    this.files.delete(path);
    this.files.set(path, kept);
    return kept;
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** How the functions of a text differ from each release's; a release whose text can't be parsed is left out. */
  compare(
    path: string,
    text: string,
    functions: readonly FunctionDecl[],
    parse: ParseText,
  ): readonly FileDrift[] {
    const kept = this.use(path);
    if (kept === undefined) return [];
    if (kept.compared?.text === text) return kept.compared.drift;
    const now = functionTexts(functions, text);
    const drift = kept.given.flatMap((baseline): FileDrift[] => {
      const before =
        baseline.text === null
          ? new Map<string, string>()
          : earlierOf(kept, baseline, parse)?.texts;
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

  /** The file in a release, and where its lines are in a text; undefined: not known, null: the release doesn't have the file. */
  releaseFile(
    path: string,
    { service, version }: FrameRelease,
    text: string,
    parse: ParseText,
  ): ReleaseFile | null | undefined {
    const kept = this.use(path);
    const baseline = kept?.given.find(({ releases }) =>
      releases?.some((of) => of.service === service && of.version === version),
    );
    if (kept === undefined || baseline === undefined) return undefined;
    if (baseline.text === null) return null;
    const earlier = earlierOf(kept, baseline, parse);
    if (earlier === undefined) return undefined;
    if (kept.followed?.text !== text) kept.followed = { text, lines: new Map() };
    const { lines } = kept.followed;
    const { commit } = baseline;
    const before = baseline.text;
    const follow = (line: number): number | undefined => {
      const known = lines.get(commit) ?? followLines(before, text);
      lines.set(commit, known);
      return known(line);
    };
    return { functions: earlier.functions, follow };
  }
}

function earlierOf(
  kept: Kept,
  { commit, text }: FileBaseline,
  parse: ParseText,
): Earlier | undefined {
  if (text === null) return undefined;
  if (!kept.earlier.has(commit)) {
    const functions = parse(text);
    kept.earlier.set(
      commit,
      functions === undefined ? undefined : { functions, texts: functionTexts(functions, text) },
    );
  }
  return kept.earlier.get(commit);
}
