import type { Attribution } from '../domain/attribution.ts';
import type {
  FunctionDecl,
  FunctionId,
  FunctionRef,
  LanguageId,
  SourceRange,
} from '../domain/functionDecl.ts';
import type { ExceptionStack } from '../domain/exceptionStack.ts';
import type { Objective } from '../domain/objective.ts';
import type { Operation, OperationId } from '../domain/operation.ts';
import type { RouteDecl } from '../domain/route.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { StackFrame } from '../domain/stats.ts';
import type { CodeRelease, FolderTargets } from '../domain/workspace.ts';

export interface IndexFolder {
  /** Absolute path of a workspace folder. */
  readonly path: string;
  /** Files to index, relative; absent: the worker walks the folder itself (not a git repository). */
  readonly files?: readonly string[];
  /** Globs left out (`files.exclude`, `prodlens.exclude`). */
  readonly exclude: readonly string[];
}

export interface IndexSettings {
  readonly folders: readonly IndexFolder[];
  /** dist/grammars. */
  readonly grammarsFolder: string;
  /** Where index results are kept by content hash; absent: not persisted. */
  readonly cacheFolder?: string;
  /** Untrusted workspace: prodlens.json and repository hints are not read. */
  readonly trusted: boolean;
}

/** An edit as VS Code reports it: range in the text before, and the new text. */
export interface TextEdit {
  readonly range: SourceRange;
  readonly text: string;
}

/** A service that a file is thought to belong to, and why. */
export interface FileService {
  readonly service: ServiceKey;
  readonly explanation: string;
}

/** Symbols and attributions of one file. */
export interface FileView {
  readonly path: string;
  readonly language: LanguageId;
  /** Document version the symbols belong to; 0 for a file on disk. */
  readonly version: number;
  readonly functions: readonly FunctionDecl[];
  /** `lastGood`: the present text can't be parsed, symbols are the last good ones; `skipped`: see `reason`. */
  readonly status: 'fresh' | 'lastGood' | 'skipped';
  readonly reason?: string;
  /** Services of this file among those seen; empty: unknown. */
  readonly services: readonly FileService[];
  /** Why `services` is empty or what was compared. */
  readonly servicesExplanation: string;
  /** Attributions whose owner or candidates are in this file. */
  readonly attributions: readonly OwnedOperation[];
  /** Of prodlens.json, those that can concern its functions, the closest first. */
  readonly objectives?: readonly Objective[];
  /** How the functions differ from the releases' source, as far as it was given (`baselines`). */
  readonly drift?: readonly FileDrift[];
  /** Functions of this file that are in stacks of exceptions (`stacks`). */
  readonly stacks?: readonly StackPlace[];
}

export type FrameRelease = CodeRelease;

/** A file whose text in releases is of use: telemetry names lines of it. */
export interface WantedSource {
  readonly path: string;
  readonly releases: readonly FrameRelease[];
}

/** A stack that a release's exceptions have. */
export interface SeenStack {
  readonly stack: ExceptionStack;
  readonly release: FrameRelease;
}

/** A function in a stack, by its innermost frame there. */
export interface StackPlace extends FrameRelease {
  /** `ExceptionStack.id` */
  readonly stack: string;
  readonly function: FunctionId;
  /** The innermost frame of the workspace is in it; otherwise the exception passed through, or that can't be told. */
  readonly thrown: boolean;
  /** Zero-based, in the present text; absent: the line was changed since, or its release's source isn't known. */
  readonly line?: number;
}

/** A file as it is in a commit. */
export interface FileBaseline {
  readonly commit: string;
  /** null: the commit doesn't have the file. */
  readonly text: string | null;
  /** Releases made from the commit. */
  readonly releases?: readonly FrameRelease[];
  /** Names that are written somewhere in the commit: a function of such a name may have been moved here. */
  readonly elsewhere?: readonly string[];
}

/**
 * Functions by the part of their id after `#` that differ from the commit's; those left out are the same. `elsewhere`: not in this file
 * there, but the name is in another one, so nothing can be said.
 */
export interface FileDrift {
  readonly commit: string;
  readonly functions: Readonly<Record<string, 'edited' | 'absent' | 'elsewhere'>>;
}

export interface OwnedOperation {
  readonly operation: Operation;
  readonly attribution: Attribution;
}

/** A mistake in prodlens.json, for the Problems view. */
export interface ConfigProblem {
  readonly path: string;
  readonly range: SourceRange;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface IndexReport {
  readonly state: 'idle' | 'indexing';
  readonly files: number;
  readonly functions: number;
  readonly routes: number;
  readonly operations: number;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  readonly skippedCount: number;
}

/** What the index worker answers to the extension host. */
export interface IndexContract {
  readonly calls: {
    readonly configure: { params: IndexSettings; result: undefined };
    readonly open: {
      params: {
        readonly path: string;
        readonly language: string;
        readonly version: number;
        readonly text: string;
      };
      result: undefined;
    };
    /** Edits in the order VS Code gives them; versions must follow each other, else the host opens anew. */
    readonly edit: {
      params: {
        readonly path: string;
        readonly version: number;
        readonly edits: readonly TextEdit[];
      };
      result: { readonly inSync: boolean };
    };
    readonly close: { params: { readonly path: string }; result: undefined };
    /** Texts of a file in the releases that run; replaces those given before. Its view has `drift` from then on. */
    readonly baselines: {
      params: { readonly path: string; readonly baselines: readonly FileBaseline[] };
      result: undefined;
    };
    /** Stacks of the exceptions that are shown; replaces those given before. */
    readonly stacks: { params: { readonly stacks: readonly SeenStack[] }; result: undefined };
    /** Resolves when the answers hold. `folders`: what the host lists now, when a path may be new. */
    readonly filesChanged: {
      params: {
        readonly paths: readonly string[];
        readonly folders?: readonly IndexFolder[];
        /** Another branch may be checked out: every listed file is compared, because not every change may have been told. */
        readonly all?: true;
      };
      result: undefined;
    };
    /** null: not a file we read (other language, excluded, outside the folders). */
    readonly file: { params: { readonly path: string }; result: FileView | null };
    /** Everything the index knows about how an operation was attributed. */
    readonly attribute: {
      params: { readonly operations: readonly Operation[] };
      result: readonly Attribution[];
    };
    readonly attributionsOf: {
      params: { readonly operations: readonly OperationId[] };
      result: readonly OwnedOperation[];
    };
    /** Operations of a service that no function owns, with the reasons; for explain and diagnose. */
    readonly unowned: { params: { readonly limit: number }; result: readonly OwnedOperation[] };
    /** Every operation seen, with its attribution; for the coverage report. */
    readonly operations: { params: undefined; result: readonly OwnedOperation[] };
    /** First frame whose place in the workspace is known, per stack: where its code is now. */
    readonly locateFrames: {
      params: {
        readonly stacks: readonly (readonly StackFrame[])[];
        /** Of the stacks, in their order. */
        readonly releases?: readonly (FrameRelease | undefined)[];
        /** Waits a moment for texts of releases that weren't asked for before. */
        readonly thorough?: true;
      };
      result: readonly (FrameLocation | null)[];
    };
    readonly routes: { params: undefined; result: readonly RouteDecl[] };
    readonly problems: { params: undefined; result: readonly ConfigProblem[] };
    readonly report: { params: undefined; result: IndexReport };
  };
  readonly events: {
    /** Symbols or attributions of these files changed; `all` after a re-index. */
    readonly changed: { readonly paths: readonly string[]; readonly all?: true };
    readonly problems: readonly ConfigProblem[];
    /** What prodlens.json says that others than the index follow. */
    readonly rules: RepositoryRules;
    /** Files, in sight or not, whose text in releases telemetry needs to be understood (`baselines`); replaces those told before. */
    readonly wanted: readonly WantedSource[];
    /** Files whose earlier texts (`baselines`) aren't kept any more: they have to be given again when they are needed. */
    readonly dropped: readonly string[];
    /** A build of the index that takes long; null when it has ended. */
    readonly progress: IndexProgress | null;
  };
}

/** Files read of those to be read. */
export interface IndexProgress {
  readonly read: number;
  readonly total: number;
}

/** Rules of prodlens.json. */
export interface RepositoryRules {
  /** Regular expression with one group: the commit or tag in a version. */
  readonly versionCommit?: string;
  /** Names that services of the workspace may have, the likeliest first; a bounded number. */
  readonly services?: readonly string[];
  readonly targets?: readonly FolderTargets[];
}

/** Where a stack frame lies in the workspace. */
export interface FrameLocation {
  readonly path: string;
  /** Zero-based, as in the editor; frames themselves count from one. */
  readonly line: number;
  /** As the frame gives it. */
  readonly column?: number;
  readonly function?: FunctionRef;
}
