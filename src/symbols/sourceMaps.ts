import {
  LEAST_UPPER_BOUND,
  TraceMap,
  originalPositionFor,
  type SourceMapInput,
} from '@jridgewell/trace-mapping';
import { closeSync, existsSync, fstatSync, statSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourcePlace } from '../domain/workspace.ts';
import type { PathIndex } from './pathIndex.ts';

const largestMap = 32 * 1024 * 1024;
/** Maps kept in memory: decoded ones are several times their size. */
const keptMaps = 32;
const keptAnswers = 5_000;

interface Built {
  readonly file: string;
  /** When the file was built: a newer build has another map. */
  readonly modified: number;
  readonly map: TraceMap;
}

/**
 * From built code (`/app/dist/server.js:120`) to its source, through the map that lies beside the same build in the workspace. Only
 * paths below `roots` are ever opened, whatever the telemetry says.
 */
export class SourceMaps {
  private readonly roots: readonly string[];
  private readonly sources: PathIndex;
  private readonly built = new Map<string, string | undefined>();
  private readonly maps = new Map<string, Built>();

  /** `roots`: workspace folders and the folders of programs in them; `sources`: the files a place may lead to. */
  constructor(roots: readonly string[], sources: PathIndex) {
    this.roots = [...new Set(roots)];
    this.sources = sources;
  }

  /** `line` one-based, `column` zero-based, as runtimes report them. */
  sourceOf(
    runtimePath: string,
    line: number | undefined,
    column: number | undefined,
  ): SourcePlace | undefined {
    if (!/\.[cm]?jsx?$/.test(runtimePath)) return undefined;
    const file = this.builtFile(runtimePath);
    const built = file === undefined ? undefined : this.mapOf(file);
    if (built === undefined) return undefined;
    if (line === undefined || line < 1) {
      const [only, ...others] = built.map.resolvedSources;
      const source = others.length === 0 ? this.sourceFile(built, only) : undefined;
      return source === undefined ? undefined : { path: source };
    }
    // Without a column the first mapping of the line is the statement's start.
    const at =
      column === undefined
        ? originalPositionFor(built.map, { line, column: 0, bias: LEAST_UPPER_BOUND })
        : originalPositionFor(built.map, { line, column });
    const source = this.sourceFile(built, at.source);
    return source === undefined || at.line === null ? undefined : { path: source, line: at.line };
  }

  private sourceFile(built: Built, source: string | null | undefined): string | undefined {
    if (source == null) return undefined;
    const url = source.replace(/^file:\/\//, '');
    const beside = path.resolve(path.dirname(built.file), url);
    return this.sources.matching(/^[a-z][a-z+-]*:\/\//i.test(url) ? url : beside);
  }

  /** Longest end of the runtime path that exists below a root, and below one only. */
  private builtFile(runtimePath: string): string | undefined {
    if (this.built.has(runtimePath)) return this.built.get(runtimePath);
    const segments = runtimePath
      .replace(/^file:\/\//, '')
      .split(/[/\\]/)
      .filter((segment) => segment !== '');
    let found: string | undefined;
    if (!segments.some((s) => s === '..' || s === 'node_modules' || s.includes('\0')))
      for (let length = Math.min(segments.length, 12); length > 0; length--) {
        const end = segments.slice(-length).join('/');
        const there = this.roots.map((root) => path.join(root, end)).filter((f) => existsSync(f));
        if (there.length === 0) continue;
        found = there.length === 1 ? there[0] : undefined;
        break;
      }
    if (this.built.size >= keptAnswers) this.built.clear();
    this.built.set(runtimePath, found);
    return found;
  }

  private mapOf(file: string): Built | undefined {
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (modified === undefined) return undefined;
    const known = this.maps.get(file);
    if (known?.modified === modified) return known;
    const map = readMap(file);
    if (map === undefined) return undefined;
    const first = this.maps.keys().next();
    if (this.maps.size >= keptMaps && first.done !== true) this.maps.delete(first.value);
    const built = { file, modified, map };
    this.maps.set(file, built);
    return built;
  }
}

function readMap(file: string): TraceMap | undefined {
  try {
    const text = mapText(file);
    return text === undefined ? undefined : new TraceMap(JSON.parse(text) as SourceMapInput);
  } catch {
    return undefined;
  }
}

/** The map beside the file, else the one inside its last line. */
function mapText(file: string): string | undefined {
  if (existsSync(`${file}.map`)) return readLimited(`${file}.map`);
  const tail = readLimited(file);
  const inline = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/.exec(
    tail ?? '',
  )?.[1];
  return inline === undefined ? undefined : Buffer.from(inline, 'base64').toString('utf8');
}

function readLimited(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > largestMap) return undefined;
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
