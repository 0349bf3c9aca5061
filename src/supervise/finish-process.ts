// As a process: `node finish-process.js <recording>` finishes the interrupted pieces of a recording and prints
// what became of each, a JSON object a line. Apart from the supervisor, which loads nothing that is large, and
// at the lowest priority: whoever copies must not take time from a lane.
import { constants, setPriority } from 'node:os';
import { finishRecordings } from './finish-recordings.js';

setPriority(constants.priority.PRIORITY_LOW);
for (const piece of await finishRecordings(process.argv[2]!)) console.log(JSON.stringify(piece));
