import type { ImportFact } from '../fileFacts.ts';

const uses = /^[ \t]*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]{1,4000});/gm;
const modules = /^[ \t]*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/gm;
const mostNames = 500;

/** `use` and `mod` of a file, from its text: what they name is plain enough. */
export function rustImports(text: string): ImportFact[] {
  const imports: ImportFact[] = [];
  for (const [, name = ''] of text.matchAll(modules))
    imports.push({ local: name, module: `self::${name}`, exported: '*' });
  for (const [, tree = ''] of text.matchAll(uses)) {
    const clean = tree
      .replace(/\/\/.*/g, '')
      .replace(/\s+/g, ' ')
      .trim();
    readUse([], clean, imports, 0);
    if (imports.length > mostNames) break;
  }
  return imports;
}

/** `a::{b as c, d::*}` below a prefix. */
function readUse(prefix: readonly string[], tree: string, imports: ImportFact[], depth: number) {
  if (depth > 8) return;
  const open = tree.indexOf('{');
  if (open >= 0) {
    const below = [...prefix, ...pathOf(tree.slice(0, open))];
    const inner = tree.slice(open + 1, tree.lastIndexOf('}'));
    for (const part of splitList(inner)) readUse(below, part, imports, depth + 1);
    return;
  }
  const [path = '', alias] = tree.split(/ as /).map((part) => part.trim());
  const parts = [...prefix, ...pathOf(path)];
  if (parts.at(-1) === 'self') parts.pop();
  const exported = parts.pop();
  if (exported === undefined) return;
  const module = parts.join('::');
  if (exported === '*') imports.push({ local: '*', module, exported: '*' });
  else if (module === '' || /^(?:crate|self|super)$/.test(exported))
    imports.push({
      local: alias ?? exported,
      module: [...parts, exported].join('::'),
      exported: '*',
    });
  else imports.push({ local: alias ?? exported, module, exported });
}

const pathOf = (text: string): string[] =>
  text.split('::').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));

/** Splits at commas outside of braces. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const char = text[i];
    if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    else if (i === text.length || (char === ',' && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part !== '') parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}
