import type { ConsumerFramework } from './endpointFramework.ts';

const base = { kind: 'consumer', system: 'aws_sqs', destinationIsUrl: true } as const;

/** The function that receives works on the messages: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/sqs-example-sending-receiving-msgs.html */
export const boto3Sqs: ConsumerFramework = {
  ...base,
  id: 'boto3-sqs',
  family: 'python',
  mentions: ['\\bboto3\\b'],
  calls: { receive_message: { destination: { named: ['QueueUrl'] }, handler: 'enclosing' } },
};

/** Its requests are built by calls that aren't read: https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/examples-sqs-messages.html */
export const awsSdkSqs: ConsumerFramework = {
  ...base,
  id: 'aws-sdk-sqs',
  family: 'java',
  mentions: ['\\bawssdk\\.services\\.sqs\\b'],
  calls: { receiveMessage: { destination: { named: ['queueUrl'] }, handler: 'enclosing' } },
};
