import { awsSdkSqs, boto3Sqs } from './sqs.ts';
import { celery } from './celery.ts';
import { connectGo } from './connectGo.ts';
import { connectNode } from './connectNode.ts';
import { aioPika } from './aioPika.ts';
import { amqplib } from './amqplib.ts';
import { bullmq } from './bullmq.ts';
import { confluentKafka } from './confluentKafka.ts';
import { goRpc, jayson, jsonRpc2, pythonJsonRpc } from './jsonRpc.ts';
import { kafkaClients } from './kafkaClients.ts';
import { kafkajs } from './kafkajs.ts';
import { nestMicroservices } from './nestMicroservices.ts';
import { dramatiq } from './dramatiq.ts';
import { fastStream } from './fastStream.ts';
import { golevelupRabbit } from './golevelupRabbit.ts';
import { kafkaGo } from './kafkaGo.ts';
import { micronautKafka, micronautRabbit } from './micronautMessaging.ts';
import { natsGo, natsJava, natsNode, natsPython } from './nats.ts';
import { laravelCommands } from './laravelCommands.ts';
import { pika } from './pika.ts';
import { reactiveMessaging } from './reactiveMessaging.ts';
import { sarama } from './sarama.ts';
import { sidekiq } from './sidekiq.ts';
import {
  springJms,
  springKafka,
  springPulsar,
  springRabbit,
  springSqs,
} from './springMessaging.ts';
import type { EndpointFramework } from './endpointFramework.ts';
import { grpcDotnet } from './grpcDotnet.ts';
import { grpcGo } from './grpcGo.ts';
import { grpcJava } from './grpcJava.ts';
import { grpcNode } from './grpcNode.ts';
import { grpcPython } from './grpcPython.ts';
import { grpcRuby } from './grpcRuby.ts';
import { nestGrpc } from './nestGrpc.ts';
import { niceGrpc } from './niceGrpc.ts';
import { tonic } from './tonic.ts';

/** Every framework of remote calls, messages and jobs that is understood: a new one is a file of patterns and a line here. */
export const endpointFrameworks: readonly EndpointFramework[] = [
  celery,
  connectGo,
  connectNode,
  grpcGo,
  grpcJava,
  grpcNode,
  grpcPython,
  grpcRuby,
  tonic,
  nestGrpc,
  niceGrpc,
  grpcDotnet,
  jayson,
  jsonRpc2,
  pythonJsonRpc,
  goRpc,
  sidekiq,
  laravelCommands,
  aioPika,
  amqplib,
  bullmq,
  confluentKafka,
  kafkaClients,
  kafkajs,
  nestMicroservices,
  pika,
  dramatiq,
  fastStream,
  golevelupRabbit,
  kafkaGo,
  micronautKafka,
  micronautRabbit,
  natsGo,
  natsJava,
  natsNode,
  natsPython,
  reactiveMessaging,
  sarama,
  springPulsar,
  springJms,
  springKafka,
  springRabbit,
  springSqs,
  awsSdkSqs,
  boto3Sqs,
];
