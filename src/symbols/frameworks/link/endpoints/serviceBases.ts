import { parentOf } from '../../families/family.ts';
import type { ServiceFramework } from '../../endpoints/endpointFramework.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { dottedPath } from './dottedPath.ts';
import { ofClass, ofType, type Implementation } from './implementation.ts';
import type { LinkedEndpoint } from './linkedEndpoint.ts';

interface Implementing {
  readonly service: string;
  readonly origin: string;
  readonly file: LinkedFile;
  readonly line: number;
  readonly implementation: Implementation;
  /** Ids of what it extends. */
  readonly above: readonly string[];
}

/** Service and implementation in one text. */
export const markOf = (service: string, { id }: Implementation): string => `${service} ${id}`;

/** Name of the service whose generated base class or struct this is. */
export function serviceOfBase(framework: ServiceFramework, written: string): string | undefined {
  const groups = new RegExp(`^(?:.*\\.)?(?:${(framework.bases ?? []).join('|')})$`).exec(written);
  return groups?.slice(1).find((group: string | undefined) => group !== undefined);
}

/** Also where the name alone doesn't say it, but its import: `import shop.CartGrpc.AsyncService`. */
function serviceNamed(
  framework: ServiceFramework,
  file: LinkedFile,
  written: string,
): string | undefined {
  const plain = serviceOfBase(framework, written);
  const imported = plain === undefined ? file.imports.get(written) : undefined;
  if (imported === undefined) return plain;
  const { module, exported } = imported;
  return serviceOfBase(framework, exported === '*' ? module : `${module}.${exported}`);
}

/** Classes and structs that extend what is generated for a service; of a chain of them the last. */
export function* baseEndpoints(
  evaluator: Evaluator,
  framework: ServiceFramework,
  registered: ReadonlySet<string>,
): Generator<void, LinkedEndpoint[]> {
  if (framework.bases === undefined) return [];
  const files = [...evaluator.files.values()].filter((f) => f.family?.id === framework.family);
  const known = (file: LinkedFile, written: string): boolean =>
    serviceNamed(framework, file, written) !== undefined;
  const found: Implementing[] = [];
  if (files.some((f) => f.facts.classes.some((c) => c.supertypes.some((s) => known(f, s)))))
    for (const file of files) {
      yield;
      for (const { index } of file.facts.classes)
        found.push(...classesOf(evaluator, framework, file, index));
    }
  for (const file of files)
    for (const { name, embeds = [] } of file.facts.types ?? [])
      for (const written of embeds) {
        const service = serviceOfBase(framework, written.replace(/^\*/, ''));
        if (service === undefined) continue;
        const implementation = ofType(evaluator, { folder: parentOf(file.path), name });
        const origin = originOf(evaluator, file, written.replace(/^\*/, ''));
        const line =
          implementation.methods[0]?.file.functions[implementation.methods[0].index]
            ?.declarationLine;
        found.push({ service, origin, file, line: line ?? 0, implementation, above: [] });
      }
  const extended = new Set(found.flatMap((f) => f.above));
  return found
    .filter((f) => !extended.has(markOf(f.service, f.implementation)))
    .filter((f) => !registered.has(markOf(f.service, f.implementation)))
    .flatMap(({ service, origin, file, line, implementation }) =>
      implementation.methods.map((m) => ({
        framework,
        key: `${service}/${m.name}`,
        ...(origin === '' ? {} : { origin }),
        handler: m,
        file,
        line,
        ...(framework.registrations === undefined ? {} : { unregistered: true as const }),
      })),
    );
}

function classesOf(
  evaluator: Evaluator,
  framework: ServiceFramework,
  file: LinkedFile,
  index: number,
): Implementing[] {
  const above = evaluator.classes.supertypes(file, index);
  return [{ file, index }, ...above].flatMap((place) =>
    place.file.supertypes(place.index).flatMap((written) => {
      const service = serviceNamed(framework, place.file, written);
      if (service === undefined) return [];
      const implementing: Implementing = {
        service,
        origin: originOf(evaluator, place.file, written),
        file,
        line: file.functions[index]?.declarationLine ?? 0,
        implementation: ofClass(evaluator, file, index),
        above: above.map((a) => markOf(service, { id: `${a.file.path}#${a.index}`, methods: [] })),
      };
      return [implementing];
    }),
  );
}

const originOf = (evaluator: Evaluator, file: LinkedFile, name: string): string =>
  dottedPath(evaluator, file, -1, { name }).slice(0, -1).join('.');
