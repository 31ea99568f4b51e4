import type { EndpointFramework } from './endpointFramework.ts';
import { endpointFrameworks } from './registry.ts';

/** Frameworks of a family with what extraction looks for in a file's text. */
export interface EndpointVocabulary {
  /** Cheap test of a file: false for most. */
  readonly mentioned: RegExp;
  readonly frameworks: readonly FrameworkWords[];
}

export interface FrameworkWords {
  readonly framework: EndpointFramework;
  readonly mentioned: RegExp;
  /** Whole last name of a callee; undefined: none. */
  readonly callee: RegExp | undefined;
  /** Whole last name of a decorator or annotation. */
  readonly decorator: RegExp | undefined;
}

const memo = new Map<string, EndpointVocabulary | undefined>();

/** undefined: no framework of this family. */
export function endpointVocabulary(family: string): EndpointVocabulary | undefined {
  if (!memo.has(family)) memo.set(family, gather(family));
  return memo.get(family);
}

function gather(family: string): EndpointVocabulary | undefined {
  const frameworks = endpointFrameworks
    .filter((f) => f.family === family)
    .map(wordsOf)
    .filter((words) => words.callee !== undefined || words.decorator !== undefined);
  if (frameworks.length === 0) return undefined;
  const mentioned = new RegExp(frameworks.map((f) => f.mentioned.source).join('|'));
  return { mentioned, frameworks };
}

function wordsOf(framework: EndpointFramework): FrameworkWords {
  return {
    framework,
    mentioned: new RegExp(framework.mentions.join('|')),
    callee: whole(calleesOf(framework)),
    decorator: whole(decoratorsOf(framework)),
  };
}

const whole = (sources: readonly string[]): RegExp | undefined =>
  sources.length === 0 ? undefined : new RegExp(`^(?:${sources.join('|')})$`);

function calleesOf(framework: EndpointFramework): string[] {
  switch (framework.kind) {
    case 'service':
      return [
        ...(framework.registrations ?? []).map((r) => r.callee),
        ...(framework.basesInPlace === true ? (framework.bases ?? []) : []),
      ];
    case 'consumer':
      return [
        ...Object.keys(framework.calls ?? {}),
        ...Object.keys(framework.pairs?.subscribe ?? {}),
        ...Object.keys(framework.pairs?.run ?? {}),
        ...Object.keys(framework.bindings ?? {}),
      ];
    case 'task':
      return Object.keys({ ...framework.calls, ...framework.groups });
  }
}

function decoratorsOf(framework: EndpointFramework): string[] {
  switch (framework.kind) {
    case 'service':
      return [
        ...Object.keys(framework.methods ?? {}),
        ...(framework.classAnnotation ? [framework.classAnnotation] : []),
      ];
    case 'consumer':
      return [
        ...Object.keys(framework.annotations ?? {}),
        ...Object.values(framework.annotations ?? {}).flatMap((a) => a.handlers ?? []),
      ];
    case 'task':
      return Object.keys(framework.decorators ?? {});
  }
}

/** Words of the frameworks that a text mentions, as patterns to seek with. */
export interface ActiveWords {
  readonly frameworks: readonly FrameworkWords[];
  readonly callees: string | undefined;
  readonly decorators: string | undefined;
}

export function activeWords(family: string, text: string): ActiveWords | undefined {
  const vocabulary = endpointVocabulary(family);
  if (vocabulary?.mentioned.test(text) !== true) return undefined;
  const frameworks = vocabulary.frameworks.filter((f) => f.mentioned.test(text));
  const sources = (pick: 'callee' | 'decorator'): string | undefined => {
    const found = frameworks.flatMap((f) => f[pick]?.source.slice(1, -1) ?? []);
    return found.length === 0 ? undefined : found.join('|').replace(/\((?!\?)/g, '(?:');
  };
  return { frameworks, callees: sources('callee'), decorators: sources('decorator') };
}
