import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process with metrics for scraping. It can end and come back at its address. */
export abstract class ScrapedServer {
  readonly #server;
  #port = 0;

  constructor(contentType: string) {
    this.#server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': contentType });
      response.end(this.scraped());
    });
  }

  /** What a scrape is given, which is asked for once per scrape. */
  protected abstract scraped(): string;

  /** @returns its address without a scheme; the same each time */
  async start(): Promise<string> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return `127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Labels as both formats write them. */
export const render = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
