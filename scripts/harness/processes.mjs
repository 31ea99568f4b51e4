/**
 * Finds the processes of one harness by a mark in their environment, which every descendant inherits, also one that made a
 * process group or session of its own. Linux only, as the harness is.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Name of the environment variable that carries the mark. */
export const MARK = 'PRODLENS_HARNESS_MARK';

/**
 * @param {string} mark
 * @returns {number[]} ids of living processes with the mark, ascending
 */
export function descendantsMarked(mark) {
  const needle = `${MARK}=${mark}\0`;
  return livingPids().filter((pid) => {
    const environment = read(pid, 'environ');
    return environment !== undefined && `${environment}\0`.includes(needle) && !isZombie(pid);
  });
}

/**
 * @param {string} mark
 * @returns {number[]} ids of its extension hosts, oldest first
 */
export function extensionHostsMarked(mark) {
  const found = descendantsMarked(mark).filter((pid) =>
    read(pid, 'cmdline')?.includes('--type=extensionHost'),
  );
  return (
    found
      // A program that an extension host is about to start looks like its parent, between fork and exec.
      .filter((pid) => !found.includes(parentOf(pid)))
      .map((pid) => ({ pid, started: startTicks(pid) }))
      .sort((a, b) => a.started - b.started)
      .map(({ pid }) => pid)
  );
}

/**
 * @param {string} mark
 * @param {NodeJS.Signals} [signal]
 */
export function killMarked(mark, signal = 'SIGKILL') {
  for (const pid of descendantsMarked(mark)) {
    try {
      process.kill(pid, signal);
    } catch {
      // ended meanwhile
    }
  }
}

function livingPids() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Fields after the command's name, which may itself contain spaces and parentheses (proc(5), /proc/pid/stat). */
function statFields(pid) {
  const text = read(pid, 'stat');
  return text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
}

function parentOf(pid) {
  return Number(statFields(pid)[1] ?? 0);
}

function isZombie(pid) {
  return statFields(pid)[0] === 'Z';
}

/** Field 22 of stat: start time in clock ticks since boot. */
function startTicks(pid) {
  return Number(statFields(pid)[19] ?? 0);
}
