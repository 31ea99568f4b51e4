import { pathIsGiven, type RouterFramework } from './routerFramework.ts';
import { frameworks } from './registry.ts';

/** Words of frameworks whose routers are built in chains of calls, for one family of languages. */
export interface BuilderWords {
  /** Members that register a handler on a router whose path is known. */
  readonly pathless: ReadonlySet<string>;
  /** Members that give a router below a router. */
  readonly groups: ReadonlySet<string>;
  /** Members of chains that say methods and handlers. */
  readonly chain: ReadonlySet<string>;
  /** Members that hand the router to a function. */
  readonly passes: ReadonlySet<string>;
  /** Types that routers have in signatures. */
  readonly signatureTypes: ReadonlySet<string>;
  /** Beginnings of names that the program's own methods on routers have. */
  readonly ownMembers: ReadonlySet<string>;
  /** Last names of functions that serve a router. */
  readonly serves: ReadonlySet<string>;
}

export function builderWordsOf(family: string): BuilderWords {
  const own = frameworks.filter(
    (f): f is RouterFramework => f.kind === 'router' && f.family === family,
  );
  const all = (words: (framework: RouterFramework) => readonly string[]): ReadonlySet<string> =>
    new Set(own.flatMap(words));
  return {
    pathless: all((f) => (pathIsGiven(f) ? [] : Object.keys(f.verbs))),
    groups: all((f) => Object.keys(f.groups ?? {})),
    chain: all(chainWords),
    passes: all((f) => Object.keys(f.passes ?? {})),
    signatureTypes: all((f) => f.signatureTypes ?? []),
    ownMembers: all((f) => f.ownMembers ?? []),
    serves: all((f) =>
      Object.keys(f.serves ?? {}).map((key) => /(?<!\w)\w*$/.exec(key)?.[0] ?? key),
    ),
  };
}

/** Without those that also register on a router: where one stands in a chain, it is a call of its own. */
function chainWords({ chained }: RouterFramework): string[] {
  if (chained === undefined) return [];
  const verbs = Object.keys(chained.verbs).filter((verb) => !Object.hasOwn(chained.members, verb));
  return chained.to === undefined ? verbs : [...verbs, chained.to];
}
