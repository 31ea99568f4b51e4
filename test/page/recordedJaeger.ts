import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import path from 'node:path';

import { projectRoot } from '../harness/page.ts';

interface RecordedAnswer {
  readonly request: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

/** A real Jaeger’s recorded list of services, for whoever is let in; what isn't recorded isn't there. */
export function recordedJaeger(
  isLetIn: (request: IncomingMessage) => boolean = () => true,
): RequestListener {
  const file = path.join(projectRoot(), 'test/fixtures/backends/jaeger/v3-services.json');
  const services = JSON.parse(readFileSync(file, 'utf8')) as RecordedAnswer;
  return (request, response) => {
    if (!isLetIn(request)) response.writeHead(401).end();
    else if (request.url === services.request)
      response
        .writeHead(services.status, { 'content-type': services.contentType })
        .end(JSON.stringify(services.body));
    else response.writeHead(404).end(JSON.stringify({ error: { httpCode: 404 } }));
  };
}
