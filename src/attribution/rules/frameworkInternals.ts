import { noOwner, pass, type Rule } from '../rule.ts';

/** Spans that frameworks and protocols make for their own steps: no function of the workspace runs in them alone. */
export const frameworkInternals: Rule = {
  id: 'framework-internals',
  title: 'spans of a framework’s own steps',
  apply: ({ operation }) => {
    if (operation.overflow)
      return noOwner('it stands for all operations over the bound of this service');
    const { kind, layer, name, scope } = operation;
    if (kind === 'internal' && / http (?:send|receive)$| websocket (?:send|receive)$/.test(name))
      return noOwner('ASGI send and receive events are steps of the server, not calls');
    if (layer === undefined) return pass;
    if (layer.type === 'router')
      return noOwner(
        'a router span is named after the first layer of the router, not after the one that matched',
      );
    if (layer.type === 'middleware')
      return noOwner(
        `middleware ${layer.name ?? name} is set up by the framework (${scope}); the request’s own spans name the handler`,
      );
    return pass;
  },
};
