import type { HintFacts } from '../../serviceHints/hints.ts';
import type { ControllerFramework } from '../framework.ts';
import { argument } from '../expression.ts';
import { nameOf } from './controllers.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { joinRoute, known } from './text.ts';

/**
 * Controllers that implement an interface generated from an OpenAPI document: it is not in the source, but the document's operationId
 * is the method's name. Only where the interface is out of sight and the operationId is unique in the documents of the program.
 */
export function openApiRoutes(
  evaluator: Evaluator,
  framework: ControllerFramework,
  hints: readonly HintFacts[],
  prefixOf: (file: LinkedFile) => string,
): LinkedRoute[] {
  const documents = hints.flatMap((h) => (h.openApi === undefined ? [] : [h.openApi]));
  if (documents.length === 0) return [];
  const routes: LinkedRoute[] = [];
  for (const file of evaluator.files.values())
    for (const { target, call } of file.facts.decorators) {
      if (!framework.controllers.includes(nameOf(call))) continue;
      const outOfSight = file
        .supertypes(target)
        .some((name) => evaluator.evaluate(file, -1, { name })?.kind !== 'class');
      if (!outOfSight) continue;
      const classPath = file.facts.decorators.find(
        (d) => d.target === target && framework.classPath.annotations.includes(nameOf(d.call)),
      );
      const given =
        classPath === undefined ? undefined : argument(classPath.call, framework.classPath.path);
      const prefix = joinRoute(known(prefixOf(file)), evaluator.text(file, target, given), 'same');
      const operations = documents
        .filter((d) => file.path.startsWith(`${d.covers}/`))
        .flatMap((d) => d.operations);
      for (const operation of operations) {
        const [method, second] = file.methodsNamed(target, operation.operationId);
        const unique =
          operations.filter((o) => o.operationId === operation.operationId).length === 1;
        if (method === undefined || second !== undefined || !unique) continue;
        routes.push({
          framework: framework.id,
          method: operation.method,
          path: joinRoute(prefix, known(operation.path), 'same'),
          handler: { file, index: method },
          file,
          line: file.functions[method]?.declarationLine ?? 0,
        });
      }
    }
  return routes;
}
