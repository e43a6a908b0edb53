import { createHash } from 'node:crypto';
import { acceptabilityTsv, generateAcceptability, generateCorpus, maskedPositions } from '../../src/index.js';

/** What must not change without notice: published numbers were measured on these very sentences. */
export function digest(): object {
  const corpus = generateCorpus({ seed: 1, numSentences: 2000 });
  const acceptability = acceptabilityTsv(generateAcceptability({ seed: 1, numPairs: 160 }));
  return {
    corpus: { first: corpus.slice(0, 10), sha256: sha256(corpus.join('\n')) },
    acceptability: { first: acceptability.split('\n').slice(0, 8), sha256: sha256(acceptability) },
    maskedPositions: { sha256: sha256(JSON.stringify(maskedPositions(corpus, 1))) },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
