import type { Operation } from '../../domain/operation.ts';
import { methodOwners } from '../classMethods.ts';
import { eligible, handlersOf } from '../endpointVerdict.ts';
import {
  decide,
  noOwner,
  pass,
  passBecause,
  type Rule,
  type RuleContext,
  type Verdict,
} from '../rule.ts';

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
    if (fetchOnly.test(operation.name))
      return noOwner('the span times only how the job is fetched; its work has a span of its own');
    const found = eligible(
      context,
      index.endpoints.task(task, operation.task === undefined && operation.folded),
    );
    return found.length === 0
      ? (ofClass(context, task) ?? passBecause(`no task of the workspace is called ${task}`))
      : handlersOf(
          context,
          found,
          found.some((e) => e.openStart) ? 'strong' : 'exact',
          `the task ${task} is registered`,
        );
  },
};

/** Laravel's worker asks for the next job (contrib-auto-laravel 1.x). */
const fetchOnly = /^receive\b/;

/** Celery's instrumentation (0.66b2) names spans `run/<task>` and `apply_async/<task>`. */
const nameOf = ({ task, name, kind, messaging }: Operation): string | undefined =>
  task ??
  (kind === 'consumer' && messaging === undefined ? /^run\/([\w.]+)$/.exec(name)?.[1] : undefined);

/** A task that is called after a class (`Mails::DigestJob`, `App\Jobs\SendMail`), or after one of its methods (`User#greet`). */
function ofClass(context: RuleContext, task: string): Verdict | undefined {
  const { index, operation } = context;
  const [written = '', own] = task.split('#', 2);
  const method = own ?? index.instrumentations.taskMethod(operation.scope);
  if (method === undefined) return undefined;
  const name = written.replaceAll('::', '.').replaceAll('\\', '.').replace(/^\./, '');
  const owner = index.classNamed(name);
  if (owner === undefined || !endsLike(owner.qualifiedName, name)) return undefined;
  const found = methodOwners(index, owner, method);
  return found.length === 0
    ? noOwner(`${owner.name} declares no ${method} in the workspace: a library runs the task`)
    : decide(context, found, 'exact', `the task is called after ${task}`);
}

/** A namespace that the telemetry names must be the class's. */
const endsLike = (qualified: string, name: string): boolean =>
  qualified === name || qualified.endsWith(`.${name}`) || name.endsWith(`.${qualified}`);
