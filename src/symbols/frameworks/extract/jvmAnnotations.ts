import type { CallExpr } from '../expression.ts';
import { vocabularyOf } from '../registry.ts';
import { spanPatterns } from '../spanPatterns.ts';
import type { FactsCollector } from './collector.ts';

const vocabulary = vocabularyOf('java');
const spans = spanPatterns.find((p) => p.family === 'java');

/** Annotations as they are written in Java and Kotlin, with the last name; Kotlin may say what they belong to (`@get:Name`). */
export const annotationSeeds = /@(?:\w+[.:])*([A-Z]\w*)/g;

/**
 * Names of annotations that are kept: those of the frameworks, and those that the program itself may have composed of them, which are
 * imported from packages close to the file's own, or not at all.
 */
export function wantedAnnotations({ facts }: FactsCollector): (name: string) => boolean {
  const imported = new Map(facts.imports.map((i) => [i.local, i.module]));
  const near = (facts.package ?? '').split('.').slice(0, 2).join('.');
  return (name) => {
    if (vocabulary.decorators.has(name)) return true;
    if (everyday.has(name)) return false;
    const module = imported.get(name);
    return module === undefined || (near !== '' && module.startsWith(`${near}.`));
  };
}

/** Of java.lang and of libraries that are often imported whole: not worth keeping. */
const everyday: ReadonlySet<string> = new Set([
  'Override',
  'Deprecated',
  'SuppressWarnings',
  'FunctionalInterface',
  'SafeVarargs',
  'Test',
  'Entity',
  'Table',
  'Column',
  'Id',
]);

/** Keeps an annotation, or the span that it makes. */
export function addAnnotation(
  { facts, file }: FactsCollector,
  target: number,
  name: string,
  call: CallExpr,
): void {
  if (spans?.decorators[name] === undefined) {
    facts.decorators.push({ target, call });
    return;
  }
  // Without a name, the agent calls the span Class.method, with the class's simple name.
  const own = file.functions[target]?.name.split('.').slice(-2).join('.') ?? null;
  const named = call.args[0] ?? call.named?.['value'] ?? own;
  facts.spans.push({ name: named, owner: target, line: call.line, form: `@${name}` });
}
