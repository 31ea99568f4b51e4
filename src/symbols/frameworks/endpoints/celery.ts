import type { TaskFramework } from './endpointFramework.ts';

/** Celery: https://docs.celeryq.dev/en/stable/userguide/tasks.html#names */
export const celery: TaskFramework = {
  kind: 'task',
  id: 'celery',
  family: 'python',
  mentions: ['\\bcelery\\b', '@\\w+\\.task\\b'],
  decorators: { task: { named: ['name'] }, shared_task: { named: ['name'] } },
  classes: { bases: '(?:celery\\.)?(?:app\\.)?(?:\\w+\\.)?Task', method: 'run' },
  otherwise: 'module.function',
};
