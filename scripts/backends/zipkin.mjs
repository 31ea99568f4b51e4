/** Zipkin: the executable jar of Maven Central, storage in memory. Needs Java 17 and Maven. */
import path from 'node:path';

import { freePort } from './ports.mjs';
import { cacheFolder, obtain, startServer } from './server.mjs';

const version = '3.6.1';

const obtainJar = () =>
  obtain(
    `zipkin-server-${version}-exec.jar`,
    `fetching Zipkin ${version} (135 MB) …`,
    (unfinished) => ({
      // Maven checks the sums. The plug-in copies under the artifact's own name into a folder.
      command: 'sh',
      args: [
        '-c',
        'mvn -q -B dependency:copy -Dartifact="$1" -DoutputDirectory="$2" && mv "$2/$3" "$4" && rmdir "$2"',
        'sh',
        `io.zipkin:zipkin-server:${version}:jar:exec`,
        `${unfinished}.folder`,
        `zipkin-server-${version}-exec.jar`,
        unfinished,
      ],
      cwd: path.dirname(cacheFolder),
    }),
  );

export const zipkin = {
  name: 'zipkin',
  obtain: obtainJar,
  async start(folder) {
    const jar = await obtainJar();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = await startServer({
      name: 'zipkin',
      command: 'java',
      args: ['-Xms64m', '-Xmx256m', '-XX:TieredStopAtLevel=1', '-jar', jar],
      env: { QUERY_PORT: String(port), STORAGE_TYPE: 'mem', SELF_TRACING_ENABLED: 'false' },
      ready: `${url}/health`,
      folder,
    });
    return { env: { PRODLENS_TEST_ZIPKIN: url }, ...server };
  },
};
