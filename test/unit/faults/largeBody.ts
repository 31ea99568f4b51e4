import type { ServerResponse } from 'node:http';

const length = 200 * 1024 * 1024;
const chunk = Buffer.alloc(1024 * 1024, ' ');

/** Writes 200 MB that JSON may begin with, as fast as they are taken, and ends early with whoever takes them. */
export function writeLargeBody(response: ServerResponse): void {
  let sent = 0;
  const more = (): void => {
    while (sent < length && !response.destroyed) {
      sent += chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
