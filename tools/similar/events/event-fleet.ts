import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { chooseRun } from '../../fleet/plan/run-manifest.js';
import { unitFiles } from '../../fleet/plan/unit.js';
import type { Store } from '../../fleet/store/store.js';
import { isDriveFault } from '../../fleet/work/drive-fault.js';
import { playedPictures } from '../../fleet/work/played-pictures.js';
import { parseRecord, type UnitRecord, unitRecordSchema } from '../../fleet/work/unit-record.js';
import { withResultsOf } from '../../fleet/work/unit-results.js';
import { packCodes } from '../code-file.js';
import type { SearchedDrive } from '../searched-drive.js';
import { DriveWords, type Sentence } from './drive-words.js';
import { sentenceCoder } from './sentence-code.js';
import { learnWords, type SkipGramOptions, type WordVectors, wordDims } from './skip-gram.js';

/** File with the words of the last codes. */
const wordsFile = 'events.json';

const wordsSchema = z.strictObject({
  format: z.literal(1),
  maker: z.string(),
  sentenceS: z.number(),
  words: z.array(z.tuple([z.string(), z.int(), z.array(z.number())])),
});

export interface EventSummary {
  run: string;
  /** Units with results, and their sentences. */
  units: number;
  sentences: number;
  /** Units whose results cannot be read, by name, with the reason. */
  failures: { name: string; reason: string }[];
  /** Most frequent first. */
  words: WordVectors;
}

/**
 * Codes what happens in the drives of a run: each stretch of `sentenceS` seconds is a sentence, word vectors are
 * learnt from all sentences, and a sentence's code is the mean of its words. Other drives give other words, so all
 * codes are rewritten.
 */
export async function codeEvents(
  results: Store,
  codes: Store,
  {
    sentenceS,
    run: wanted,
    learning,
  }: { sentenceS: number; run?: string | undefined; learning?: SkipGramOptions },
  onProgress?: (done: number, units: number) => void,
): Promise<EventSummary> {
  const { run, units } = await chooseRun(results, wanted);
  const failures: EventSummary['failures'] = [];
  const said: { record: UnitRecord; location: string; sentences: Sentence[] }[] = [];
  for (const [done, key] of [...units.values()].sort().entries()) {
    onProgress?.(done, units.size);
    const record = parseRecord(unitRecordSchema, await results.read(unitFiles(key).whole));
    if (record === undefined || record.frames.published === 0) continue;
    const { location = record.drive } = await playedPictures(results, record.key);
    try {
      said.push({ record, location, sentences: await sentencesOf(record, results, sentenceS) });
    } catch (error) {
      if (!isDriveFault(error)) throw error;
      failures.push({ name: record.name, reason: error.message });
    }
  }
  const sentences = said.flatMap((unit) => unit.sentences.map(({ words }) => words));
  const words = learnWords(sentences, learning);
  const maker = makerOfWords(words, sentenceS);
  const code = sentenceCoder(words);
  for (const { record, location, sentences: own } of said) {
    const coded = own.flatMap(({ fromS, words: spoken }) => {
      const vector = code(spoken);
      return vector === undefined ? [] : [{ fromS, vector }];
    });
    const all = new Float32Array(coded.length * wordDims);
    coded.forEach(({ vector }, place) => {
      all.set(vector, place * wordDims);
    });
    const name = createHash('sha256').update(`${maker} ${record.key}`).digest('hex').slice(0, 16);
    const bytes = packCodes({
      ...{ maker, drive: record.drive, location, dims: wordDims, codes: all },
      timesS: Float64Array.from(coded, ({ fromS }) => fromS),
      // Events are coded without their pictures.
      thumbnails: coded.map(() => new Uint8Array(0)),
    });
    await codes.put(`drive=${encodeURIComponent(record.drive)}/${name}.codes`, bytes);
  }
  const file: z.infer<typeof wordsSchema> = {
    ...{ format: 1, maker, sentenceS },
    words: words.words.map((word, id) => [
      word,
      words.counts[id]!,
      [...words.vectors.subarray(id * wordDims, (id + 1) * wordDims)],
    ]),
  };
  await codes.put(wordsFile, new TextEncoder().encode(JSON.stringify(file)));
  return { run, units: said.length, sentences: sentences.length, failures, words };
}

/** The maker of a store's event codes. Rejects with ERR_SOURCE_EMPTY if there are none. */
export const eventMaker = async (codes: Store): Promise<string> => (await wordsIn(codes)).maker;

async function wordsIn(codes: Store): Promise<z.infer<typeof wordsSchema>> {
  const file = parseRecord(wordsSchema, await codes.read(wordsFile));
  if (file !== undefined) return file;
  throw new PerceptionError(
    'ERR_SOURCE_EMPTY',
    `${codes.place}: expected codes of events, as windshield fleet codes --kind events writes them, found none`,
  );
}

/**
 * The code of the sentence that contains a moment of a drive, given by name or location. Rejects with ERR_USAGE if
 * there is none.
 */
export async function codeAt(
  codes: Store,
  drives: readonly SearchedDrive[],
  drive: string,
  atS: number,
): Promise<Float32Array> {
  const { sentenceS } = await wordsIn(codes);
  const own = drives.filter((one) => one.drive === drive || one.location === drive);
  let best: { fromS: number; of: SearchedDrive; place: number } | undefined;
  for (const of of own)
    for (const [place, fromS] of of.timesS.entries())
      if (fromS <= atS && atS < fromS + sentenceS && fromS >= (best?.fromS ?? 0))
        best = { fromS, of, place };
  if (best !== undefined) return best.of.exact([best.place]);
  throw new PerceptionError(
    'ERR_USAGE',
    own.length === 0
      ? `expected a drive of the codes by name, found "${drive}"; the first is "${drives[0]?.drive ?? ''}"`
      : `expected a moment of ${drive} that something was said of, found ${atS} s`,
  );
}

const sentencesOf = ({ key }: UnitRecord, results: Store, sentenceS: number): Promise<Sentence[]> =>
  withResultsOf(key, results, async (file) => {
    const words = new DriveWords(sentenceS);
    for await (const { frame } of file.results()) words.add(frame);
    return words.end();
  });

function makerOfWords({ words, vectors }: WordVectors, sentenceS: number): string {
  const hash = createHash('sha256').update(JSON.stringify({ words, sentenceS }));
  hash.update(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
  return `events-1 ${hash.digest('hex').slice(0, 16)}`;
}
