import type { SourceFile } from '../sourceFile.ts';
import { familyOf } from './families/registry.ts';
import { noFacts, type FileFacts } from './fileFacts.ts';

export { factsVersion, noFacts, type FileFacts, type IndexedFile } from './fileFacts.ts';
export { linkFacts, linkSteps } from './link/linkFacts.ts';

/**
 * Facts of a parsed file. Cost follows the number of places of interest, not the size of the tree.
 * @throws NestedTooDeeply
 */
export const extractFacts = (file: SourceFile): FileFacts =>
  familyOf(file.language)?.extract(file) ?? noFacts;
