/**
 * Servers that are built from the Go module proxy. Each has a folder here with go.mod and go.sum: what is downloaded must have the sums
 * that are written there, whatever the environment says of the checksum database.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { obtain } from './server.mjs';

/**
 * @param {{ name: string, version: string, package: string, folder?: string, ldflags?: string[], tags?: string }} build `name` is the
 *   beginning of the binary's name in the cache, and the folder beside this file where no other is given
 * @returns {Promise<string>} path of the binary
 */
export function goBuild({ name, version, package: wanted, folder = name, ldflags = [], tags }) {
  return obtain(
    `${name}-${version}`,
    `building ${name} ${version} from the Go module proxy (the first time: minutes) …`,
    async (unfinished) => {
      await goIsThere();
      return {
        // Tests of other projects may run beside it.
        command: 'nice',
        args: [
          ...['-n', '10', 'go', 'build', '-trimpath'],
          ...['-ldflags', ['-s', '-w', ...ldflags].join(' ')],
          ...(tags === undefined ? [] : ['-tags', tags]),
          ...['-o', unfinished, wanted],
        ],
        cwd: path.join(import.meta.dirname, folder),
        env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      };
    },
  );
}

async function goIsThere() {
  try {
    await promisify(execFile)('go', ['version']);
  } catch {
    throw new Error('it is built with Go 1.26 or newer, which is not on this machine');
  }
}
