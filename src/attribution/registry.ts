import type { Rule } from './rule.ts';
import { callLiteral } from './rules/callLiteral.ts';
import { callsOut } from './rules/callsOut.ts';
import { classMethod } from './rules/classMethod.ts';
import { codeAttributes } from './rules/codeAttributes.ts';
import { frameworkInternals } from './rules/frameworkInternals.ts';
import { graphqlResolver } from './rules/graphqlResolver.ts';
import { handlerClass } from './rules/handlerClass.ts';
import { httpRoute } from './rules/httpRoute.ts';
import { messageDestination } from './rules/messageDestination.ts';
import { override } from './rules/override.ts';
import { queryLiteral } from './rules/queryLiteral.ts';
import { rpcMethod } from './rules/rpcMethod.ts';
import { spanLiteral } from './rules/spanLiteral.ts';
import { spanMetrics } from './rules/spanMetrics.ts';
import { taskName } from './rules/taskName.ts';

/** Rules in the order they are asked: the first that decides wins. */
export const rules: readonly Rule[] = [
  override,
  frameworkInternals,
  codeAttributes,
  graphqlResolver,
  queryLiteral,
  callLiteral,
  callsOut,
  spanMetrics,
  rpcMethod,
  taskName,
  messageDestination,
  handlerClass,
  httpRoute,
  spanLiteral,
  classMethod,
];
