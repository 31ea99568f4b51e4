import type { ControllerFramework } from './controllerFramework.ts';
import type { DrawnFramework } from './drawn.ts';
import type { FilesFramework } from './filesFramework.ts';
import type { FunctionalFramework } from './functionalFramework.ts';
import type { ProcedureFramework } from './procedureFramework.ts';
import type { ResolverFramework } from './resolverFramework.ts';
import type { RouterFramework } from './routerFramework.ts';

export type Framework =
  | RouterFramework
  | ControllerFramework
  | FilesFramework
  | ResolverFramework
  | FunctionalFramework
  | DrawnFramework
  | ProcedureFramework;
