import { celery } from './celery.ts';
import type { EndpointFramework } from './endpointFramework.ts';
import { grpcNode } from './grpcNode.ts';
import { grpcPython } from './grpcPython.ts';

/** Every framework of remote calls, messages and jobs that is understood: a new one is a file of patterns and a line here. */
export const endpointFrameworks: readonly EndpointFramework[] = [celery, grpcNode, grpcPython];
