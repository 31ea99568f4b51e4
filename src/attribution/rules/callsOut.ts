import { noOwner, pass, type Rule } from '../rule.ts';

/** Calls to databases and other services: shown as calls out of the function around them, never as calls of it. */
export const callsOut: Rule = {
  id: 'calls-out',
  title: 'calls out',
  apply: ({ operation: { kind, scope, source }, index: { instrumentations } }) =>
    (kind === 'client' || kind === 'producer') &&
    (instrumentations.madeByLibrary(scope) || source === 'metric')
      ? noOwner(`a ${kind} span is a call out, counted for the function around it`)
      : pass,
};
