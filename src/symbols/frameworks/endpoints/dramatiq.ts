import type { TaskFramework } from './endpointFramework.ts';

/** Dramatiq and Remoulade: https://dramatiq.io/reference.html#dramatiq.actor */
export const dramatiq: TaskFramework = {
  kind: 'task',
  id: 'dramatiq',
  family: 'python',
  mentions: ['\\b(?:dramatiq|remoulade)\\b'],
  decorators: { actor: { named: ['actor_name'] } },
  otherwise: 'function',
};
