import type { FunctionNumbers, ReleaseNumbers } from '../domain/stats.ts';
import type { Failure, Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { unixMillis } from '../domain/units.ts';
import type { RollbackCandidate, RollbackOptions } from './candidates.ts';
import { rollbackOptions } from './candidates.ts';
import type { Journal } from './journal.ts';
import type {
  DeployedRelease,
  DeployProvider,
  DeployTarget,
  JournalEntry,
  OutputListener,
  RollbackRequest,
} from './ports.ts';
import type { RecoveryView } from './recovery.ts';
import type { TargetLock } from './singleFlight.ts';
import { lockTarget } from './singleFlight.ts';

/** Everything of the flow that a person sees or answers. `undefined`: they turned back. */
export interface RollbackDialogs {
  pickTarget(targets: readonly DeployTarget[]): Promise<DeployTarget | undefined>;
  /** Shows each program's whole argv once and keeps the answer (docs/security.md). */
  approvePrograms(target: DeployTarget, programs: readonly (readonly string[])[]): Promise<boolean>;
  pickRelease(
    target: DeployTarget,
    options: RollbackOptions,
  ): Promise<RollbackCandidate | undefined>;
  showPreview(preview: RollbackPreview): Promise<void>;
  /** Reason (required in production), modal, and in production the target's name typed. */
  confirm(preview: RollbackPreview): Promise<{ readonly reason: string } | undefined>;
  /** Runs `task` with visible, cancellable progress; cancelling stops watching, and says so. */
  progress<T>(
    title: string,
    task: (step: (text: string) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** The end of it, in one sentence. */
  tell(level: 'info' | 'warning' | 'error', text: string, remedy?: string): void;
}

export interface RollbackPreview {
  readonly request: Omit<RollbackRequest, 'reason'>;
  /** The action, with `{reason}` where the reason will be. */
  readonly argv: readonly string[];
  /** The action as it will be, for the last question. */
  readonly argvWith: (reason: string) => readonly string[];
  /** What the provider says would change; "" when it can't tell. Hostile text. */
  readonly providerText: string;
  /** Commits and migration files between the two, where the repository knows both. */
  readonly sourceText: string;
  readonly candidate: RollbackCandidate;
  /** Name of the function that the numbers belong to; absent: none led here, and there are no numbers. */
  readonly subject?: string;
  /** The numbers of the release to leave; absent: no telemetry of it. */
  readonly fromNumbers?: ReleaseNumbers;
}

export interface RollbackServices {
  readonly providers: ReadonlyMap<string, DeployProvider>;
  readonly journal: Journal;
  /** Global storage: lock files. */
  readonly folder: string;
  /** Who acts, for journal and lock. */
  readonly user: string;
  readonly now: () => number;
  readonly output: OutputListener;
  readonly log: (text: string) => void;
  /** Commits and migrations from `to` to `from`; "" when unknown. Hostile text. */
  readonly sourceChanges: (
    from: DeployedRelease,
    to: DeployedRelease,
    signal: AbortSignal,
  ) => Promise<string>;
  /** Follows our own numbers since the action until recovered, the time is over or the signal aborts. */
  readonly watch: (
    since: number,
    before: RollbackSubject,
    to: RollbackCandidate,
    step: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<{ readonly recovered: boolean; readonly view: RecoveryView | undefined }>;
}

/** What the rollback is about: the function whose numbers led here, if one did. */
export interface RollbackSubject {
  readonly name?: string;
  readonly numbers?: FunctionNumbers;
}

const noSignal = new AbortController().signal;

/**
 * The whole way of docs/rollback.md: eligibility → pick → preview → confirm → state read again and compared → execute →
 * watch our own numbers → journal. Nothing is executed unless every step before it was answered.
 */
export async function runRollback(
  services: RollbackServices,
  dialogs: RollbackDialogs,
  targets: readonly DeployTarget[],
  subject: RollbackSubject,
): Promise<Result<'done' | 'cancelled'>> {
  const target = targets.length === 1 ? targets[0] : await dialogs.pickTarget(targets);
  if (target === undefined) return ok('cancelled');
  const provider = services.providers.get(target.provider);
  if (provider === undefined)
    return fail('unsupported', `no deploy provider is called ${target.provider}`);
  const usable = provider.check(target);
  if (!usable.ok) return usable;
  if (!(await dialogs.approvePrograms(target, provider.programs(target)))) return ok('cancelled');

  const state = await dialogs.progress(`Reading what ${target.name} runs…`, (_, signal) =>
    provider.list(target, signal),
  );
  if (!state.ok) return state;
  const { entries } = await services.journal.read();
  const own = entries.filter(
    (e) => e.environment === target.environment && e.target === target.name,
  );
  const options = rollbackOptions(state.value, subject.numbers, own);
  if (options === undefined || options.candidates.length === 0)
    return fail(
      'notFound',
      `${target.name} has no other release to go back to`,
      'The list command of the target names only what runs now.',
    );
  const candidate = await dialogs.pickRelease(target, options);
  if (candidate === undefined) return ok('cancelled');

  const request: RollbackRequest = {
    target,
    from: options.from,
    to: candidate.release,
    state: state.value.state,
    reason: '',
  };
  const texts = await dialogs.progress('Preparing the preview…', async (_, signal) => {
    const provided =
      provider.preview === undefined ? ok('') : await provider.preview(request, signal);
    if (!provided.ok) return provided;
    const source = await services.sourceChanges(request.from, request.to, signal);
    return isAborted(signal)
      ? fail('aborted', 'stopped at the preview')
      : ok({ provided: provided.value, source });
  });
  if (!texts.ok) return texts;
  const preview: RollbackPreview = {
    request,
    argv: provider.describe({ ...request, reason: '{reason}' }),
    argvWith: (reason) => provider.describe({ ...request, reason }),
    providerText: texts.value.provided,
    sourceText: texts.value.source,
    candidate,
    ...(subject.name === undefined || subject.numbers === undefined
      ? {}
      : { subject: subject.name }),
    ...(options.fromNumbers === undefined ? {} : { fromNumbers: options.fromNumbers }),
  };
  await dialogs.showPreview(preview);
  const confirmed = await dialogs.confirm(preview);
  if (confirmed === undefined) return ok('cancelled');
  return act(
    services,
    dialogs,
    provider,
    { ...request, reason: confirmed.reason },
    candidate,
    subject,
  );
}

async function act(
  services: RollbackServices,
  dialogs: RollbackDialogs,
  provider: DeployProvider,
  request: RollbackRequest,
  candidate: RollbackCandidate,
  subject: RollbackSubject,
): Promise<Result<'done' | 'cancelled'>> {
  const { target } = request;
  const lock = await lockTarget(services.folder, target, services.user, services.now());
  if (!lock.ok) return lock;
  try {
    return await dialogs.progress(
      `Rolling back ${target.name} to ${request.to.version}`,
      async (step, signal) => {
        step('reading the state again…');
        const again = await provider.list(target, signal);
        if (!again.ok) return again;
        if (again.value.state !== request.state)
          return fail(
            'stateMoved',
            `${target.name} has changed since you looked: nothing was done`,
            'Start the rollback again to see what runs now.',
          );
        return execute(
          services,
          dialogs,
          provider,
          request,
          candidate,
          subject,
          lock.value,
          step,
          signal,
        );
      },
    );
  } finally {
    await lock.value.release();
  }
}

async function execute(
  services: RollbackServices,
  dialogs: RollbackDialogs,
  provider: DeployProvider,
  request: RollbackRequest,
  candidate: RollbackCandidate,
  subject: RollbackSubject,
  lock: TargetLock,
  step: (text: string) => void,
  signal: AbortSignal,
): Promise<Result<'done' | 'cancelled'>> {
  const { target } = request;
  const started = services.now();
  const entry = (event: JournalEntry['event'], detail?: string): JournalEntry => ({
    at: unixMillis(services.now()),
    id: `${started.toString(36)}-${process.pid.toString(36)}`,
    event,
    environment: target.environment,
    target: target.name,
    service: target.service,
    from: request.from.id,
    to: request.to.id,
    reason: request.reason,
    user: services.user,
    ...(event === 'started' ? { argv: provider.describe(request) } : {}),
    ...(detail === undefined ? {} : { detail }),
  });
  if (isAborted(signal)) return ok('cancelled');
  await services.journal.append(entry('started'));
  step(`running ${provider.describe(request)[0] ?? ''}…`);
  services.log(`rollback of ${target.name}: ${provider.describe(request).join(' ')}`);
  let handedOver: Promise<void> | undefined;
  const executed = await provider.execute(request, services.output, signal, (pid) => {
    handedOver = lock.handOver(pid);
  });
  await handedOver;
  if (!executed.ok) {
    if (handedOver !== undefined && isUnknown(executed.failure)) lock.leave();
    return afterFailure(services, dialogs, provider, request, entry, executed.failure);
  }
  await lock.handOver(process.pid);
  await services.journal.append(entry('finished'));

  const watching = (text: string): void => step(`done, now watching: ${text}`);
  watching('our own numbers…');
  const { recovered, view } = await services.watch(started, subject, candidate, watching, signal);
  const text = view?.text ?? 'no numbers since the action';
  if (isAborted(signal)) {
    await services.journal.append(entry('stoppedWatching', text));
    dialogs.tell('info', `Rolled back to ${request.to.version}; stopped watching. ${text}`);
  } else if (recovered) {
    await services.journal.append(entry('recovered', text));
    dialogs.tell('info', `Recovered on ${request.to.version}: ${text}`);
  } else if (view === undefined) {
    await services.journal.append(entry('notRecovered', text));
    dialogs.tell(
      'info',
      `Rolled back to ${request.to.version}. There are no numbers of ours since then to tell whether it helped.`,
    );
  } else if (view.state === 'untold') {
    await services.journal.append(entry('stoppedWatching', text));
    dialogs.tell(
      'info',
      `Rolled back to ${request.to.version}. Whether it helped can’t be told here: ${text}.`,
    );
  } else {
    await services.journal.append(entry('notRecovered', text));
    dialogs.tell(
      'warning',
      `Rolled back to ${request.to.version}, but the numbers have not recovered: ${text}`,
      'Look at the traces of the calls since then.',
    );
  }
  return ok('done');
}

/** A call, so that the compiler doesn't take an earlier answer for a later one. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Nobody waited for the end: the action may go on. */
const isUnknown = ({ reason }: Failure): boolean => reason === 'timeout' || reason === 'aborted';

/** A timeout or a stopped watch leaves the state unknown: it is read, told and never tried again blindly. */
async function afterFailure(
  services: RollbackServices,
  dialogs: RollbackDialogs,
  provider: DeployProvider,
  request: RollbackRequest,
  entry: (event: JournalEntry['event'], detail?: string) => JournalEntry,
  failure: Failure,
): Promise<Result<'done' | 'cancelled'>> {
  const unknown = isUnknown(failure);
  await services.journal.append(entry(unknown ? 'unknown' : 'failed', failure.message));
  if (!unknown) return { ok: false, failure };
  const state = await provider.list(request.target, noSignal);
  const now = state.ok
    ? state.value.releases
        .filter((r) => r.weight > 0)
        .map((r) => `${r.version} ${Math.round(r.weight * 100)} %`)
        .join(', ')
    : `can't be read (${state.failure.message})`;
  const text = `${failure.message}. The command may still be running; ${request.target.name} now runs: ${now}`;
  const remedy = 'Wait and look again before you act once more.';
  if (failure.reason === 'timeout') return fail('timeout', text, remedy);
  // The person stopped watching: no failure, but they must know that the action goes on.
  dialogs.tell('warning', text, remedy);
  return ok('done');
}
