import { autometrics } from './autometrics.ts';
import type { Convention } from './convention.ts';
import { httpServer, httpServerOld } from './httpServer.ts';
import { micrometer } from './micrometer.ts';
import { micrometerTimed } from './micrometerTimed.ts';
import { rpcServer } from './rpcServer.ts';
import { spanMetrics } from './spanMetrics.ts';
import { tempoGenerator } from './tempoGenerator.ts';

/** In order of preference where a service has several (docs/semantics.md, "One source of numbers"); those with releases come first. */
export const conventions: readonly Convention[] = [
  spanMetrics,
  httpServer,
  httpServerOld,
  rpcServer,
  tempoGenerator,
  autometrics,
  micrometer,
  micrometerTimed,
];
