import type { QuerySpans } from '../../domain/workspace.ts';

/** How an object mapper's calls are written, as far as its instrumentation names spans after operation and model, or its table. */
export interface ModelPattern {
  readonly id: string;
  readonly family: string;
  /** A file that mentions it may call the mapper on `this`, or on what it calls just a model. */
  readonly mentioned: RegExp;
  /** Members → operations, as the instrumentation calls them, that run because of them. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  /** The model's own name is what is called: `User.find()`. */
  readonly named?: true;
  /** Types of what is called on, with the model as their argument: `Repository<User>`. */
  readonly typed?: readonly string[];
  /** Ends of the names of what is called on, behind the model's: `userRepository`. */
  readonly suffixes?: readonly string[];
  /** Calls that give it, with the model as their argument: `getRepository(User)`. */
  readonly makers?: readonly string[];
  /** Names of what is given the model as its first argument: `manager.find(User)`. */
  readonly managers?: RegExp;
  /** Names of clients that have a member for each model: `prisma.user.findMany()`. */
  readonly clients?: RegExp;
  /** Members that are called on one object, whose model is that of what made it. */
  readonly instance?: readonly string[];
  readonly spans: QuerySpans;
}

const same = (...names: string[]): Record<string, readonly string[]> =>
  Object.fromEntries(names.map((name) => [name, [name]]));

/**
 * `find users`, until 0.5x `mongoose.User.find`: `@opentelemetry/instrumentation-mongoose` 0.69, of the default Node set.
 * https://mongoosejs.com/docs/queries.html; `populate` finds in another model, `create` saves.
 */
const mongoose: ModelPattern = {
  id: 'mongoose',
  family: 'javascript',
  mentioned: /mongoose/i,
  operations: {
    ...same('find', 'findOne', 'findOneAndUpdate', 'findOneAndDelete', 'findOneAndReplace'),
    ...same('findOneAndRemove', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany'),
    ...same('countDocuments', 'estimatedDocumentCount', 'count', 'distinct', 'aggregate'),
    ...same('insertMany', 'bulkWrite', 'save'),
    findById: ['findOne'],
    exists: ['findOne'],
    findByIdAndUpdate: ['findOneAndUpdate'],
    findByIdAndDelete: ['findOneAndDelete'],
    findByIdAndRemove: ['findOneAndRemove'],
    create: ['save'],
    paginate: ['find', 'countDocuments', 'estimatedDocumentCount'],
    populate: ['find'],
  },
  named: true,
  typed: ['Model', 'PaginateModel'],
  suffixes: ['Model'],
  instance: ['save', 'deleteOne', 'updateOne', 'populate'],
  spans: {
    by: 'mongoose',
    scopes: /^@opentelemetry\/instrumentation-mongoose$/,
    name: /^(?:mongoose\.(?<model>[\w$]+)\.(?<call>\w+)|(?<operation>\w+) (?<table>\S+))$/,
  },
};

/** `prisma:client:operation` with model and method: @prisma/instrumentation 7. https://www.prisma.io/docs/orm/prisma-client/queries/crud */
const prisma: ModelPattern = {
  id: 'prisma',
  family: 'javascript',
  mentioned: /prisma/i,
  operations: {
    ...same('findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany'),
    ...same('create', 'createMany', 'createManyAndReturn', 'update', 'updateMany'),
    ...same('updateManyAndReturn', 'upsert', 'delete', 'deleteMany'),
    ...same('count', 'aggregate', 'groupBy', 'findRaw', 'aggregateRaw'),
  },
  clients: /(?:prisma|db|tx|trx|client|database|orm|transaction)\w*$/i,
  spans: { by: 'prisma', layer: 'prisma', name: /^(?<model>\w+)\.(?<operation>\w+)$/ },
};

/**
 * `find user`: @opentelemetry/instrumentation-typeorm 0.22 wraps the entity manager, which repositories call, and query builders that
 * select. https://typeorm.io/docs/working-with-entity-manager/repository-api
 */
const typeorm: ModelPattern = {
  id: 'typeorm',
  family: 'javascript',
  mentioned: /typeorm/i,
  operations: {
    ...same('find', 'findOne', 'findAndCount', 'findByIds', 'count', 'increment', 'decrement'),
    ...same('save', 'remove', 'softRemove', 'recover'),
    ...same('insert', 'update', 'delete', 'softDelete', 'restore'),
    findOneOrFail: ['findOne'],
    findBy: ['select'],
    findOneBy: ['select'],
    findOneByOrFail: ['select'],
    findAndCountBy: ['select'],
    countBy: ['select'],
    exists: ['select'],
    existsBy: ['select'],
    preload: ['select'],
    createQueryBuilder: ['select'],
  },
  named: true,
  typed: ['Repository', 'TreeRepository', 'MongoRepository'],
  suffixes: ['Repository', 'Repo'],
  makers: ['getRepository', 'getTreeRepository', 'getMongoRepository', 'withRepository'],
  managers: /[mM]anager$/,
  spans: {
    by: 'typeorm',
    scopes: /^@opentelemetry\/instrumentation-typeorm$/,
    name: /^(?<operation>\w+) (?<table>\S+)$/,
  },
};

export const modelPatterns: readonly ModelPattern[] = [mongoose, prisma, typeorm];
