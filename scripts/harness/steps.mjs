/**
 * Printing of progress and running of programs, for scripts that must work before `npm ci` has run: Node built-ins only.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

const ANNOUNCE_AFTER_MS = 2_000;
const REMIND_EVERY_MS = 30_000;

/** Seconds with one decimal since `started` (milliseconds of performance.now()). */
function secondsSince(started) {
  return ((performance.now() - started) / 1000).toFixed(1);
}

/**
 * Runs `work`; says what is going on when it takes over two seconds, reminds every half minute, and says when it is done.
 * A quick step prints nothing.
 *
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const started = performance.now();
  let announced = false;
  let reminder;
  const announce = setTimeout(() => {
    announced = true;
    console.log(`… ${label}`);
    reminder = setInterval(
      () => console.log(`… ${label} (${secondsSince(started)} s so far)`),
      REMIND_EVERY_MS,
    );
  }, ANNOUNCE_AFTER_MS);
  try {
    const result = await work();
    if (announced) console.log(`✓ ${label} (${secondsSince(started)} s)`);
    return result;
  } catch (error) {
    console.log(`✗ ${label} (${secondsSince(started)} s)`);
    throw error;
  } finally {
    clearTimeout(announce);
    clearInterval(reminder);
  }
}

/**
 * Runs a program to its end without a shell and without stdin.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, allowFailure?: boolean, timeoutMs?: number }} [options]
 *   `show`: pass the output through; otherwise it is kept and only told when the program fails.
 * @returns {Promise<{ code: number, output: string }>} `output` is the last 200 kB of stdout and stderr together.
 * @throws {Error} naming the program and the end of its output when it fails, unless `allowFailure`.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm is a .cmd file on Windows, which Node refuses to start without a shell; the arguments are our own constants.
      shell: process.platform === 'win32' && /^(npm|npx|code)$/.test(command),
    });
    let output = '';
    const keep = (target) => (chunk) => {
      if (options.show) target.write(chunk);
      output = (output + chunk.toString('utf8')).slice(-200_000);
    };
    child.stdout.on('data', keep(process.stdout));
    child.stderr.on('data', keep(process.stderr));
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, options.timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      if (options.allowFailure) resolve({ code: 127, output: error.message });
      else reject(new Error(`could not start ${command}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const status = code ?? 128;
      if (status === 0 || options.allowFailure) {
        resolve({ code: status, output });
        return;
      }
      const why = timedOut
        ? 'took too long'
        : signal
          ? `ended by ${signal}`
          : `exit code ${status}`;
      reject(
        new Error(
          `${command} ${args.join(' ')}: ${why}\n${options.show ? '' : output.slice(-4_000)}`,
        ),
      );
    });
  });
}

/**
 * @param {string} name of a program
 * @returns {string | undefined} its absolute path, if PATH has it.
 */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    if (folder === '') continue;
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}
