import type { HintFacts } from '../../serviceHints/hints.ts';
import type { ControllerFramework } from '../controllerFramework.ts';
import { AnnotationReader, type Annotation } from './annotations.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import type { ProgramPropertiesIndex } from './programProperties.ts';
import { joinRoute, known } from './text.ts';

/**
 * Controllers that implement an interface generated from an OpenAPI document: it is not in the source, but the document's operationId
 * is the method's name. Only where the interface is out of sight and the operationId is unique in the documents of the program.
 */
export function openApiRoutes(
  evaluator: Evaluator,
  framework: ControllerFramework,
  hints: readonly HintFacts[],
  properties: ProgramPropertiesIndex,
): LinkedRoute[] {
  const documents = hints.flatMap((h) => (h.openApi === undefined ? [] : [h.openApi]));
  if (documents.length === 0) return [];
  const reader = new AnnotationReader(evaluator, framework);
  const routes: LinkedRoute[] = [];
  for (const file of evaluator.files.values())
    for (const target of file.classIndexes()) {
      const annotations = reader.of(file, target);
      if (!isController(framework, file, annotations)) continue;
      const outOfSight = file
        .supertypes(target)
        .some((name) => evaluator.evaluate(file, -1, { name })?.kind !== 'class');
      if (!outOfSight) continue;
      const classPath = annotations.find((a) => framework.classPath.annotations.includes(a.name));
      const given = classPath?.argument(framework.classPath.path);
      const own =
        given === undefined ? known('') : evaluator.text(given.file, given.scope, given.expr);
      const operations = documents
        .filter((d) => file.path.startsWith(`${d.covers}/`))
        .flatMap((d) => d.operations);
      for (const operation of operations) {
        const [method, second] = file.methodsNamed(target, operation.operationId);
        const unique =
          operations.filter((o) => o.operationId === operation.operationId).length === 1;
        if (method === undefined || second !== undefined || !unique) continue;
        const below = joinRoute(own, known(operation.path), 'same');
        for (const prefix of properties.prefixesOf(framework, file.path))
          routes.push({
            framework: framework.id,
            method: operation.method,
            path: joinRoute(prefix, below, 'same'),
            ...(below.unresolved === undefined ? { routerPath: below.text, prefixable: true } : {}),
            handler: { file, index: method },
            file,
            line: file.functions[method]?.declarationLine ?? 0,
          });
      }
    }
  return framework.generatedInterfaces === 'marked'
    ? routes
    : routes.filter((route) => !routes.some((other) => isRival(route, other, documents)));
}

/** By its annotation, or, where the interface has that too, by what its file imports. */
function isController(
  framework: ControllerFramework,
  file: LinkedFile,
  annotations: readonly Annotation[],
): boolean {
  if (framework.generatedInterfaces === 'marked')
    return annotations.some((a) => framework.controllers.includes(a.name));
  const packages = framework.packages ?? [];
  return file.facts.imports.some((i) => packages.some((name) => i.module.startsWith(name)));
}

/** Another class has a method of the operation's name: nothing says which one implements the interface. */
const isRival = (
  route: LinkedRoute,
  other: LinkedRoute,
  documents: readonly { readonly covers: string }[],
): boolean =>
  other.method === route.method &&
  other.path.text === route.path.text &&
  other.file !== route.file &&
  documents.some(({ covers }) =>
    [route, other].every(({ file }) => file.path.startsWith(`${covers}/`)),
  );
