import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import type { SourceRange } from '../domain/functionDecl.ts';
import type { Objective } from '../domain/objective.ts';
import type { AttributionOverride } from '../domain/workspace.ts';

/** A repository's prodlens.json, decoded. Folders are relative to the file's folder, with forward slashes. */
export interface ProdlensJson {
  readonly services: readonly { readonly folder: string; readonly service: string }[];
  readonly attributions: readonly AttributionOverride[];
  readonly objectives: readonly Objective[];
  /** Regular expression with one group: the commit in a `service.version`. */
  readonly versionCommit?: string;
  /** Names of deploy targets, never URLs or commands. */
  readonly targets: readonly string[];
}

export interface JsonProblem {
  readonly range: SourceRange;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface DecodedProdlensJson {
  /** What is right in the file; entries with mistakes are left out. */
  readonly value: ProdlensJson;
  readonly problems: readonly JsonProblem[];
}

const empty: ProdlensJson = { services: [], attributions: [], objectives: [], targets: [] };
const known = ['$schema', 'services', 'attributions', 'objectives', 'versionCommit', 'targets'];

/** Decodes text that anyone may have written: never throws, every mistake has its place. */
export function decodeProdlensJson(text: string): DecodedProdlensJson {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const reader = new Reader(text);
  for (const error of errors.slice(0, 50))
    reader.problemAt(
      error.offset,
      error.length,
      'error',
      `not valid JSON: ${printParseErrorCode(error.error)}`,
    );
  if (root === undefined) return { value: empty, problems: reader.problems };
  if (root.type !== 'object') {
    reader.problem(root, 'prodlens.json must be an object');
    return { value: empty, problems: reader.problems };
  }
  for (const property of root.children ?? []) {
    const key = property.children?.[0];
    if (key !== undefined && !known.includes(String(key.value)))
      reader.problem(
        key,
        `unknown property "${String(key.value)}"; known: ${known.slice(1).join(', ')}`,
        'warning',
      );
  }
  const commit = versionCommit(reader, root);
  return {
    value: {
      services: reader.entries(root, 'services', readService),
      attributions: reader.entries(root, 'attributions', readAttribution),
      objectives: reader.entries(root, 'objectives', readObjective),
      targets: reader.entries(root, 'targets', readTarget),
      ...(commit === undefined ? {} : { versionCommit: commit }),
    },
    problems: reader.problems,
  };
}

/** Shown in the Problems view, where other messages begin with a capital letter. */
const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

class Reader {
  readonly problems: JsonProblem[] = [];
  private readonly lineStarts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
    this.lineStarts = starts;
  }

  problem(node: Node, message: string, severity: JsonProblem['severity'] = 'error'): void {
    this.problemAt(node.offset, node.length, severity, message);
  }

  problemAt(
    offset: number,
    length: number,
    severity: JsonProblem['severity'],
    message: string,
  ): void {
    const range = { start: this.position(offset), end: this.position(offset + length) };
    this.problems.push({ range, severity, message: asSentence(message) });
  }

  private position(offset: number): { line: number; character: number } {
    let line = 0;
    while ((this.lineStarts[line + 1] ?? Infinity) <= offset) line += 1;
    return { line, character: offset - (this.lineStarts[line] ?? 0) };
  }

  entries<T>(root: Node, key: string, read: (reader: Reader, node: Node) => T | undefined): T[] {
    const list = findNodeAtLocation(root, [key]);
    if (list === undefined) return [];
    if (list.type !== 'array') {
      this.problem(list, `"${key}" must be a list`);
      return [];
    }
    return (list.children ?? []).flatMap((node) => {
      const value = read(this, node);
      return value === undefined ? [] : [value];
    });
  }

  /** Properties of an entry that must be an object with only these keys; undefined when it isn't. */
  object(node: Node, keys: readonly string[]): Map<string, Node> | undefined {
    if (node.type !== 'object') {
      this.problem(node, `expected an object with ${keys.join(', ')}`);
      return undefined;
    }
    const found = new Map<string, Node>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      if (key === undefined || value === undefined) continue;
      if (keys.includes(String(key.value))) found.set(String(key.value), value);
      else
        this.problem(
          key,
          `unknown property "${String(key.value)}"; known: ${keys.join(', ')}`,
          'warning',
        );
    }
    return found;
  }

  /** undefined when absent or wrong; a wrong one is a problem. */
  text(found: ReadonlyMap<string, Node>, key: string): string | undefined {
    const node = found.get(key);
    if (node === undefined) return undefined;
    if (node.type === 'string' && node.value !== '') return node.value as string;
    this.problem(node, `"${key}" must be a text that isn't empty`);
    return undefined;
  }

  number(found: ReadonlyMap<string, Node>, key: string, most: number): number | undefined {
    const node = found.get(key);
    if (node === undefined) return undefined;
    const value = node.type === 'number' ? (node.value as number) : Number.NaN;
    if (value > 0 && value <= most) return value;
    this.problem(
      node,
      most === 1 ? `"${key}" must be above 0 and at most 1` : `"${key}" must be a number above 0`,
    );
    return undefined;
  }
}

function readService(reader: Reader, node: Node): ProdlensJson['services'][number] | undefined {
  const found = reader.object(node, ['folder', 'service']);
  if (found === undefined) return undefined;
  const folder = reader.text(found, 'folder');
  const service = reader.text(found, 'service');
  if (!found.has('folder') || !found.has('service'))
    reader.problem(node, 'a service rule needs "folder" and "service"');
  if (folder === undefined || service === undefined) return undefined;
  const inside = insideRepository(reader, found, 'folder', folder);
  return inside === undefined ? undefined : { folder: inside, service };
}

/** A path of this repository without `./` and `/` around it; undefined, and a problem, when it leads out of it. */
function insideRepository(
  reader: Reader,
  found: ReadonlyMap<string, Node>,
  key: string,
  value: string,
): string | undefined {
  if (!value.startsWith('/') && !value.split('/').includes('..'))
    return value.replace(/^\.(?:\/|$)/, '').replace(/\/+$/, '');
  const node = found.get(key);
  if (node !== undefined)
    reader.problem(
      node,
      `"${key}" must be a ${key === 'path' ? 'file or folder' : 'folder'} of this repository, relative to prodlens.json`,
    );
  return undefined;
}

const overrideKeys = ['service', 'span', 'method', 'route', 'rpc', 'in'] as const;

function readAttribution(reader: Reader, node: Node): AttributionOverride | undefined {
  const found = reader.object(node, [...overrideKeys, 'function']);
  if (found === undefined) return undefined;
  const telemetry: Partial<Record<(typeof overrideKeys)[number], string>> = {};
  for (const key of overrideKeys) {
    const value = reader.text(found, key);
    if (value !== undefined) telemetry[key] = value;
    else if (found.has(key)) return undefined;
  }
  if (
    telemetry.span === undefined &&
    telemetry.route === undefined &&
    telemetry.rpc === undefined
  ) {
    reader.problem(
      node,
      'an attribution needs "span", "route" or "rpc" to say which telemetry it decides',
    );
    return undefined;
  }
  const owner = found.get('function');
  if (owner === undefined) {
    reader.problem(
      node,
      'an attribution needs "function": "<file>#<qualified name>", or null for none',
    );
    return undefined;
  }
  if (owner.type === 'null') return { ...telemetry, function: null };
  if (owner.type !== 'string' || !/^[^#]+#.+$/.test(String(owner.value))) {
    reader.problem(owner, '"function" must be "<file>#<qualified name>", or null for none');
    return undefined;
  }
  return { ...telemetry, function: String(owner.value) };
}

const objectiveKeys = ['service', 'function', 'path', 'p95Ms', 'errorRatio'] as const;

function readObjective(reader: Reader, node: Node): Objective | undefined {
  const found = reader.object(node, objectiveKeys);
  if (found === undefined) return undefined;
  const subject = readSubject(reader, node, found);
  const p95Ms = reader.number(found, 'p95Ms', Infinity);
  const errorRatio = reader.number(found, 'errorRatio', 1);
  if (!found.has('p95Ms') && !found.has('errorRatio'))
    reader.problem(node, 'an objective needs "p95Ms" or "errorRatio"');
  if (subject === undefined || (p95Ms === undefined && errorRatio === undefined)) return undefined;
  return {
    ...subject,
    ...(p95Ms === undefined ? {} : { p95Ms }),
    ...(errorRatio === undefined ? {} : { errorRatio }),
  };
}

/** What an objective is about. A mistake in one part leaves the whole out: the rest alone would be about more. */
function readSubject(
  reader: Reader,
  node: Node,
  found: ReadonlyMap<string, Node>,
): Pick<Objective, 'service' | 'function' | 'path'> | undefined {
  const service = reader.text(found, 'service');
  const owner = reader.text(found, 'function');
  const place = reader.text(found, 'path');
  const path = place === undefined ? undefined : insideRepository(reader, found, 'path', place);
  const given = ['service', 'function', 'path'].filter((key) => found.has(key));
  if (given.length === 0)
    reader.problem(node, 'an objective needs "service", "path" or "function"');
  const ownerNode = found.get('function');
  if (owner !== undefined && ownerNode !== undefined && !/^[^#]+#.+$/.test(owner)) {
    reader.problem(ownerNode, '"function" must be "<file>#<qualified name>"');
    return undefined;
  }
  if (owner !== undefined && found.has('path')) {
    reader.problem(node, 'an objective is about a "function" or a "path", not both');
    return undefined;
  }
  const read = {
    ...(service === undefined ? {} : { service }),
    ...(owner === undefined ? {} : { function: owner.replace(/^\.\//, '') }),
    ...(path === undefined ? {} : { path }),
  };
  return given.length > 0 && Object.keys(read).length === given.length ? read : undefined;
}

function readTarget(reader: Reader, node: Node): string | undefined {
  if (node.type === 'string' && /^[\w .-]{1,100}$/.test(String(node.value)))
    return String(node.value);
  reader.problem(
    node,
    'a target is the name of a deploy target: letters, digits, space, ".", "_" and "-"; never a URL or command',
  );
  return undefined;
}

/** Repeated groups, back references and many open ends can take forever on a text that someone chose. */
const mayRunLong = (pattern: string): boolean =>
  /\)[*+{]|\\[1-9k]/.test(pattern) || (pattern.match(/[*+]|\{\d*,\d*\}/g) ?? []).length > 3;

function versionCommit(reader: Reader, root: Node): string | undefined {
  const node = findNodeAtLocation(root, ['versionCommit']);
  if (node === undefined) return undefined;
  const text = node.type === 'string' ? String(node.value) : '';
  try {
    const groups = new RegExp(`${text}|`).exec('')?.length;
    if (text !== '' && text.length <= 200 && groups === 2 && !mayRunLong(text)) return text;
  } catch {
    // Reported below like every other mistake.
  }
  reader.problem(
    node,
    '"versionCommit" must be a regular expression with one group, the commit in the version; no repeated groups, no back references and at most three of * + {n,m}',
  );
  return undefined;
}
