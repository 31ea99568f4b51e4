import type { TaskFramework } from './endpointFramework.ts';

/** Console commands of Laravel, which its schedule runs: https://laravel.com/docs/artisan#writing-commands */
export const laravelCommands: TaskFramework = {
  kind: 'task',
  id: 'laravel-commands',
  family: 'php',
  mentions: [],
  classes: { bases: '(?:.*\\.)?Command', method: 'handle' },
  otherwise: 'function',
};
