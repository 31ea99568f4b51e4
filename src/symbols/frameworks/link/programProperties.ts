import { propertyKey, type HintFacts, type ProgramProperties } from '../../serviceHints/hints.ts';
import { fillPlaceholders } from '../../serviceHints/placeholders.ts';
import type { ControllerFramework } from '../controllerFramework.ts';
import { parentOf } from '../families/family.ts';
import { joinRoute, known, type Text } from './text.ts';

type Prefixed = Pick<ControllerFramework, 'prefixProperties'>;

/** No value that a file can have. */
const unset = '\0';

/** Configured values by the place of the file that asks. */
export class ProgramPropertiesIndex {
  private readonly sections: readonly ProgramProperties[];
  private readonly programs: readonly string[];

  constructor(hints: readonly HintFacts[]) {
    this.sections = hints.flatMap((h) => h.properties ?? []);
    this.programs = hints.flatMap((h) => h.program ?? []);
  }

  /** What comes before all routes of a file's program: one text for each value that some profile gives it. */
  prefixesOf(framework: Prefixed, path: string): readonly Text[] {
    let prefixes: readonly Text[] = [known('')];
    for (const names of framework.prefixProperties ?? []) {
      const values = this.valuesOf(path, names);
      prefixes = prefixes.flatMap((prefix) =>
        values.map((value) => joinRoute(prefix, known(value), 'same')),
      );
    }
    return prefixes.map(placeholderless);
  }

  /** A string with `${name:default}` in it, as the program's configuration fills it. */
  fill(text: Text, path: string): Text {
    if (!text.text.includes('${')) return text;
    const filled = fillPlaceholders(text.text, (name) => this.valueOf(path, name));
    return placeholderless({ ...text, text: filled });
  }

  private valueOf(path: string, name: string): string | undefined {
    return this.valuesOf(path, [name], unset).find((value) => value !== unset);
  }

  /** The program's own values, else those of the nearest program: a library's controllers are served by another. */
  private valuesOf(path: string, names: readonly string[], otherwise = ''): readonly string[] {
    const keys = names.map(propertyKey);
    const defining = this.sections.filter((s) => keys.some((key) => s.values[key] !== undefined));
    const covering = defining.filter((s) => path.startsWith(`${s.covers}/`));
    const deepest = Math.max(0, ...covering.map((s) => s.covers.length));
    const own = covering.filter((s) => s.covers.length === deepest);
    const near = own.length > 0 || this.isConfigured(path) ? own : nearest(defining, path);
    const values = near.flatMap((s) => keys.flatMap((key) => s.values[key] ?? []));
    const always = own.some((s) => s.profile === undefined);
    // A profile may be off, and a library's neighbour may not be the program that serves it.
    return [...new Set(always ? values : [...values, otherwise])];
  }

  /** The file's program has a configuration, which then doesn't set the property. */
  private isConfigured(path: string): boolean {
    const program = this.programs
      .filter((p) => path.startsWith(`${p}/`))
      .reduce((a, b) => (b.length > a.length ? b : a), '');
    return program !== '' && this.sections.some((s) => s.covers === program);
  }
}

function nearest(sections: readonly ProgramProperties[], path: string): ProgramProperties[] {
  const shared = (s: ProgramProperties): number => {
    let folder = parentOf(path);
    while (folder !== '' && !`${s.covers}/`.startsWith(`${folder}/`)) folder = parentOf(folder);
    return folder.length;
  };
  const most = Math.max(0, ...sections.map(shared));
  return most === 0 ? [] : sections.filter((s) => shared(s) === most);
}

/** A placeholder that nothing fills makes what comes before it unknown. */
function placeholderless(text: Text): Text {
  const from = text.text.lastIndexOf('${', text.text.lastIndexOf('}'));
  const to = text.text.indexOf('}', from) + 1;
  return from < 0 || to === 0
    ? text
    : { text: text.text.slice(to), unresolved: text.text.slice(from, to) };
}
