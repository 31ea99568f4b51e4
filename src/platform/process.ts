import { spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fail, ok } from '../domain/result.ts';
import type { ProcessRunner } from '../rollback/ports.ts';
import { openOutputFiles } from './outputFiles.ts';

export interface ProcessOptions {
  /** Folders that may not contribute programs: PATH entries inside them are ignored. */
  readonly workspaceFolders: () => readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A program that ignores the polite signal gets the other one after this long. */
const killAfter = 2_000;

/**
 * The only place that starts a program: argv arrays, no shell; an absolute path, or a name found on a PATH without workspace
 * folders; the home folder as working directory; bounded time and output (docs/security.md, "Rollback").
 */
export function createProcessRunner(options: ProcessOptions): ProcessRunner {
  const environment = options.environment ?? process.env;
  return {
    async run(request, signal) {
      if (signal.aborted) return fail('aborted', 'stopped before it began');
      const [program, ...words] = request.argv;
      const folders = options.workspaceFolders();
      const searchPath = safePath(environment['PATH'] ?? environment['Path'] ?? '', folders);
      const file = await findProgram(program, searchPath);
      if (file === undefined)
        return fail(
          'notFound',
          `the program ${program} was not found`,
          'Give its absolute path. Programs inside a workspace folder are found only by their absolute path.',
        );
      return start(file, words, searchPath, request, signal, environment);
    },
  };
}

type Request = Parameters<ProcessRunner['run']>[0];

function start(
  file: string,
  words: readonly string[],
  searchPath: string,
  request: Request,
  signal: AbortSignal,
  environment: Readonly<Record<string, string | undefined>>,
): ReturnType<ProcessRunner['run']> {
  return new Promise((resolve) => {
    // What is left running when nobody watches any more must also outlive this window: with a pipe it would die of its next
    // word. (Windows can't remove a file that is open; there it has pipes.)
    const outlives = request.onAbort === 'leave' && process.platform !== 'win32';
    const files = outlives ? openOutputFiles() : undefined;
    const child = spawn(file, words, {
      cwd: homedir(),
      env: { ...environment, PATH: searchPath, ...request.environment },
      shell: false,
      windowsHide: true,
      stdio: ['ignore', files?.stdout ?? 'pipe', files?.stderr ?? 'pipe'],
      detached: outlives,
    });
    files?.started();
    if (child.pid !== undefined) request.started?.(child.pid);
    const kept = { stdout: '', stderr: '' };
    let bytes = 0;
    let over = false;
    let settled = false;
    const settle = (result: Awaited<ReturnType<ProcessRunner['run']>>): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      files?.close();
      resolve(result);
    };
    const kill = (): void => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), killAfter).unref();
    };
    const leave = (): void => {
      child.unref();
    };
    const onAbort = (): void => {
      if (request.onAbort === 'kill') kill();
      else leave();
      settle(fail('aborted', `stopped watching ${path.basename(file)}`));
    };
    const timer = setTimeout(() => {
      if (request.onAbort === 'kill') kill();
      else leave();
      settle(
        fail(
          'timeout',
          `${path.basename(file)} did not end within ${Math.round(request.timeout / 1000)} s`,
        ),
      );
    }, request.timeout);
    signal.addEventListener('abort', onAbort, { once: true });

    const take = (chunk: string, stream: 'stdout' | 'stderr'): void => {
      if (!settled) request.output?.(chunk, stream);
      if (over) return;
      bytes += Buffer.byteLength(chunk);
      if (bytes <= request.maxOutputBytes) {
        kept[stream] += chunk;
        return;
      }
      over = true;
      // Something that acts is never killed for talking too much: its output is cut.
      if (request.onAbort === 'leave') return;
      kill();
      settle(fail('tooLarge', `${path.basename(file)} printed more than it may`));
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8');
      child[stream]?.on('data', (chunk: string) => {
        take(chunk, stream);
      });
    }
    files?.follow(take);
    child.on('error', (error) => {
      settle(fail('internal', `${path.basename(file)} could not be started: ${error.message}`));
    });
    child.on('close', (code, killedBy) => {
      files?.readOn();
      if (code === null)
        settle(fail('crashed', `${path.basename(file)} was ended by ${killedBy ?? 'a signal'}`));
      else settle(ok({ exitCode: code, stdout: kept.stdout, stderr: kept.stderr }));
    });
  });
}

/** PATH without relative entries and without anything inside a workspace folder. */
export function safePath(searchPath: string, workspaceFolders: readonly string[]): string {
  const inside = (entry: string): boolean =>
    workspaceFolders.some((folder) => {
      const relative = path.relative(folder, entry);
      return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
    });
  return searchPath
    .split(path.delimiter)
    .filter((entry) => path.isAbsolute(entry) && !inside(path.resolve(entry)))
    .join(path.delimiter);
}

async function findProgram(program: string, searchPath: string): Promise<string | undefined> {
  if (path.isAbsolute(program)) return (await isProgram(program)) ? program : undefined;
  if (program.includes('/') || program.includes(path.sep)) return undefined;
  const endings = process.platform === 'win32' ? ['.exe', '.com', ''] : [''];
  for (const folder of searchPath.split(path.delimiter).filter((f) => f !== ''))
    for (const ending of endings) {
      const candidate = path.join(folder, program + ending);
      if (await isProgram(candidate)) return candidate;
    }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
