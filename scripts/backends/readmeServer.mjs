/** The pipelines of the README, as they stand there, for the test that tries them. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { combinations } from './combinations.mjs';

const tried = ['prometheus+jaeger', 'jaeger', 'zipkin'];

export const readme = {
  name: 'readme',
  obtain: () => Promise.all(tried.map((name) => combinations[name].obtain())),
  async start(folder) {
    const started = {};
    const stops = [];
    const stop = async () => {
      for (const one of stops.reverse()) await one();
    };
    try {
      for (const name of tried) {
        const below = path.join(folder, name);
        mkdirSync(below);
        const { stop: stopOne, ...said } = await combinations[name].start(below);
        stops.push(stopOne);
        started[name] = said;
      }
    } catch (error) {
      await stop();
      throw error;
    }
    return { env: { PRODLENS_TEST_README: JSON.stringify(started) }, stop };
  },
};
