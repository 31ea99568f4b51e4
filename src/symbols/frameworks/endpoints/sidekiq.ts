import type { TaskFramework } from './endpointFramework.ts';

/** Sidekiq, also below Active Job: https://github.com/sidekiq/sidekiq/wiki/Getting-Started */
export const sidekiq: TaskFramework = {
  kind: 'task',
  id: 'sidekiq',
  family: 'ruby',
  mentions: [],
  classes: {
    // As Ruby's extractor writes them, with dots.
    bases: 'Sidekiq\\.(?:Job|Worker|IterableJob)|ApplicationJob|ActiveJob\\.Base',
    method: 'perform',
  },
  otherwise: 'function',
};
