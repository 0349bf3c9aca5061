/** Files of a run. A run resumes from `last`; `best` is exported. */
export const runFiles = {
  last: 'last.checkpoint',
  best: 'best.checkpoint',
  log: 'log.jsonl',
  /** Problems with the data, one line each. */
  problems: 'problems.txt',
};
