import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import type {
  FunctionDecl,
  FunctionId,
  FunctionKind,
  LanguageId,
} from '../../domain/functionDecl.ts';
import { factsVersion, type FileFacts } from '../frameworks/facts.ts';
import { Turns } from '../../domain/turns.ts';

/** Raise with every change of what is extracted or how it is written. */
const formatVersion = 3;

/** What is known of a file on disk, apart from where its folder is. */
export interface CachedFile {
  readonly hash: string;
  readonly size: number;
  /** Milliseconds, with fraction. */
  readonly modified: number;
  readonly functions: readonly FunctionDecl[];
  readonly facts: FileFacts | undefined;
  readonly reason?: string;
}

type Row = readonly [
  relativePath: string,
  hash: string,
  size: number,
  modified: number,
  language: LanguageId,
  functions: readonly FunctionRow[],
  facts: FileFacts | null,
  reason?: string,
];
type FunctionRow = readonly [
  id: string,
  name: string,
  kind: FunctionKind,
  range: readonly number[],
  line: number,
  anonymous: 0 | 1,
];

const header = JSON.stringify({ prodlensIndex: formatVersion, facts: factsVersion });

const fileOf = (cacheFolder: string, folder: string): string =>
  path.join(
    cacheFolder,
    `index-${createHash('sha1').update(folder).digest('hex').slice(0, 16)}.ndjson`,
  );

/** Empty when there is none, of another version, or damaged: then the index is built anew. */
export async function readIndexCache(
  cacheFolder: string,
  folder: string,
): Promise<Map<string, CachedFile>> {
  const found = new Map<string, CachedFile>();
  const turns = new Turns();
  let rest = '';
  let first = true;
  try {
    const text = createReadStream(fileOf(cacheFolder, folder), {
      encoding: 'utf8',
      highWaterMark: 262_144,
    });
    for await (const chunk of text as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (first && line !== header) return new Map();
        if (!first) {
          const row = JSON.parse(line) as Row;
          found.set(row[0], fromRow(row, folder));
        }
        first = false;
        await turns.next();
      }
    }
    // A last line without its end was cut off.
    return rest === '' ? found : new Map();
  } catch {
    return new Map();
  }
}

/** Written beside and renamed, so that a crash leaves the old one. */
export async function writeIndexCache(
  cacheFolder: string,
  folder: string,
  files: Iterable<readonly [relativePath: string, file: CachedFile]>,
): Promise<void> {
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const target = fileOf(cacheFolder, folder);
  const beside = `${target}.${randomUUID()}`;
  try {
    const handle = await open(beside, 'w', 0o600);
    try {
      let chunk = `${header}\n`;
      for (const [relativePath, file] of files) {
        chunk += `${JSON.stringify(toRow(relativePath, file))}\n`;
        if (chunk.length < 262_144) continue;
        await handle.appendFile(chunk);
        chunk = '';
      }
      await handle.appendFile(chunk);
    } finally {
      await handle.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

function toRow(relativePath: string, file: CachedFile): Row {
  const functions = file.functions.map((decl): FunctionRow => {
    const { range: r, selectionRange: s } = decl;
    const places = [r.start, r.end, s.start, s.end].flatMap((p) => [p.line, p.character]);
    const id = decl.id.slice(relativePath.length + 1);
    const kept = id === decl.name ? '' : id;
    return [kept, decl.name, decl.kind, places, decl.declarationLine, decl.anonymous ? 1 : 0];
  });
  const language = file.functions[0]?.language ?? '';
  const row = [relativePath, file.hash, file.size, file.modified, language, functions] as const;
  const facts = file.facts ?? null;
  return file.reason === undefined ? [...row, facts] : [...row, facts, file.reason];
}

function fromRow(row: Row, folder: string): CachedFile {
  const [relativePath, hash, size, modified, language, functions, facts, reason] = row;
  const file = path.join(folder, relativePath);
  return {
    hash,
    size,
    modified,
    functions: functions.map(([id, name, kind, r, declarationLine, anonymous]) => {
      const at = (i: number) => ({ line: r[i] ?? 0, character: r[i + 1] ?? 0 });
      return {
        id: `${relativePath}#${id === '' ? name : id}` as FunctionId,
        name,
        kind,
        language: language,
        path: file,
        range: { start: at(0), end: at(2) },
        selectionRange: { start: at(4), end: at(6) },
        declarationLine,
        ...(anonymous === 1 && { anonymous: true as const }),
      };
    }),
    facts: facts ?? undefined,
    ...(reason !== undefined && { reason }),
  };
}
