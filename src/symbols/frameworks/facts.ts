import type { SourceFile } from '../sourceFile.ts';
import { extractGo } from './extract/go.ts';
import { extractJava } from './extract/java.ts';
import { extractJavascript } from './extract/javascript.ts';
import { extractPython } from './extract/python.ts';
import type { FileFacts } from './fileFacts.ts';
import { familyOf, type Family } from './framework.ts';

export { factsVersion, noFacts, type FileFacts, type IndexedFile } from './fileFacts.ts';
export { linkFacts, linkSteps } from './link/linkFacts.ts';

const extractors: Readonly<Record<Family, (file: SourceFile) => FileFacts>> = {
  javascript: extractJavascript,
  python: extractPython,
  java: extractJava,
  go: extractGo,
};

/** Facts of a parsed file. Cost follows the number of places of interest, not the size of the tree. */
export const extractFacts = (file: SourceFile): FileFacts =>
  extractors[familyOf[file.language]](file);
