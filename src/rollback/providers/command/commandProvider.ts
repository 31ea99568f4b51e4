import type { Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';
import { milliseconds } from '../../../domain/units.ts';
import type { DeployProvider, DeployTarget, ProcessRunner, RollbackRequest } from '../../ports.ts';
import { decodeListOutput, releaseId } from './listOutput.ts';
import type { CommandSettings } from './settings.ts';
import { decodeCommandSettings } from './settings.ts';

const readTimeout = milliseconds(30_000);
const maxOutputBytes = 4 * 1024 * 1024;

type Argv = readonly [string, ...string[]];

/** A deploy system behind programs of the person's own: `list`, optional `preview`, `rollBack`. */
export function createCommandProvider(processes: ProcessRunner): DeployProvider {
  const settingsOf = (target: DeployTarget): Result<CommandSettings> =>
    decodeCommandSettings(target.settings);

  return {
    id: 'command',
    check: (target) => {
      const settings = settingsOf(target);
      return settings.ok ? ok(undefined) : settings;
    },
    programs: (target) => {
      const settings = settingsOf(target);
      if (!settings.ok) return [];
      const { list, preview, rollBack } = settings.value;
      return preview === undefined ? [list, rollBack] : [list, preview, rollBack];
    },
    async list(target, signal) {
      const settings = settingsOf(target);
      if (!settings.ok) return settings;
      const ran = await processes.run(
        {
          argv: settings.value.list as unknown as Argv,
          timeout: readTimeout,
          maxOutputBytes,
          onAbort: 'kill',
        },
        signal,
      );
      if (!ran.ok) return ran;
      if (ran.value.exitCode !== 0) return exited('list', ran.value.exitCode, ran.value.stderr);
      return decodeListOutput(ran.value.stdout, settings.value.versionPattern);
    },
    async preview(request, signal) {
      const settings = settingsOf(request.target);
      if (!settings.ok) return settings;
      if (settings.value.preview === undefined) return ok('');
      const argv = fill(settings.value.preview, request);
      if (!argv.ok) return argv;
      const ran = await processes.run(
        {
          argv: argv.value,
          environment: environmentOf(request),
          timeout: readTimeout,
          maxOutputBytes,
          onAbort: 'kill',
        },
        signal,
      );
      if (!ran.ok) return ran;
      if (ran.value.exitCode !== 0) return exited('preview', ran.value.exitCode, ran.value.stderr);
      return ok(ran.value.stdout);
    },
    describe(request) {
      const settings = settingsOf(request.target);
      const argv = settings.ok ? fill(settings.value.rollBack, request) : settings;
      return argv.ok ? argv.value : [];
    },
    async execute(request, output, signal, started) {
      const settings = settingsOf(request.target);
      if (!settings.ok) return settings;
      const argv = fill(settings.value.rollBack, request);
      if (!argv.ok) return argv;
      const ran = await processes.run(
        {
          argv: argv.value,
          environment: environmentOf(request),
          timeout: milliseconds(settings.value.timeoutSeconds * 1000),
          maxOutputBytes,
          output,
          onAbort: 'leave',
          started,
        },
        signal,
      );
      if (!ran.ok) return ran;
      if (ran.value.exitCode !== 0) return exited('rollBack', ran.value.exitCode, ran.value.stderr);
      return ok({ exitCode: ran.value.exitCode });
    },
  };
}

/** Puts ids and the reason in their places. Ids come from the latest `list` and were checked there; checked again here. */
function fill(words: readonly string[], request: RollbackRequest): Result<Argv> {
  for (const id of [request.to.id, request.from.id])
    if (!releaseId.test(id)) return fail('invalid', 'a release id has characters it may not have');
  if (words.includes('{reason}') && request.reason.startsWith('-'))
    return fail('invalid', "the reason can't begin with '-'", 'Write the reason in other words.');
  // One pass, and replacement as a function: what is put in is never itself searched or read as a pattern.
  const filled = words.map((word) =>
    word === '{reason}'
      ? request.reason
      : word.replace(/\{(to|from)\}/g, (_, which: string) =>
          which === 'to' ? request.to.id : request.from.id,
        ),
  );
  return ok(filled as unknown as Argv);
}

const environmentOf = (request: RollbackRequest): Readonly<Record<string, string>> => ({
  PRODLENS_REASON: request.reason,
});

function exited(what: string, code: number, stderr: string): Result<never> {
  const last = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  return fail(
    'refused',
    `the target's ${what} command ended with exit code ${code}${last === '' ? '' : `: ${last}`}`,
    'Its whole output is in the log (Prodlens: Show Log).',
  );
}
