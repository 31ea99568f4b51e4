import type { Operation } from '../../domain/operation.ts';
import { eligible, handlersOf } from '../endpointVerdict.ts';
import { noOwner, pass, passBecause, type Rule } from '../rule.ts';

/** Name of a job system's task → the function that it runs. */
export const taskName: Rule = {
  id: 'task-name',
  title: 'task of a job system',
  apply: (context) => {
    const { operation, index } = context;
    const task = nameOf(operation);
    if (task === undefined) return pass;
    if (operation.kind === 'producer')
      return noOwner(`${task} is only sent from here; where it runs it has a span of its own`);
    const found = eligible(context, index.endpoints.task(task));
    return found.length === 0
      ? passBecause(`no task of the workspace is called ${task}`)
      : handlersOf(
          context,
          found,
          found.some((e) => e.openStart) ? 'strong' : 'exact',
          `the task ${task} is registered`,
        );
  },
};

/** Celery's instrumentation (0.66b2) names spans `run/<task>` and `apply_async/<task>`. */
const nameOf = ({ task, name, kind, messaging }: Operation): string | undefined =>
  task ??
  (kind === 'consumer' && messaging === undefined ? /^run\/([\w.]+)$/.exec(name)?.[1] : undefined);
