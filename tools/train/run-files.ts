/** Files of a run. `last` goes on, `best` is exported. */
export const runFiles = {
  last: 'last.checkpoint',
  best: 'best.checkpoint',
  log: 'log.jsonl',
  /** What was wrong with the data, a line each. */
  problems: 'problems.txt',
};
