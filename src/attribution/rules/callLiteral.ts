import type { CallLiteral } from '../../domain/callMatch.ts';
import type { FunctionRef } from '../../domain/functionDecl.ts';
import { hole } from '../../domain/statementShape.ts';
import { decide, noOwner, pass, type Rule } from '../rule.ts';

const longestShown = 80;

/** A call to a database or another service whose statement or URL is written in the source: the one function that holds it. */
export const callLiteral: Rule = {
  id: 'call-literal',
  title: 'statement or URL of a call out, as written in the source',
  apply: (context) => {
    const { operation, index, step } = context;
    if (operation.literal === undefined) return pass;
    const accepts = index.instrumentations.acceptsFile(operation.scope);
    const all = index.literals(operation.literal).filter((l) => accepts(l.at.path));
    const found = all.filter((l) =>
      mayBeOf(index.servicesOf(l.at.path).services, operation.service),
    );
    if (found.length === 0) return pass;
    const shown = operation.literal.replaceAll(hole, '…').slice(0, longestShown);
    for (const { at } of found.slice(0, 10))
      step('found', `${shown} at ${fileOf(at.path)}:${at.line + 1}`, at);
    const owners = new Map(found.map((l) => [placeOf(l), l.owner]));
    const [only] = owners.values();
    if (owners.size > 1 || only === undefined)
      return noOwner(
        `a call out; ${owners.size === 1 ? '1 place' : `${owners.size} places`} of the workspace hold ${shown}, and nothing shows which function sends it`,
      );
    return decide(context, [only], 'strong', `only this function holds ${shown}`);
  },
};

const placeOf = ({ owner, at }: CallLiteral): string =>
  owner === undefined ? `${at.path}:${at.line}` : ownerKey(owner);

const ownerKey = ({ path, id }: FunctionRef): string => `${path} ${id}`;

const mayBeOf = (services: readonly { readonly service: string }[], service: string): boolean =>
  services.length === 0 || services.some((s) => s.service.toLowerCase() === service.toLowerCase());

const fileOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
