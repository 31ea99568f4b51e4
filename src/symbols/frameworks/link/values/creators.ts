import type { Arg } from '../../expression.ts';
import type { RouterFramework } from '../../routerFramework.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Made } from './routerOrigin.ts';

/** Names of libraries that make, are, or wrap a router, in the frameworks of a file's family. */
export class Creators {
  private readonly makers = new Map<string, Made>();
  private readonly types = new Map<string, RouterFramework>();
  private readonly strips = new Map<string, { readonly prefix: Arg; readonly child: Arg }>();
  private readonly programs = new Map<string, RouterFramework>();

  constructor(frameworks: readonly RouterFramework[]) {
    for (const framework of frameworks) {
      const { family } = framework;
      const keyed = (name: string): string => `${family}|${name}`;
      for (const [name, made] of Object.entries(framework.creators))
        this.makers.set(keyed(dotted(name)), { framework, made });
      for (const name of Object.keys(framework.types ?? {}))
        this.types.set(keyed(dotted(name)), framework);
      for (const [name, strip] of Object.entries(framework.strips ?? {}))
        this.strips.set(keyed(name), strip);
      if (framework.programRouter !== undefined)
        this.programs.set(keyed(framework.programRouter), framework);
    }
  }

  /** What a function or class makes when it is called. */
  made(file: LinkedFile, name: string): Made | undefined {
    return this.makers.get(keyIn(file, dotted(name)));
  }

  /** The framework whose routers have the type. */
  ofType(file: LinkedFile, type: string): RouterFramework | undefined {
    const key = keyIn(file, dotted(type));
    return this.types.get(key) ?? this.makers.get(key)?.framework;
  }

  /** Arguments of a function that cuts a prefix off the path. */
  strip(file: LinkedFile, name: string): { readonly prefix: Arg; readonly child: Arg } | undefined {
    return this.strips.get(keyIn(file, name));
  }

  /** The framework whose program-wide router has the name. */
  ofProgram(file: LinkedFile, name: string): RouterFramework | undefined {
    return this.programs.get(keyIn(file, name));
  }
}

const keyIn = (file: LinkedFile, name: string): string => `${file.family?.id ?? ''}|${name}`;

/** Libraries' names are compared whole: what is a module of them, and what a member, depends on the import. */
const dotted = (name: string): string => name.replace(':', '.');
