import type { SourceFile } from '../../sourceFile.ts';
import type { FileFacts } from '../fileFacts.ts';
import { FactsCollector } from './collector.ts';

export const extractGo = (file: SourceFile): FileFacts => new FactsCollector(file).facts;
