import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SpanRecord } from '../../src/telemetry/local/model.ts';
import { httpMethod, httpRoute, rawPath, text } from '../../src/telemetry/local/core/attributes.ts';
import { isEntryKind } from '../../src/telemetry/local/core/identity.ts';
import { spanKey } from './recording.ts';

/** The function that truly ran; null: none of the source did. */
export type Owner = {
  /** Relative to the source root. */
  readonly file: string;
  /** One-based, of the declaration. */
  readonly line: number;
  readonly function: string;
} | null;

/** A row of a hand-written truth.json: the first one whose given fields all fit a span decides. */
export interface TruthRow {
  readonly service: string;
  /** SERVER, INTERNAL…, in any case. */
  readonly kind: string;
  readonly spanName: string;
  /** `http.route`; "": the span has none. */
  readonly route?: string | null;
  readonly method?: string | null;
  readonly scope?: string | null;
  /** Regular expressions on the raw path, and on the text of the query. */
  readonly urlPath?: string;
  readonly query?: string;
  /** Attributes with exactly these texts. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly file: string | null;
  readonly line?: number | null;
  readonly function?: string | null;
  /** Why no function owns it. */
  readonly why?: string;
}

/** The truth by span; a span that isn't in it doesn't count. */
export type Owners = ReadonlyMap<string, Owner>;

/** From owners.ndjson.gz, else from truth.json; undefined where the folder holds neither. */
export function readOwners(
  folder: string,
  requests: readonly (readonly SpanRecord[])[],
): Owners | undefined {
  const listed = path.join(folder, 'owners.ndjson.gz');
  if (existsSync(listed)) return listedOwners(listed);
  const truth = path.join(folder, 'truth.json');
  if (!existsSync(truth)) return undefined;
  return ownersByRows(JSON.parse(readFileSync(truth, 'utf8')) as readonly TruthRow[], requests);
}

function listedOwners(file: string): Owners {
  const owners = new Map<string, Owner>();
  for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
    if (line === '') continue;
    const { owner, ...span } = JSON.parse(line) as {
      traceId: string;
      spanId: string;
      kind: string;
      owner: Owner;
    };
    owners.set(spanKey(span), owner);
  }
  return owners;
}

/**
 * The truth of each span by the rows of a truth.json.
 * @throws when no row speaks of a SERVER or CONSUMER span: such a truth is not whole.
 */
export function ownersByRows(
  rows: readonly TruthRow[],
  requests: readonly (readonly SpanRecord[])[],
): Owners {
  const owners = new Map<string, Owner>();
  for (const span of requests.flat()) {
    const row = rows.find((r) => fits(r, span));
    if (row !== undefined) owners.set(spanKey(span), ownerOf(row));
    else if (isEntryKind(span.kind))
      throw new Error(
        `truth.json has no row for ${span.resource.service} ${span.kind} "${span.name}" (method ${httpMethod(span.attributes) ?? '–'}, route ${httpRoute(span.attributes) ?? '–'}, path ${rawPath(span.attributes) ?? '–'}, scope ${span.scope})`,
      );
  }
  return owners;
}

const ownerOf = ({ file, line, function: name }: TruthRow): Owner =>
  file === null ? null : { file, line: line ?? 0, function: name ?? '' };

function fits(row: TruthRow, span: SpanRecord): boolean {
  const { attributes } = span;
  return (
    row.service === span.resource.service &&
    row.kind.toLowerCase() === span.kind &&
    row.spanName === span.name &&
    agrees(row.route, httpRoute(attributes) ?? '') &&
    agrees(row.method, httpMethod(attributes) ?? '') &&
    agrees(row.scope, span.scope) &&
    matches(row.urlPath, rawPath(attributes)) &&
    matches(row.query, text(attributes, 'db.query.text', 'db.statement')) &&
    Object.entries(row.attributes ?? {}).every(([name, value]) => attributes[name] === value)
  );
}

const agrees = (wanted: string | null | undefined, seen: string): boolean =>
  wanted === undefined || wanted === null || wanted === seen;

const matches = (wanted: string | undefined, seen: string | undefined): boolean =>
  wanted === undefined || (seen !== undefined && new RegExp(wanted).test(seen));
