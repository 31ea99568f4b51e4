import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import type { QueryFact } from '../fileFacts.ts';
import { modelPatterns, type ModelPattern } from '../modelPatterns.ts';
import { anyOf, type FactsCollector } from './collector.ts';

const patterns = modelPatterns.filter((p) => p.family === 'javascript');
const members = [...new Set(patterns.flatMap((p) => Object.keys(p.operations)))];
const memberSeeds = new RegExp(
  `\\.\\s*(${anyOf(members) ?? ''})\\s*(?:<[^<>()]{0,100}>\\s*)?\\(`,
  'g',
);
const modelTypes = anyOf(patterns.flatMap((p) => p.typed ?? [])) ?? '';
/** `private users: Repository<User>`; also what only injects it. */
const typedSeeds = new RegExp(
  `(?<![\\w$])([\\w$]+)\\s{0,8}[?!]?\\s{0,8}:\\s{0,8}${modelTypes}\\s{0,8}<\\s{0,8}([\\w$]+)`,
  'g',
);
const makers = anyOf(patterns.flatMap((p) => p.makers ?? [])) ?? '';
const made = new RegExp(`\\b${makers}\\s*(?:<[^<>]{0,80}>)?\\s*\\(\\s*([\\w$.]+)`);
const madeSeeds = new RegExp(
  `(?<![\\w$])([\\w$]+)\\s{0,8}(?::[^=;]{0,80})?=[^=;]{0,80}${made.source}`,
  'g',
);
const isTyped = new RegExp(`${modelTypes}\\s{0,8}<`);
const mostQueries = 500;
const longestReceiver = 80;
const whitespace = /\s/;
const partOfName = /[\w$.?!]/;

/** What is called on, as written just before the member: a dotted name, or the bracket that something else ends with. */
function receiverBefore(text: string, at: number): string {
  let end = at;
  while (end > 0 && at - end < longestReceiver && whitespace.test(text.charAt(end - 1))) end -= 1;
  const last = text.charAt(end - 1);
  if (last === ')' || last === ']') return last;
  let start = end;
  while (start > 0 && end - start < longestReceiver && partOfName.test(text.charAt(start - 1)))
    start -= 1;
  return text.slice(start, end).replace(/[?!]/g, '');
}

/** Calls of object mappers: the model, the operation and the function that calls. */
export function readModelQueries(collector: FactsCollector): void {
  const reader = new ModelReader(collector);
  const queries: QueryFact[] = [];
  const { text } = collector.file;
  for (const match of text.matchAll(memberSeeds)) {
    if (queries.length >= mostQueries) break;
    const member = match[1] ?? '';
    const receiver = receiverBefore(text, match.index);
    if (receiver === '') continue;
    for (const pattern of patterns) {
      const operations = Object.hasOwn(pattern.operations, member)
        ? pattern.operations[member]
        : [];
      if (operations === undefined || operations.length === 0) continue;
      if (receiver === ')' && !reader.mayEndModel(pattern, member, queries)) continue;
      const model = reader.model(pattern, receiver, member, match.index, match[0].length);
      if (model === undefined) continue;
      const node = collector.file.root.descendantForIndex(match.index);
      if (node === null || /comment|string/.test(node.type)) break;
      const scope = collector.scopeOf(node);
      const line = node.startPosition.row;
      for (const operation of operations)
        queries.push({ by: pattern.id, scope, line, operation, table: model });
    }
  }
  if (queries.length > 0)
    collector.facts.queries = [...(collector.facts.queries ?? []), ...queries];
}

/** Which model a call is of; null: some model, nothing here says which. */
class ModelReader {
  private readonly collector: FactsCollector;
  private types: Map<string, Expr> | undefined;
  private made: Map<string, Expr> | undefined;

  constructor(collector: FactsCollector) {
    this.collector = collector;
  }

  /** Names that are declared with a model's type, or given what is made for a model. */
  private get typed(): ReadonlyMap<string, Expr> {
    return (this.types ??= this.readTypes());
  }

  private readTypes(): Map<string, Expr> {
    const types = new Map<string, Expr>();
    const { text } = this.collector.file;
    const seeds = [
      ...(isTyped.test(text) ? [typedSeeds] : []),
      ...(text.includes('getRepository') ? [madeSeeds] : []),
    ];
    if (seeds.length === 0) return types;
    // A base class's own parameter names no model: `class Store<T> { constructor(model: Model<T>) … }`.
    const parameters = new Set(
      [...text.matchAll(/\b(?:class|function)\s{1,8}[\w$]*\s{0,8}<([^<>{]{1,200})>/g)].flatMap(
        (m) => (m[1] ?? '').split(',').map((p) => p.trim().split(/\s/, 1)[0] ?? ''),
      ),
    );
    for (const pattern of seeds)
      for (const [, name = '', model = ''] of text.matchAll(pattern))
        types.set(
          name,
          parameters.has(model) ? null : model.replace(/(?<=.)(?:Document|Entity)$/, ''),
        );
    return types;
  }

  /** Whether something that a model gave, or a new object of one, may be called: brackets before a dot are everywhere. */
  mayEndModel(pattern: ModelPattern, member: string, found: readonly QueryFact[]): boolean {
    const { text } = this.collector.file;
    return (
      found.at(-1)?.by === pattern.id ||
      (pattern.instance?.includes(member) === true && /\bnew\s/.test(text)) ||
      (pattern.makers !== undefined && text.includes('getRepository'))
    );
  }

  /** undefined: not a call of this mapper. */
  model(
    pattern: ModelPattern,
    receiver: string,
    member: string,
    at: number,
    length: number,
  ): Expr | undefined {
    const { text } = this.collector.file;
    if (receiver === ')' || receiver === ']') return this.ofExpression(pattern, at, receiver);
    const parts = receiver.split('.');
    const last = parts.at(-1) ?? '';
    const before = parts.at(-2) ?? '';
    if (pattern.clients !== undefined) {
      if (pattern.clients.test(before)) return last;
      // A delegate under another name: only a client's own calls are called so.
      return /^(?:find[UFM]|create[M]|update[M]|delete[M]|upsert|groupBy)/.test(member) &&
        parts.length < 3 &&
        !this.typed.has(last)
        ? null
        : undefined;
    }
    const known = this.typed.get(last);
    if (known !== undefined) return known;
    if (pattern.managers?.test(last) === true) {
      const given = /^\s*([A-Z][\w$]*)/.exec(text.slice(at + length, at + length + 80))?.[1];
      return given === undefined ? null : { name: given };
    }
    if (pattern.named && /^[A-Z]/.test(last)) return { name: receiver };
    if (last === 'this') return pattern.mentioned.test(text) ? null : undefined;
    for (const suffix of pattern.suffixes ?? []) {
      if (last.toLowerCase() === suffix.toLowerCase()) return null;
      if (last.endsWith(suffix)) return last.slice(0, -suffix.length).replace(/^_/, '');
    }
    // Fields hold services far more often than documents.
    if (pattern.instance?.includes(member) === true && parts[0] !== 'this')
      return this.ofObject(last);
    return undefined;
  }

  /** `new User(body).save()`, `getRepository(User).find()`, `models[name].find()`, a chain. */
  private ofExpression(pattern: ModelPattern, at: number, end: string): Expr | undefined {
    const { text, root } = this.collector.file;
    const before = text.slice(Math.max(0, at - 1), at) === end ? at - 1 : at;
    let node: Node | null = root.descendantForIndex(before);
    while (
      node !== null &&
      !/^(?:call|new|subscript|parenthesized|await)_expression$/.test(node.type)
    )
      node = node.parent;
    if (node === null) return undefined;
    const written = node.text.slice(0, 400);
    const given = made.exec(written)?.[1];
    if (given !== undefined && pattern.makers !== undefined) return { name: given };
    const created = /^\(?\s*(?:await\s+)?new\s+([\w$.]+)/.exec(written)?.[1];
    if (created !== undefined) {
      const name = created.slice(created.lastIndexOf('.') + 1);
      if (pattern.instance === undefined) return undefined;
      return this.typed.get(name) ?? { name: name.replace(/Model$/, '') };
    }
    const start = /^\(?\s*(?:await\s+)?((?:[\w$]+\.){0,4}[\w$]+)\.[\w$]+\s*(?:<[^<>]*>)?\s*\(/.exec(
      written,
    )?.[1];
    if (start !== undefined) {
      const found = this.model(pattern, start, '', node.startIndex, 0);
      return pattern.clients === undefined ? found : undefined;
    }
    return end === ']' && pattern.mentioned.test(text) ? null : undefined;
  }

  /** What a variable was made by, if all that made it in this file is of one model. */
  private ofObject(name: string): Expr {
    this.made ??= this.objects();
    return this.made.get(name) ?? null;
  }

  private objects(): Map<string, Expr> {
    const found = new Map<string, Expr>();
    const making =
      /(?<![\w$])([\w$]+)\s{0,8}(?::[^=;\n]{0,80})?=\s{0,8}(?:await\s+)?(?:new\s+(?:[\w$]+\.){0,3}([\w$]+)|(?:[\w$]+\.){0,3}([\w$]+)\.(?:find(?:One|ById)\w*|create))\s*\(/g;
    for (const [, name = '', created, asked] of this.collector.file.text.matchAll(making)) {
      const last = created ?? asked ?? '';
      const model: Expr = this.typed.get(last) ?? (/^[A-Z]/.test(last) ? { name: last } : null);
      const known = found.get(name);
      found.set(
        name,
        known === undefined || JSON.stringify(known) === JSON.stringify(model) ? model : null,
      );
    }
    return found;
  }
}
