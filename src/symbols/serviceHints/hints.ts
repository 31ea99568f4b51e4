import { parentOf } from '../frameworks/families/family.ts';
import type { ModuleAlias } from './moduleAliases.ts';
import { hintReaders } from './readers.ts';

/** A file of the repository that says something about services. */
export interface HintText {
  readonly relativePath: string;
  /** Absolute path of the workspace folder. */
  readonly folder: string;
  readonly text: string;
}

/** A name that a service may have, and which files it speaks of. */
export interface NameHint {
  readonly name: string;
  /** Absolute folder. */
  readonly covers: string;
  /** Where it is written, for the explanation: `OTEL_SERVICE_NAME in backend/Dockerfile`. */
  readonly source: string;
  /** `telemetry`: names the service itself; `package`: the package's or component's name, often the same. */
  readonly strength: 'telemetry' | 'package';
}

export interface OpenApiOperation {
  readonly operationId: string;
  /** Upper case. */
  readonly method: string;
  readonly path: string;
}

/** A service that a .proto file declares. */
export interface ProtoService {
  readonly name: string;
  readonly methods: readonly string[];
}

/** Properties of a program that look like paths or parts of them. */
export interface ProgramProperties {
  /** Absolute folder of the program. */
  readonly covers: string;
  /** They count only in this profile. */
  readonly profile?: string;
  /** By `propertyKey`. */
  readonly values: Readonly<Record<string, string>>;
}

/** Names of properties are compared without case, dashes and underscores ("relaxed binding"). */
export const propertyKey = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** What one hint file says. Plain JSON. */
export interface HintFacts {
  /** Absolute folder the file is in. */
  readonly folder: string;
  readonly names: readonly NameHint[];
  /** Folder of a program (package.json, pyproject.toml, go.mod, pom.xml…). */
  readonly program?: string;
  /** Name under which the folder's modules are imported (go.mod). */
  readonly moduleName?: string;
  /** Other names of modules: path aliases, names of the repository's own packages. */
  readonly aliases?: readonly ModuleAlias[];
  /** Configured values that may be parts of routes (Spring's server.servlet.context-path), placeholders filled in. */
  readonly properties?: readonly ProgramProperties[];
  readonly protoServices?: readonly ProtoService[];
  readonly openApi?: { readonly covers: string; readonly operations: readonly OpenApiOperation[] };
}

const readerOf = (relativePath: string): (typeof hintReaders)[number] | undefined => {
  const base = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  return hintReaders.find((r) => r.file.test(base) && (r.path?.test(relativePath) ?? true));
};

const vendored =
  /(?:^|\/)(?:node_modules|vendor|\.venv|venv|site-packages|target|dist|build|out)\//;

export const isHintFile = (relativePath: string): boolean =>
  !vendored.test(relativePath) && readerOf(relativePath) !== undefined;

const largest = 1_000_000;

/** Reads one hint file. A file that can't be parsed says nothing. */
export function readHint(hint: HintText): HintFacts {
  const absolute = `${hint.folder}/${hint.relativePath}`;
  const folder = parentOf(absolute);
  const empty: HintFacts = { folder, names: [] };
  const reader = hint.text.length > largest ? undefined : readerOf(hint.relativePath);
  if (reader === undefined) return empty;
  try {
    return { ...empty, ...reader.read({ ...hint, absoluteFolder: folder }) };
  } catch {
    return empty;
  }
}
